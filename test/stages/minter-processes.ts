import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PublicKey } from '@solana/web3.js';
import type { MintCommand } from '#shared/domain/mint/events.js';
import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { projectFolder } from '../../dev/processes/project.js';
import { assetOnChain, type MinterStage, mintCommand, mintsThatLanded } from './minter-stage.js';

/** Minters as they are deployed, each a process of its own, on one stage. */
export class MinterProcesses {
  private readonly children: ChildProcess[] = [];

  constructor(private readonly stage: MinterStage) {}

  /** `failpoint`: the step at which it kills itself, or none. `port`: where it is scraped, or any. `more`: what this one is told besides. */
  start(failpoint = '', port = 0, more: Readonly<Record<string, string>> = {}): ChildProcess {
    const main = join(projectFolder(), 'dist', 'apps', 'minter', 'src', 'main.js');
    const env = { ...this.stage.environment, NODE_ENV: 'test', FAILPOINT: failpoint, HEALTH_PORT: String(port), ...more };
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    this.children.push(child);
    return child;
  }

  /** The signal it died of. */
  async diesBy(child: ChildProcess): Promise<unknown> {
    const [, signal] = await once(child, 'exit');
    return signal;
  }

  async end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGCONT'); // one that is asleep would not hear that it shall end
    child.kill('SIGTERM');
    await gone;
  }

  async endAll(but?: ChildProcess): Promise<void> {
    const ending = this.children.splice(0);
    if (but !== undefined) this.children.push(but);
    await Promise.all(ending.filter((child) => child !== but).map((child) => this.end(child)));
  }

  async askFor(sale: string, tickets: number, row = 'S'): Promise<readonly MintCommand[]> {
    const commands = Array.from({ length: tickets }, (_, index) => mintCommand(sale, `${row}-${index}`));
    for (const command of commands) await this.stage.ask(command);
    return commands;
  }

  async payer(): Promise<PublicKey> {
    return (await loadMintKeys(this.stage.environment.MINT_KEYS_DIR, 'create')).payer.publicKey;
  }

  async mintsInAll(): Promise<number> {
    return (await mintsThatLanded(this.stage.rpc, await this.payer())).length;
  }

  /** One asset a ticket, and every one of them made by an attempt that was in the log before it was sent. */
  async expectOneEach(sale: string, commands: readonly MintCommand[], mintsBefore: number): Promise<void> {
    const completed = await this.stage.ofType(sale, 'MintCompleted');
    const submitted = await this.stage.ofType(sale, 'MintSubmitted');
    expect(completed.map(({ data }) => data.ticket).sort()).toEqual(commands.map(({ ticket }) => ticket).sort());
    expect(await this.mintsInAll()).toBe(mintsBefore + commands.length);
    for (const { data } of completed) {
      expect(submitted.map((event) => event.data.signature)).toContain(data.signature);
      expect(await assetOnChain(this.stage.rpc, data.asset)).toMatchObject({ supply: 1n, mintAuthority: null, holders: [data.wallet] });
    }
  }
}
