import type { MintCommand } from '#shared/domain/mint/events.js';
import type { AssetKind } from '#shared/domain/sale/assets/asset-terms.js';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { isFault } from '#shared/kernel/fault.js';
import { orderId, type SaleId, type TenantId, ticketId, type UnitId, type Wallet } from '#shared/kernel/ids.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { createTree } from '../../apps/minter/src/chains/bubblegum/provision-trees.js';
import { TreeKeys } from '../../apps/minter/src/chains/bubblegum/tree-keys.js';
import { treesOf } from '../../apps/minter/src/chains/bubblegum/trees.js';
import { freshMintKeys, type MintKeys, Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Rpc } from '../../apps/minter/src/chains/token-2022/rpc/rpc.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { ConfirmationTracker } from '../../apps/minter/src/confirmation/confirmation-tracker.js';
import { MintAggregateHandler } from '../../apps/minter/src/minting/mint-aggregate-handler.js';
import { TicketMinter } from '../../apps/minter/src/minting/ticket-minter.js';
import { FundsGate } from '../../apps/minter/src/payer/funds-gate.js';
import { SpendingCaps } from '../../apps/minter/src/payer/spending-caps.js';
import { waitFor } from '../processes/wait.js';
import { type FaultSetting, seededRandom } from '../solana/faults/fault-switches.js';
import { type LocalSolana, startLocalSolana } from '../solana/local-solana.js';
import { HOW_TO_GET_PROGRAMS, programsFolder, programsIn } from '../solana/programs.js';
import { countOnChain, type OnChain } from './count-on-chain.js';

const TENANT = 'chaos' as TenantId;
const SALE = 'chaos' as SaleId;
/** A tenth of a real slot: a signed transaction expires after 6 s. Everything below is in slots, so a slower chain suits a busier machine. */
export const DEFAULT_SLOT_MS = 40;
const FINALIZED_AFTER_SLOTS = 8;
/** For each fault, the probability at every call that it applies to, and its options. */
const STORM: Readonly<Record<string, FaultSetting>> = {
  drop: { probability: 0.05 },
  'land-then-time-out': { probability: 0.02 },
  'error-then-land': { probability: 0.03 },
  // Three in a row would be a permanent program error; by chance this hits one ticket in a million.
  'land-failed': { probability: 0.01 },
  'null-status': { probability: 0.05 },
  'no-history': { probability: 0.02 },
  'stale-account': { probability: 0.02 },
  'false-presence': { probability: 0.02 },
  lag: { probability: 0.02, slots: 500 },
  'wrong-genesis': { probability: 0.02 },
  'too-many-requests': { probability: 0.02 },
  html: { probability: 0.02 },
  'never-answers': { probability: 0.01 },
};
/** The first tree fills up in this run: the minter continues with the next one. */
const TINY_TREE = { depth: 3, buffer: 8, canopy: 0 };
/** 16,384 leaves in 32 KB: an account that the chain copies with every mint. */
const TREE = { depth: 14, buffer: 64, canopy: 0 };
const SPARE_TREES = 1.25;
const PLANT_TIMEOUT_MS = 10_000;
/** How often one or two confirmed slots are rolled back: forks die before they are final. */
const ROLL_BACK_EVERY_SLOTS = 10;
const RPC_TIMEOUT_SLOTS = 12;
const POLL_SLOTS = 1;
const RESEND_SLOTS = 5;
const FRESH_SLOTS = 5;
/** After a mint fails to progress, the work queue redelivers its command; here sooner than in production. */
const AGAIN_AFTER_SLOTS = 3;
/** Mints in flight at once. */
const IN_WORK = 2_000;
/** 15 lifetimes of a transaction: without a mint for this long, the remaining ones are stuck. */
const STUCK_AFTER_SLOTS = 2_250;

