import type { BlockhashWithExpiryBlockHeight } from '@solana/web3.js';
import type { MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import { Fault } from '#shared/kernel/fault.js';
import type { TenantId, TicketId } from '#shared/kernel/ids.js';
import type { AssetAddress, Chain, Funds, SignedTransaction, Submission, Verdict, Watched } from '../chain.js';
import { assetAddress } from './asset-address.js';
import { readVerdicts } from './look.js';
import type { MintKeys } from './mint-keys.js';
import { assetBytes, signBurn, signMint } from './mint-transaction.js';
import { PayerFunds } from './payer-funds.js';
import type { Provider } from './rpc/provider.js';
import { Providers, type ProvidersOptions } from './rpc/providers.js';
import { TtlCache } from './rpc/ttl-cache.js';
import { submitOnce } from './submit.js';

/** A later attempt may pay up to this many times the first one's price. */
const MOST_PRIORITY_FACTOR = 16;

export interface Token2022Options extends ProvidersOptions {
  /** Price of a compute unit in the first attempt; it doubles with every attempt up to 16 times. */
  readonly priorityMicroLamports: number;
  /** All attempts within this time share genesis hash and blockhash; a blockhash is valid for 150 blocks, a minute on a real chain. */
  readonly freshMs: number;
  /** Request lamports whenever the payer runs low: development only, refused on a public cluster. */
  readonly airdrop: boolean;
}

/** Mints tickets as Token-2022 mints of one token, on a Solana chain behind a JSON-RPC node. */
export class Token2022Chain implements Chain {
  private readonly providers: Providers;
  private readonly genesis: TtlCache<string>;
  private readonly blockhash: TtlCache<BlockhashWithExpiryBlockHeight>;
  private readonly payer: PayerFunds;

  constructor(
    private readonly keys: MintKeys,
    private readonly options: Token2022Options,
  ) {
    this.providers = new Providers(options);
    this.genesis = new TtlCache(() => this.providers.genesisHash(), options.freshMs);
    this.blockhash = new TtlCache(() => this.providers.use(latestBlockhash), options.freshMs);
    this.payer = new PayerFunds(this.providers, keys.payer.publicKey, options.priorityMicroLamports * MOST_PRIORITY_FACTOR);
  }

  async genesisHash(): Promise<string> {
    return this.genesis.read();
  }

  address(tenant: TenantId, ticket: TicketId): AssetAddress {
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
    const [rent, { blockhash, lastValidBlockHeight }] = await Promise.all([this.payer.rent(assetBytes(plan)), this.blockhash.read()]);
    return signMint(plan, this.keys, { rent, blockhash, lastValidBlockHeight, microLamports: this.price(attempt) });
  }

  get delegate(): string {
    return this.keys.delegate.address;
  }

  async prepareBurn(plan: MintPlan, attempt: number): Promise<SignedTransaction> {
    if (plan.delegate !== this.delegate) {
      const problems = [`delegate.json is not the key ticket ${plan.ticket} was planned with`];
      throw new Fault('configuration', { problems, planned: plan.delegate });
    }
    sameChain(await this.genesisHash(), plan);
    const { blockhash, lastValidBlockHeight } = await this.blockhash.read();
    return signBurn(plan, this.keys, { rent: 0n, blockhash, lastValidBlockHeight, microLamports: this.price(attempt) });
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
      const verdicts = await lookThrough(provider, genesis, watched);
      return this.providers.agreeOnDeath(provider, verdicts, (other, otherGenesis, indexes) =>
        lookThrough(
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

  async funds(): Promise<Funds> {
    return this.payer.read();
  }

  async replenish(): Promise<boolean> {
    if (!this.options.airdrop) return false;
    await this.payer.airdrop(await this.genesisHash());
    return true;
  }

  private price(attempt: number): number {
    return this.options.priorityMicroLamports * Math.min(2 ** (attempt - 1), MOST_PRIORITY_FACTOR);
  }
}

/** Confirmed, not processed: a blockhash of a losing fork is never accepted. */
const latestBlockhash = ({ rpc }: Provider): Promise<BlockhashWithExpiryBlockHeight> =>
  rpc.ask('getLatestBlockhash', (connection) => connection.getLatestBlockhash('confirmed'));

/** On another chain every asset would be absent, and every attempt dead. */
async function lookThrough({ rpc }: Provider, genesisHash: string, watched: readonly Watched[]): Promise<readonly Verdict[]> {
  for (const { plan } of watched) sameChain(genesisHash, plan);
  return readVerdicts(rpc, watched);
}

function sameChain(genesisHash: string, plan: MintPlan): void {
  if (genesisHash !== plan.genesisHash)
    throw new Fault('chain-differs', { ticket: plan.ticket, planned: plan.genesisHash, found: genesisHash });
}
