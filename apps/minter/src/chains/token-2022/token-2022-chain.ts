import assert from 'node:assert/strict';
import type { BlockhashWithExpiryBlockHeight } from '@solana/web3.js';
import type { Leaf, MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import { Fault } from '#shared/kernel/fault.js';
import type { TenantId, TicketId } from '#shared/kernel/ids.js';
import { CompressedTickets } from '../bubblegum/compressed-tickets.js';
import { MARKER_BYTES } from '../bubblegum/instructions.js';
import type { LoggedLeaves } from '../bubblegum/tree-mirrors.js';
import type { TreeRoom } from '../bubblegum/trees.js';
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
} from '../chain.js';
import { assetAddress } from './asset-address.js';
import { readVerdicts } from './look.js';
import type { MintKeys } from './mint-keys.js';
import { assetBytes, signBurn, signMint } from './mint-transaction.js';
import { PayerFunds } from './payer-funds.js';
import { PriorityFees, type PriorityOptions } from './priority-fees.js';
import type { Provider } from './rpc/provider.js';
import { Providers, type ProvidersOptions } from './rpc/providers.js';
import { TtlCache } from './rpc/ttl-cache.js';
import { submitOnce } from './submit.js';

export interface Token2022Options extends ProvidersOptions {
  readonly priority: PriorityOptions;
  /** All attempts within this time share genesis hash and blockhash; a blockhash is valid for 150 blocks, a minute on a real chain. */
  readonly freshMs: number;
  /** Request lamports whenever the payer runs low: development only, refused on a public cluster. */
  readonly airdrop: boolean;
  /** The log's leaves of a tree. Absent: only the chain's history shows the leaves of a tree. */
  readonly logged?: LoggedLeaves;
  /** Called when the trees of compressed tickets become nearly full. */
  readonly onLowRoom?: (room: TreeRoom) => void;
}

/**
 * Mints tickets on a Solana chain through a JSON-RPC node: as Token-2022 mints of one token, or compressed, depending on each ticket's
 * plan.
 */
export class Token2022Chain implements Chain {
  private readonly providers: Providers;
  private readonly genesis: TtlCache<string>;
  private readonly blockhash: TtlCache<BlockhashWithExpiryBlockHeight>;
  private readonly payer: PayerFunds;
  private readonly priority: PriorityFees;
  private readonly compressed: CompressedTickets;

  constructor(
    private readonly keys: MintKeys,
    private readonly options: Token2022Options,
  ) {
    this.providers = new Providers(options);
    this.genesis = new TtlCache(() => this.providers.genesisHash(), options.freshMs);
    this.blockhash = new TtlCache(() => this.providers.use(latestBlockhash), options.freshMs);
    this.priority = new PriorityFees(options.priority, () => this.providers.use(recentFees));
    this.payer = new PayerFunds(this.providers, keys.payer.publicKey, this.priority.cap);
    this.compressed = new CompressedTickets(keys, this.providers, options);
  }

  async genesisHash(): Promise<string> {
    return this.genesis.read();
  }

  address(tenant: TenantId, ticket: TicketId, compressed?: Compressed): AssetAddress {
    if (compressed !== undefined) return this.compressed.address(tenant, ticket, compressed);
    return assetAddress(this.keys.base.publicKey, tenant, ticket);
  }

  async prepare(plan: MintPlan, attempt: number): Promise<SignedTransaction> {
    if (plan.base !== this.keys.base.address) {
      throw new Fault('configuration', {
        problems: [`base.json is not the key ticket ${plan.ticket} was planned with`],
        planned: plan.base,
      });
    }
    sameChain(await this.genesisHash(), plan);
    const bytes = isCompressed(plan) ? MARKER_BYTES : assetBytes(plan);
    const [rent, microLamports] = await Promise.all([this.payer.rent(bytes), this.priority.price(attempt)]);
    const { blockhash, lastValidBlockHeight } = await this.blockhash.read(); // last, because it expires
    const terms = { rent, blockhash, lastValidBlockHeight, microLamports };
    return isCompressed(plan) ? this.compressed.prepare(plan, terms) : signMint(plan, this.keys, terms);
  }

