import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '#shared/kernel/fault.js';
import { connectForCommand, type NatsAccess } from '#shared/platform/messaging/nats.js';
import { REPLAY_EXPORTS, REPLAY_USER, replayAccount } from '#shared/platform/topology/replay-account.js';

const KEEPER_USER = 'keeper';
const PASSWORD_BYTES = 24;
/** A server without data listens within a second; a machine that swaps may need longer. */
const START_MS = 20_000;
const LOOK_MS = 20;
/** What is kept of what the server says, for the case that it does not start. */
const MAX_SAID_CHARS = 4_096;

/**
 * A server of its own for a backup: on this machine alone, with passwords nobody knows, its data in a folder for temporary files (TMPDIR).
 * It lives as long as this process does, also where that one is killed.
 */
export class BackupServer {
  private said = '';

  private constructor(
    private readonly keeper: ChildProcess,
    private readonly passwords: Readonly<Record<string, string>>,
    private url = '',
  ) {
    keeper.stderr?.on('data', (chunk: Buffer) => {
      this.said = `${this.said}${chunk.toString()}`.slice(-MAX_SAID_CHARS);
    });
  }

  /** @throws Fault `server-missing` when there is no such program, or it does not start */
  static async start(program: string): Promise<BackupServer> {
    const folder = await mkdtemp(join(tmpdir(), 'admit-backup-'));
    const passwords = { [KEEPER_USER]: secret(), [REPLAY_USER]: secret() };
    await writeFile(join(folder, 'nats.conf'), configuration(passwords), { mode: 0o600 });
    const file = fileURLToPath(new URL('./backup-keeper.js', import.meta.url));
    // Detached: Ctrl-C in a terminal reaches us alone, and our end reaches the keeper.
    const keeper = spawn(process.execPath, [file, program, folder], { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
    const server = new BackupServer(keeper, passwords);
    server.url = await server.listening(folder, program);
    return server;
  }

  /** Whoever may do anything there. */
  asKeeper(): Promise<NatsConnection> {
    return connectForCommand(this.access(KEEPER_USER), 'admit-backup');
  }

  /** The login of a replay, which may only pull. */
  get replay(): NatsAccess {
    return this.access(REPLAY_USER);
  }

  async stop(): Promise<void> {
    if (this.keeper.exitCode !== null || this.keeper.signalCode !== null) return;
    const gone = once(this.keeper, 'exit');
    this.keeper.stdin?.end();
    await gone;
  }

  private access(user: string): NatsAccess {
    return { servers: [this.url], user, password: this.passwords[user] ?? '' };
  }

  private async listening(folder: string, program: string): Promise<string> {
    const deadline = performance.now() + START_MS;
    while (this.keeper.exitCode === null && performance.now() < deadline) {
      const url = await urlIn(folder);
      if (url !== undefined) return url;
      await pause(LOOK_MS);
    }
    await this.stop();
    throw new Fault('server-missing', { program, says: this.said.trim(), advice: 'NATS_SERVER names the program nats-server' });
  }
}

const secret = (): string => randomBytes(PASSWORD_BYTES).toString('base64url');

/** The server takes a free port and writes it into a file of its own. */
function configuration({ [KEEPER_USER]: keeper, [REPLAY_USER]: replay }: Readonly<Record<string, string>>): string {
  return [
    'listen: "127.0.0.1:-1"',
    'ports_file_dir: "."',
    'jetstream { store_dir: "data" }',
    'accounts {',
    '  APP {',
    '    jetstream: enabled',
    `    users: [ { user: "${KEEPER_USER}", password: "${keeper}" } ]`,
    `    exports: [ ${REPLAY_EXPORTS.join(', ')} ]`,
    '  }',
    ...replayAccount(`user: "${REPLAY_USER}", password: "${replay}"`),
    '}',
    '',
  ].join('\n');
}

async function urlIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []); // the keeper removes it when the server ended, which is seen there
  const file = names.find((name) => name.endsWith('.ports'));
  if (file === undefined) return undefined;
  const text = await readFile(join(folder, file), 'utf8').catch(() => '');
  return /"nats":\s*\[\s*"(nats:\/\/[^"]+)"/.exec(text)?.[1]; // nothing yet while it is being written
}