export interface ChaosReport extends OnChain {
  readonly seed: number;
  readonly tickets: number;
  readonly stuck: number;
  /** Leaves in all trees: one for each compressed ticket. */
  readonly leaves: number;
  /** All signed transactions, and the number of redelivered commands. */
  readonly attempts: number;
  readonly handedOutAgain: number;
  readonly drainedInMs: number;
  readonly faults: Readonly<Record<string, number>>;
}

export interface ChaosSettings {
  readonly tickets: number;
  readonly seed: number;
  readonly asset: AssetKind;
  readonly slotMs: number;
}

/** Mints tickets on a local chain that drops, misreports, lags, forgets and forks, then counts the assets on the chain. */
export async function mintChaos({ tickets, seed, asset, slotMs }: ChaosSettings): Promise<ChaosReport> {
  const programs = asset === 'compressed' ? programsIn(programsFolder()) : [];
  if (asset === 'compressed' && programs.length === 0) throw new Error(`the programs are missing; to get them: ${HOW_TO_GET_PROGRAMS}`);
  const solana = await startLocalSolana({
    port: 0,
    slotMs,
    finalizedAfterSlots: FINALIZED_AFTER_SLOTS,
    faultSeed: seed,
    programs,
  });
  const keys = freshMintKeys();
  const { chain, minter, store, stop } = openMinter(solana.url, keys, slotMs);
  if (asset === 'compressed') await plantTrees(solana, keys, { tickets, slotMs });
  // Before the faults start: binds the adapter to the node's genesis hash.
  await waitFor(async () => (await chain.genesisHash()) !== '', { what: 'the chain answers', timeoutMs: PLANT_TIMEOUT_MS });
  const storm = startStorm(solana, { seed, slotMs });
  try {
    const startedAt = performance.now();
    const drive = new Drive(minter, commandsOf(tickets, asset), slotMs);
    await drive.run();
    const drainedInMs = Math.round(performance.now() - startedAt);
    const faults = storm.end();
    const { attempts, assets } = await inTheLog(store);
    const onChain = await countOnChain(solana.url, keys.payer.publicKey, assets);
    const leaves = await leavesIn(solana, keys);
    const { handedOutAgain, stuck } = drive;
    return { seed, tickets, stuck, leaves, attempts, handedOutAgain, drainedInMs, faults, ...onChain };
  } finally {
    storm.end();
    stop();
    await solana.stop();
  }
}

/** Room for a quarter more leaves than needed: minters move from tree to tree during the faults. */
async function plantTrees(
  { url }: LocalSolana,
  keys: MintKeys,
  { tickets, slotMs }: Pick<ChaosSettings, 'tickets' | 'slotMs'>,
): Promise<void> {
  const rpc = new Rpc(url, PLANT_TIMEOUT_MS);
  await new Token2022Chain(keys, { url, timeoutMs: PLANT_TIMEOUT_MS, priority: { floor: 0 }, freshMs: 0, airdrop: true }).replenish();
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, slotMs));
  const own = { rpc, keys, microLamports: 0, pause };
  await createTree(own, TINY_TREE);
  for (let room = 0; room < tickets * SPARE_TREES; room += 2 ** TREE.depth) await createTree(own, TREE);
}

async function leavesIn({ url }: LocalSolana, keys: MintKeys): Promise<number> {
  let leaves = 0;
  for await (const { minted } of treesOf(new Rpc(url, PLANT_TIMEOUT_MS), new TreeKeys(keys.base))) leaves += minted;
  return leaves;
}

function openMinter(url: string, keys: MintKeys, slotMs: number) {
  const logger = createLogger('minter', 'silent');
  const passBy = (): void => undefined;
  const store = new MemoryEventStore();
  const chain = new Token2022Chain(keys, {
    url,
    timeoutMs: RPC_TIMEOUT_SLOTS * slotMs,
    priority: { floor: 100 },
    freshMs: FRESH_SLOTS * slotMs,
    airdrop: true,
  });
  const outstanding = new ConfirmationTracker({ chain, logger, passBy, pollMs: POLL_SLOTS * slotMs, resendMs: RESEND_SLOTS * slotMs });
  const gate = new FundsGate(chain, logger, outstanding);
  const style = { symbol: 'ADMIT', uriPrefix: 'urn:admit-one:' };
  const caps = new SpendingCaps({ MINT_CAP_PER_MINUTE: 1_000_000, MINT_CAP_TENANT_PER_MINUTE: 1_000_000 });
  const minter = new TicketMinter({ mints: new MintAggregateHandler(store), chain, outstanding, gate, caps, style, passBy, logger });
  return { chain, minter, store, stop: () => outstanding.stop() };
}

