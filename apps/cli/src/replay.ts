import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '#shared/platform/environment.js';

export interface ReplayOptions {
  readonly tenant?: string;
  readonly until?: string;
  readonly json?: boolean;
}

/**
 * `admit replay`: first the operator rewinds the consumer that was prepared for replays; then the replay runs as a process of its
 * own that is told nothing but how to pull that consumer and where the shadow of the ledger is. Exit code 0 equal, 1 different, 2 could not run.
 */
export async function replayLog({ tenant, until, json }: ReplayOptions): Promise<void> {
  const environment = readEnvironment();
  const { NATS_URL, LOG_LEVEL } = environment;
  const operator = { NATS_USER: environment.NATS_USER || 'operator', NATS_PASSWORD: environment.NATS_PASSWORD };
  const replay = { NATS_USER: environment.NATS_REPLAY_USER, NATS_PASSWORD: environment.NATS_REPLAY_PASSWORD };
  const common = { NATS_URL, LOG_LEVEL };
  const rewound = await run('rewind.js', [], { ...common, ...operator });
  if (rewound !== 0) {
    process.exitCode = rewound;
    return;
  }
  const flags = [
    ...(tenant === undefined ? [] : ['--tenant', tenant]),
    ...(until === undefined ? [] : ['--until', until]),
    ...(json === true ? ['--json'] : []),
  ];
  process.exitCode = await run('replay.js', flags, { ...common, ...replay, DATABASE_REPLAY_URL: environment.DATABASE_REPLAY_URL });
}

async function run(program: string, flags: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const file = fileURLToPath(new URL(`../../ledger/src/${program}`, import.meta.url));
  const child = spawn(process.execPath, [file, ...flags], { env, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 2;
}
