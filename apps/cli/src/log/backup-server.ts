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
import { connectForCommand } from '#shared/platform/messaging/nats.js';
import type { NatsAccess } from '#shared/platform/messaging/nats-login.js';
import { REPLAY_EXPORTS, REPLAY_USER, replayAccount } from '#shared/platform/topology/replay-account.js';

const KEEPER_USER = 'keeper';
const PASSWORD_BYTES = 24;
/** A server without data listens within a second; a machine that swaps may need longer. */
const START_MS = 20_000;
const POLL_MS = 20;
/** The part of the server's output that is kept for the error of a failed start. */
const MAX_SAID_CHARS = 4_096;

/**
 * A separate server for a backup: loopback only, random passwords, data in a temporary folder (TMPDIR). It ends with this process, even
 * when that is killed.
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

  /** @throws Fault `server-missing` when the program is absent or does not start */
  static async start(program: string): Promise<BackupServer> {
    const folder = await mkdtemp(join(tmpdir(), 'admit-backup-'));
    const passwords = { [KEEPER_USER]: secret(), [REPLAY_USER]: secret() };
    await writeFile(join(folder, 'nats.conf'), configuration(passwords), { mode: 0o600 });
    const file = fileURLToPath(new URL('./backup-keeper.js', import.meta.url));
    // Detached: Ctrl-C in a terminal reaches only this process, and the keeper notices when this process ends.
    const keeper = spawn(process.execPath, [file, program, folder], { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
    const server = new BackupServer(keeper, passwords);
    server.url = await server.listening(folder, program);
    return server;
  }

  /** A connection with all permissions. */
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
    return { servers: [this.url], user, password: this.passwords[user] ?? '', variables: 'NATS_REPLAY' };
  }

  private async listening(folder: string, program: string): Promise<string> {
    const deadline = performance.now() + START_MS;
    while (this.keeper.exitCode === null && performance.now() < deadline) {
      const url = await urlIn(folder);
      if (url !== undefined) return url;
      await pause(POLL_MS);
    }
    await this.stop();
    throw new Fault('server-missing', { program, says: this.said.trim(), advice: 'NATS_SERVER names the program nats-server' });
  }
}

const secret = (): string => randomBytes(PASSWORD_BYTES).toString('base64url');

/** The server takes a free port and writes it into a file. */
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
  const names = await readdir(folder).catch(() => []); // the keeper removes the folder after the server ended; the start check reports that
  const file = names.find((name) => name.endsWith('.ports'));
  if (file === undefined) return undefined;
  const text = await readFile(join(folder, file), 'utf8').catch(() => '');
  return /"nats":\s*\[\s*"(nats:\/\/[^"]+)"/.exec(text)?.[1]; // nothing while the file is being written
}