function commandsOf(tickets: number, asset: AssetKind): MintCommand[] {
  const wallet = Signer.generate().signer.address as Wallet;
  return Array.from({ length: tickets }, (_, index) => {
    const unit = `S-${index}` as UnitId;
    const order = orderId(TENANT, SALE, `key of ${unit}`);
    const ticket = ticketId(TENANT, SALE, order, unit);
    return { tenant: TENANT, sale: SALE, order, ticket, unit, wallet, request: 1, name: 'Chaos', ...(asset === 'compressed' && { asset }) };
  });
}

/** All faults at once, and forks. `end` makes the chain honest again and returns the injected faults. */
function startStorm(
  solana: LocalSolana,
  { seed, slotMs }: Pick<ChaosSettings, 'seed' | 'slotMs'>,
): { end(): Readonly<Record<string, number>> } {
  const random = seededRandom(seed);
  for (const [name, setting] of Object.entries(STORM)) solana.control.setFault(name, setting);
  let takenBack = 0;
  const timer = setInterval(() => {
    takenBack += solana.control.rollBack(random() < 0.5 ? 1 : 2).length;
  }, ROLL_BACK_EVERY_SLOTS * slotMs);
  return {
    end: () => {
      clearInterval(timer);
      solana.control.clearFaults();
      const struck = Object.entries(solana.control.report().faults).map(([name, { injected }]): [string, number] => [name, injected]);
      return Object.fromEntries([...struck.filter(([, injected]) => injected > 0), ['transactions rolled back', takenBack]]);
    },
  };
}

/** Delivers commands to the minter, up to the in-flight limit, and redelivers those that it naks. */
class Drive {
  handedOutAgain = 0;
  private minted = 0;
  private next = 0;
  private over = false;
  private onMinted = (): void => undefined;

  constructor(
    private readonly minter: TicketMinter,
    private readonly commands: readonly MintCommand[],
    private readonly slotMs: number,
  ) {}

  get stuck(): number {
    return this.commands.length - this.minted;
  }

  async run(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STUCK_AFTER_SLOTS * this.slotMs);
    });
    this.onMinted = () => timer?.refresh();
    await Promise.race([stuck, Promise.all(Array.from({ length: IN_WORK }, () => this.work()))]);
    this.over = true;
    clearTimeout(timer);
  }

  private async work(): Promise<void> {
    for (let command = this.take(); command !== undefined; command = this.take()) {
      while (!this.over && !(await this.mint(command))) {
        this.handedOutAgain += 1;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_SLOTS * this.slotMs));
      }
    }
  }

  private take(): MintCommand | undefined {
    return this.over ? undefined : this.commands[this.next++];
  }

  private async mint(command: MintCommand): Promise<boolean> {
    try {
      const { kind } = await this.minter.mint(command);
      if (kind === 'minted') {
        this.minted += 1;
        this.onMinted();
      }
      return true; // a permanently failed mint is never minted, so it counts as stuck
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      return false;
    }
  }
}

/** Every signed transaction and every asset address, minted or still stuck, from the log. */
async function inTheLog(store: MemoryEventStore): Promise<{ readonly attempts: number; readonly assets: readonly string[] }> {
  let attempts = 0;
  const assets: string[] = [];
  for await (const { events } of store.read(mintSubject(TENANT, SALE), NO_HEAD)) {
    for (const { type, data } of events) {
      if (type === 'MintSubmitted') attempts += 1;
      if (type === 'MintPlanned') assets.push(data.asset);
    }
  }
  return { attempts, assets };
}
