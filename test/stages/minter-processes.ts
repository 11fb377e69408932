import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PublicKey } from '@solana/web3.js';
import type { MintCommand, MintEvent } from '#shared/domain/mint/events.js';
import type { AssetKind } from '#shared/domain/sale/assets/asset-terms.js';
import { landedTransaction } from '../../apps/minter/src/chains/bubblegum/landed-transaction.js';
import { judgeMarker } from '../../apps/minter/src/chains/bubblegum/marker.js';
import { EMPTY_LEAF } from '../../apps/minter/src/chains/bubblegum/tree-mirror.js';
import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Rpc } from '../../apps/minter/src/chains/token-2022/rpc/rpc.js';
import { projectFolder } from '../../dev/processes/project.js';
import { assetOnChain, type MinterStage, mintCommand, mintsThatLanded } from './minter-stage.js';

const RPC_MS = 10_000;
type MintCompleted = Extract<MintEvent, { type: 'MintCompleted' }>['data'];

/** Minters as in production, each in a separate process, on one stage. */
export class MinterProcesses {
  private readonly children: ChildProcess[] = [];

  /** `asset`: the kind of tickets that they mint. */
  constructor(
    private readonly stage: MinterStage,
    private readonly asset: AssetKind = 'token-2022',
  ) {}

  /** `failpoint`: the step at which it kills itself, or none. `port`: of its metrics, or any. `more`: further settings. */
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
    child.kill('SIGCONT'); // a suspended process would not receive the signal
    child.kill('SIGTERM');
    await gone;
  }

  async endAll(but?: ChildProcess): Promise<void> {
    const ending = this.children.splice(0);
    if (but !== undefined) this.children.push(but);
    await Promise.all(ending.filter((child) => child !== but).map((child) => this.end(child)));
  }

  command(sale: string, unit: string, over: Partial<MintCommand> = {}): MintCommand {
    return mintCommand(sale, unit, { asset: this.asset, ...over });
  }

  async askFor(sale: string, tickets: number, row = 'S', over: Partial<MintCommand> = {}): Promise<readonly MintCommand[]> {
    const commands = Array.from({ length: tickets }, (_, index) => this.command(sale, `${row}-${index}`, over));
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
      if (data.leaf === undefined)
        expect(await assetOnChain(this.stage.rpc, data.asset)).toMatchObject({ supply: 1n, mintAuthority: null, holders: [data.wallet] });
    }
    if (this.asset === 'compressed') await this.expectLeaves(completed.map(({ data }) => data));
  }

  /** Each has a marker, and its own leaf, which the transaction of its attempt created. */
  private async expectLeaves(minted: readonly MintCompleted[]): Promise<void> {
    expect(new Set(minted.map(({ leaf }) => leaf?.asset)).size).toBe(minted.length);
    const rpc = new Rpc(this.stage.solana.url, RPC_MS);
    for (const { asset, signature, leaf } of minted) {
      expect(judgeMarker(await this.stage.rpc.getAccountInfo(new PublicKey(asset), 'finalized'))).toEqual({ kind: 'made' });
      const landed = await landedTransaction(rpc, signature);
      expect(landed?.changes.map(({ tree, index }) => [tree.toBase58(), index])).toEqual([[leaf?.tree, leaf?.index]]);
      expect(landed?.allocated).toEqual([asset]);
    }
  }

  /** Each ticket's asset is burned, by one transaction of the minter. */
  async expectBurnedOnce(sale: string, commands: readonly MintCommand[]): Promise<void> {
    const revoked = await this.stage.ofType(sale, 'MintRevoked');
    const attempts = await this.stage.ofType(sale, 'MintRevokeSubmitted');
    expect(revoked.map(({ data }) => data.ticket).sort()).toEqual(commands.map(({ ticket }) => ticket).sort());
    const rpc = new Rpc(this.stage.solana.url, RPC_MS);
    for (const { data } of revoked) {
      expect(attempts.map((event) => event.data.signature)).toContain(data.signature);
      const landed = await landedTransaction(rpc, data.signature ?? '');
      expect(landed?.failed).toBe(false);
      if (this.asset === 'compressed') expect(landed?.changes.map(({ leaf }) => leaf)).toEqual([EMPTY_LEAF]);
      else expect(await assetOnChain(this.stage.rpc, data.asset)).toMatchObject({ supply: 0n });
    }
  }
}
