import type { Leaf, MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import { Fault } from '#shared/kernel/fault.js';
import { base32, hashFields, sha256 } from '#shared/kernel/hash.js';
import type { TenantId, TicketId } from '#shared/kernel/ids.js';
import {
  type AssetAddress,
  type Chain,
  type Compressed,
  type Funds,
  isCompressed,
  type SignedTransaction,
  type Submission,
  type Verdict,
  type Watched,
} from './chain.js';

/** Faults of a transaction in transit. Each has a probability in 0..1; they are tried in this order. */
export const MEMORY_FAULTS = ['drop', 'landThenTimeOut', 'errorThenLand', 'landFailed', 'silence'] as const;
export type MemoryFault = (typeof MEMORY_FAULTS)[number];

export interface MemoryChainOptions {
  /** The same seed and the same calls give the same faults. */
  readonly seed?: number;
  readonly chances?: Readonly<Partial<Record<MemoryFault, number>>>;
  /** Blocks after signing in which a transaction may land. */
  readonly lifeBlocks?: number;
  readonly finalAfterSlots?: number;
  /** Slots that pass with every read: lets a whole minter run without a clock. */
  readonly slotsPerLook?: number;
  readonly base?: string;
}

interface Landed {
  readonly slot: number;
  readonly error: string | null;
}

interface Asset {
  readonly slot: number;
  /** Number of assets landed before it. */
  readonly index: number;
  /** The slot in which it was burned, and the burning signature. */
  burned?: { readonly slot: number; readonly signature: string | null };
  readonly signature: string;
  readonly plan: Pick<MintPlan, 'wallet' | 'name' | 'symbol' | 'uri'>;
}

const ADDRESS_LETTERS = 44;
const SEED_LETTERS = 32;
const COST = 6_000_000n;

/** An in-memory chain: one block a slot, delayed finality, and the rule of a real chain that an address is used once. */
export class MemoryChain implements Chain {
  readonly genesis = 'memory';
  readonly delegate = 'memory-delegate';
  balance = 1_000_000_000_000n;
  private slot = 1;
  private made = 0;
  private state: number;
  private readonly next: MemoryFault[] = [];
  private readonly statuses = new Map<string, Landed>();
  private readonly assets = new Map<string, Asset>();

  constructor(private readonly options: MemoryChainOptions = {}) {
    this.state = options.seed ?? 1;
  }

  async genesisHash(): Promise<string> {
    return this.genesis;
  }

  address(tenant: TenantId, ticket: TicketId, compressed?: Compressed): AssetAddress {
    const base = this.base;
    const seed = base32(hashFields(tenant, ticket), SEED_LETTERS);
    const address = { base, seed, program: 'memory', asset: base32(hashFields(base, seed), ADDRESS_LETTERS) };
    return compressed === undefined ? address : { ...address, compressed: { collection: `memory-${compressed.revocable}` } };
  }

  async prepare(plan: MintPlan, attempt: number): Promise<SignedTransaction> {
    if (plan.base !== this.base)
      throw new Fault('configuration', { problems: [`another base than ticket ${plan.ticket} was planned with`] });
    return this.sign(plan, { attempt });
  }

  async prepareBurn(plan: MintPlan, attempt: number, leaf?: Leaf): Promise<SignedTransaction> {
    if (plan.delegate !== this.delegate)
      throw new Fault('configuration', { problems: [`another delegate than ticket ${plan.ticket} was planned with`] });
    if (isCompressed(plan) && leaf?.index !== this.assets.get(plan.asset)?.index)
      throw new Fault('tree-differs', { ticket: plan.ticket, leaf });
    return this.sign(plan, { attempt, burns: true });
  }

  private sign(plan: MintPlan, of: { readonly attempt: number; readonly burns?: true }): SignedTransaction {
    this.sameChain(plan);
    this.made += 1;
    const transaction = Buffer.from(JSON.stringify({ ...plan, ...of, made: this.made })).toString('base64');
    const lastValidBlockHeight = this.slot + (this.options.lifeBlocks ?? 150);
    return { signature: sha256(transaction), transaction, blockhash: `block-${this.slot}`, lastValidBlockHeight };
  }

  async submit(attempt: MintAttempt, simulate: boolean): Promise<Submission> {
    if (this.statuses.has(attempt.signature)) return { kind: 'accepted' };
    if (simulate && this.wouldFail(planIn(attempt))) return { kind: 'refused', by: 'program', reason: 'already in use' };
    switch (this.strikes()) {
      case 'drop':
        return { kind: 'accepted' };
      case 'landThenTimeOut':
        this.land(attempt, null);
        return { kind: 'unknown', reason: 'no answer in time' };
      case 'errorThenLand':
        this.land(attempt, null);
        return { kind: 'refused', by: 'node', reason: 'internal error' };
      case 'landFailed':
        this.land(attempt, 'InstructionError');
        return { kind: 'accepted' };
      case 'silence':
        return { kind: 'unknown', reason: 'no answer in time' };
      case undefined:
        this.land(attempt, null);
        return { kind: 'accepted' };
    }
  }

  async verdicts(watched: readonly Watched[]): Promise<readonly Verdict[]> {
    for (const { plan } of watched) this.sameChain(plan);
    this.advance(this.options.slotsPerLook ?? 0);
    return watched.map((each) => this.judge(each));
  }

  async funds(): Promise<Funds> {
    return { balance: this.balance, perMint: COST };
  }

  async replenish(): Promise<boolean> {
    return false;
  }

  advance(slots: number): void {
    this.slot += slots;
  }

  /** Applies these faults to the next submissions, one each. */
  strikeNext(...faults: readonly MemoryFault[]): void {
    this.next.push(...faults);
  }

  /** Simulates another holder of the base key, who occupies the address. */
  occupy(asset: string): void {
    this.assets.set(asset, {
      slot: this.slot,
      index: this.assets.size,
      signature: 'not ours',
      plan: { wallet: '' as never, name: 'not ours', symbol: '', uri: '' },
    });
  }

  /** Simulates the holder's burn. */
  burn(asset: string): void {
    this.burnNow(asset, null);
  }

  get assetCount(): number {
    return this.assets.size;
  }

  get burnedCount(): number {
    return [...this.assets.values()].filter(({ burned }) => burned !== undefined).length;
  }

  /** Landed transactions, with or without effect. */
  get landedCount(): number {
    return this.statuses.size;
  }

  private get base(): string {
    return this.options.base ?? 'memory-base';
  }

  private get finalSlot(): number {
    return this.slot - (this.options.finalAfterSlots ?? 32);
  }

  private judge(watched: Watched): Verdict {
    const { plan, live, dead } = watched;
    const asset = this.assets.get(plan.asset);
    if (watched.state === 'revoking') return this.judgeBurn(watched, asset);
    if (asset !== undefined && asset.slot <= this.finalSlot) {
      const { name, symbol, uri } = asset.plan;
      if (name !== plan.name || symbol !== plan.symbol || uri !== plan.uri) return { kind: 'foreign', found: name };
      const signature = [live, ...dead].find((each) => each.signature === asset.signature)?.signature ?? live.signature;
      return {
        kind: 'confirmed',
        signature,
        slot: String(this.finalSlot),
        supply: asset.burned === undefined ? '1' : '0',
        holder: asset.burned === undefined ? asset.plan.wallet : null,
        ...(isCompressed(plan) && { leaf: { tree: 'memory-tree', index: asset.index, asset: `leaf ${asset.index}` } }),
      };
    }
    return this.judgeAttempt(live);
  }

  private judgeBurn({ live, dead }: Watched, asset: Asset | undefined): Verdict {
    if (asset?.burned === undefined || asset.burned.slot > this.finalSlot) return this.judgeAttempt(live);
    const { signature } = asset.burned;
    const ours = [live, ...dead].some((each) => each.signature === signature);
    return { kind: 'burned', signature: ours ? signature : null, slot: String(this.finalSlot) };
  }

  private judgeAttempt(live: MintAttempt): Verdict {
    const landed = this.statuses.get(live.signature);
    if (landed !== undefined && landed.error !== null && landed.slot <= this.finalSlot) {
      const evidence = { error: landed.error, landedInSlot: landed.slot, absentInSlot: this.finalSlot };
      return { kind: 'dead', attempt: live.attempt, reason: 'program-refused', evidence };
    }
    if (this.finalSlot > live.lastValidBlockHeight) {
      const evidence = { lastValidBlockHeight: live.lastValidBlockHeight, finalizedHeight: this.finalSlot, absentInSlot: this.finalSlot };
      return { kind: 'dead', attempt: live.attempt, reason: 'expired', evidence };
    }
    return { kind: 'unknown', seen: landed !== undefined, reason: 'in flight' };
  }

  /** The chain's rules: once for each signature, once for each address, and not after the last valid block. */
  private land({ signature, transaction, lastValidBlockHeight }: MintAttempt, error: string | null): void {
    if (this.statuses.has(signature) || this.slot > lastValidBlockHeight) return;
    const plan = planIn({ transaction });
    const fails = error ?? (this.wouldFail(plan) ? 'InstructionError' : null);
    this.statuses.set(signature, { slot: this.slot, error: fails });
    if (fails !== null) return;
    if (plan.burns) this.burnNow(plan.asset, signature);
    else this.assets.set(plan.asset, { slot: this.slot, index: this.assets.size, signature, plan });
  }

  /** A mint fails at an occupied address; a burn fails without an asset. */
  private wouldFail({ asset, burns }: Ordered): boolean {
    const there = this.assets.get(asset);
    return burns ? there === undefined || there.burned !== undefined : there !== undefined;
  }

  private burnNow(asset: string, signature: string | null): void {
    const there = this.assets.get(asset);
    if (there !== undefined) there.burned = { slot: this.slot, signature };
  }

  private strikes(): MemoryFault | undefined {
    const planned = this.next.shift();
    if (planned !== undefined) return planned;
    return MEMORY_FAULTS.find((fault) => this.random() < (this.options.chances?.[fault] ?? 0));
  }

  /** Mulberry32. */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  private sameChain(plan: MintPlan): void {
    if (plan.genesisHash !== this.genesis)
      throw new Fault('chain-differs', { ticket: plan.ticket, planned: plan.genesisHash, found: this.genesis });
  }
}

/** The effect of a transaction: mint the plan's asset, or burn it. */
type Ordered = MintPlan & { readonly burns?: true };

const planIn = ({ transaction }: Pick<MintAttempt, 'transaction'>): Ordered =>
  JSON.parse(Buffer.from(transaction, 'base64').toString('utf8')) as Ordered;