  get delegate(): string {
    return this.keys.delegate.address;
  }

  async prepareBurn(plan: MintPlan, attempt: number, leaf?: Leaf): Promise<SignedTransaction> {
    if (plan.delegate !== this.delegate) {
      const problems = [`delegate.json is not the key ticket ${plan.ticket} was planned with`];
      throw new Fault('configuration', { problems, planned: plan.delegate });
    }
    sameChain(await this.genesisHash(), plan);
    const microLamports = await this.priority.price(attempt);
    const { blockhash, lastValidBlockHeight } = await this.blockhash.read();
    const terms = { rent: 0n, blockhash, lastValidBlockHeight, microLamports };
    return isCompressed(plan) ? this.compressed.prepareBurn(plan, leaf, terms) : signBurn(plan, this.keys, terms);
  }

  async submit(attempt: MintAttempt, simulate: boolean): Promise<Submission> {
    const said = await this.providers.give(
      (rpc) => submitOnce(rpc, attempt, simulate),
      ({ kind }) => kind !== 'unknown',
    );
    return said ?? { kind: 'unknown', reason: 'every provider serves another chain' };
  }

  async verdicts(watched: readonly Watched[]): Promise<readonly Verdict[]> {
    if (watched.length === 0) return [];
    const told = await this.providers.use(async (provider, genesis) => {
      const verdicts = await this.lookThrough(provider, genesis, watched);
      return this.providers.agreeOnDeath(provider, verdicts, (other, otherGenesis, indexes) =>
        this.lookThrough(
          other,
          otherGenesis,
          watched.filter((_, index) => indexes.includes(index)),
        ),
      );
    });
    // After a suspension of this process the cached blockhash may be expired although the process's clock shows no gap.
    if (told.some(({ kind }) => kind === 'dead')) this.blockhash.forget();
    return told;
  }

  /** Providers that are not used because they serve another chain. */
  get wrongProviders(): readonly string[] {
    return this.providers.wrong;
  }

  /** In the trees of compressed tickets, as of the last mint; undefined before the first of this process. */
  get treeRoom(): TreeRoom | undefined {
    return this.compressed.room;
  }

  async funds(): Promise<Funds> {
    return this.payer.read();
  }

  async replenish(): Promise<boolean> {
    if (!this.options.airdrop) return false;
    await this.payer.airdrop(await this.genesisHash());
    return true;
  }

  /** On another chain every asset would be absent, and every attempt dead. */
  private async lookThrough({ rpc }: Provider, genesisHash: string, watched: readonly Watched[]): Promise<readonly Verdict[]> {
    for (const { plan } of watched) sameChain(genesisHash, plan);
    const leaves = watched.filter(({ plan }) => isCompressed(plan));
    const assets = watched.filter(({ plan }) => !isCompressed(plan));
    const onLeaves = leaves.length === 0 ? [] : await readVerdicts(rpc, leaves, this.compressed.read);
    const onAssets = assets.length === 0 ? [] : await readVerdicts(rpc, assets);
    const verdicts = new Map([...leaves, ...assets].map((each, index) => [each, [...onLeaves, ...onAssets][index]]));
    return watched.map((each) => verdicts.get(each) ?? assert.fail('every mint has a verdict'));
  }
}

/** Confirmed, not processed: a blockhash of a losing fork is never accepted. */
const latestBlockhash = ({ rpc }: Provider): Promise<BlockhashWithExpiryBlockHeight> =>
  rpc.ask('getLatestBlockhash', (connection) => connection.getLatestBlockhash('confirmed'));

/** Fees of blocks, not of accounts: only other mints compete for the accounts that a mint writes. */
const recentFees = ({ rpc }: Provider): Promise<readonly number[]> =>
  rpc.ask('getRecentPrioritizationFees', async (connection) =>
    (await connection.getRecentPrioritizationFees()).map(({ prioritizationFee }) => prioritizationFee),
  );

function sameChain(genesisHash: string, plan: MintPlan): void {
  if (genesisHash !== plan.genesisHash)
    throw new Fault('chain-differs', { ticket: plan.ticket, planned: plan.genesisHash, found: genesisHash });
}
