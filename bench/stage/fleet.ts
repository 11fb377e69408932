import { NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { countOnChain } from '../../dev/chaos/count-on-chain.js';
import type { PostgresServer } from '../../dev/postgres/server.js';
import { freePort } from '../../dev/processes/ports.js';
import { waitFor } from '../../dev/processes/wait.js';
import { ChainProcess } from './chain-process.js';
import { startLedger, startLedgerDatabase } from './ledger-process.js';
import type { MeasuredProcess } from './measured-process.js';
import { startMinter } from './minter-process.js';
import { PurchaseProcess } from './purchase-process.js';
import type { SellingStage } from './selling-stage.js';

const COPIES = 2;
const READY_MS = 120_000;
const TENANT = 'demo' as TenantId;

type App = 'purchase' | 'minter' | 'ledger';

/** Two processes of every app, with a Postgres and a chain. */
export class Fleet {
  private readonly running: Record<App, MeasuredProcess[]> = { purchase: [], minter: [], ledger: [] };

  private constructor(
    private readonly stage: SellingStage,
    readonly postgres: PostgresServer,
    private readonly chain: ChainProcess,
    private readonly keysDir: string,
  ) {}

  /** Starts them, and ends them in every case. */
  static async during<T>(stage: SellingStage, folder: string, use: (fleet: Fleet) => Promise<T>): Promise<T> {
    const postgres = await startLedgerDatabase(folder);
    const chain = await ChainProcess.start();
    const fleet = new Fleet(stage, postgres, chain, `${folder}/keys`);
    try {
      for (const app of ['purchase', 'minter', 'ledger'] as const)
        for (let copy = 0; copy < COPIES; copy += 1) fleet.running[app].push(await fleet.start(app));
      return await use(fleet);
    } finally {
      await Promise.all(Object.values(fleet.running).flatMap((processes) => processes.map((each) => each.stop())));
      await chain.stop();
      await postgres.stop();
    }
  }

  /** One after the other: stopped, and replaced by a ready process. */
  async roll(app: App): Promise<void> {
    for (const [copy, process] of this.running[app].entries()) {
      await process.stop('SIGTERM');
      this.running[app][copy] = await this.start(app);
    }
  }

  /** Without a replacement: the other process works alone. */
  async killPurchase(): Promise<void> {
    await this.running.purchase.shift()?.stop('SIGKILL');
  }

  /** The assets of every completed mint of the sale, from the log. */
  async minted(sale: string): Promise<readonly string[]> {
    const store = await JetStreamEventStore.on(this.stage.admin);
    const assets: string[] = [];
    for await (const { events } of store.read(mintSubject(TENANT, sale as SaleId), NO_HEAD))
      for (const { type, data } of events) if (type === 'MintCompleted') assets.push(data.asset);
    return assets;
  }

  /** Minting transactions on the chain beyond one for each asset. */
  async duplicates(assets: readonly string[]): Promise<number> {
    await this.chain.calm();
    const { payer } = await loadMintKeys(this.keysDir, 'require');
    return (await countOnChain(this.chain.url, payer.publicKey, assets)).duplicates;
  }

  private async start(app: App): Promise<MeasuredProcess> {
    if (app === 'purchase') return PurchaseProcess.start(this.stage.server);
    if (app === 'ledger') return startLedger(this.stage.server, this.postgres);
    const health = await freePort();
    const minter = startMinter(this.stage.server, this.chain.url, this.keysDir, { HEALTH_PORT: `${health}` });
    await waitFor(async () => (await fetch(`http://127.0.0.1:${health}/health/ready`)).ok, {
      what: 'minter is ready',
      timeoutMs: READY_MS,
    });
    return minter;
  }
}
