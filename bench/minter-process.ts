import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsServer } from '../dev/nats/server.js';

/** The minter app as it is run for real, with its default settings. */
export class MinterProcess {
  private constructor(private readonly child: ChildProcess) {}

  static start(server: NatsServer, solanaUrl: string, keysDir: string): MinterProcess {
    const env = {
      ...process.env,
      NATS_URL: server.url,
      NATS_PASSWORD: server.credentials('minter').pass,
      SOLANA_RPC_URL: solanaUrl,
      MINT_KEYS_DIR: keysDir,
      MINT_KEYS: 'create',
      MINT_AIRDROP: 'local',
      LOG_LEVEL: 'warn',
    };
    const args = [...(process.env.MINTER_NODE_ARGS?.split(' ') ?? []), join('dist', 'apps', 'minter', 'src', 'main.js')];
    return new MinterProcess(spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] }));
  }

  /** The most memory it ever had resident, as Linux tells it. */
  peakBytes(): number {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1_024;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
