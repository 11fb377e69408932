import { type Environment, readEnvironment } from '#shared/platform/environment.js';
import { rewind, sequenceOf } from './log/prepare-replay.js';
import { asOperator } from './operator.js';
import { runProgram } from './run-program.js';

export interface ReplayOptions {
  readonly tenant?: string;
  /** A stream sequence, or a time. */
  readonly until?: string;
  readonly promote?: boolean;
  readonly trustLog?: boolean;
  readonly json?: boolean;
}

const COULD_NOT = 2;

/**
 * `admit replay`: first the operator rewinds the consumer that was prepared for replays; then the replay runs as a process of its own that
 * is told nothing but how to pull that consumer and where the shadow of the ledger is; to promote, also how the ledger's owner logs in.
 * Exit code 0: the live ledger is what the log says, 1 it is not, 2 could not run, 3 the log is broken, 4 tenants are halted.
 */
export async function replayLog(options: ReplayOptions): Promise<void> {
  process.exitCode = COULD_NOT; // until it is known better
  const environment = readEnvironment();
  const until = await asOperator(environment, async (operator) => {
    await rewind(operator);
    return options.until === undefined ? undefined : sequenceOf(operator, options.until);
  });
  process.exitCode = await runProgram('ledger/src/replay.js', flagsOf(options, until), settingsOf(environment, options));
}

const flagsOf = ({ tenant, promote, trustLog, json }: ReplayOptions, until: number | undefined): string[] => [
  ...(tenant === undefined ? [] : ['--tenant', tenant]),
  ...(until === undefined ? [] : ['--until', `${until}`]),
  ...(promote === true ? ['--promote'] : []),
  ...(trustLog === true ? ['--trust-log'] : []),
  ...(json === true ? ['--json'] : []),
];

const settingsOf = (environment: Environment, { promote }: ReplayOptions): Readonly<Record<string, string>> => ({
  NATS_URL: environment.NATS_URL,
  NATS_USER: environment.NATS_REPLAY_USER,
  NATS_PASSWORD: environment.NATS_REPLAY_PASSWORD,
  LOG_LEVEL: environment.LOG_LEVEL,
  DATABASE_REPLAY_URL: environment.DATABASE_REPLAY_URL,
  ...(promote === true && { DATABASE_ADMIN_URL: environment.DATABASE_ADMIN_URL }),
});
