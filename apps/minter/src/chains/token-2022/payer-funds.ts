import { type Connection, PublicKey } from '@solana/web3.js';
import { Fault } from '#shared/kernel/fault.js';
import { type Funds, MAX_NAME_BYTES, MAX_SYMBOL_BYTES, MAX_URI_BYTES } from '../chain.js';
import { assetBytes, COMPUTE_UNIT_LIMIT, TOKEN_ACCOUNT_BYTES } from './mint-transaction.js';
import type { Providers } from './rpc/providers.js';

const LAMPORTS_PER_SIGNATURE = 5_000n;
const SIGNATURES = 3n;
const MICRO = 1_000_000n;
const LARGEST_ASSET_BYTES = assetBytes({
  name: 'n'.repeat(MAX_NAME_BYTES),
  symbol: 's'.repeat(MAX_SYMBOL_BYTES),
  uri: 'u'.repeat(MAX_URI_BYTES),
  delegate: PublicKey.default.toBase58(),
});
/** 100 SOL: some 16,000 tickets. */
const AIRDROP_LAMPORTS = 100_000_000_000;
/** Clusters where lamports are money: the minter never requests an airdrop there. */
export const PUBLIC_GENESIS = new Map([
  ['5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d', 'mainnet-beta'],
  ['EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG', 'devnet'],
  ['4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY', 'testnet'],
]);

/** Rent and balance from the chain. The rent of each size is requested once. */
export class PayerFunds {
  private readonly rents = new Map<number, Promise<bigint>>();

  constructor(
    private readonly providers: Providers,
    private readonly payer: PublicKey,
    private readonly mostMicroLamports: number,
  ) {}

  /** A thousand mints that start together share one request. */
  rent(bytes: number): Promise<bigint> {
    const known = this.rents.get(bytes);
    if (known !== undefined) return known;
    const asked = this.ask('getMinimumBalanceForRentExemption', async (rpc) => BigInt(await rpc.getMinimumBalanceForRentExemption(bytes)));
    this.rents.set(bytes, asked);
    asked.catch(() => this.rents.delete(bytes)); // the waiting callers get the fault; the next caller requests it again
    return asked;
  }

  async read(): Promise<Funds> {
    const balance = await this.ask('getBalance', (rpc) => rpc.getBalance(this.payer, 'confirmed'));
    const rents = (await this.rent(LARGEST_ASSET_BYTES)) + (await this.rent(TOKEN_ACCOUNT_BYTES));
    const priority = (BigInt(COMPUTE_UNIT_LIMIT) * BigInt(this.mostMicroLamports)) / MICRO + 1n;
    return { balance: BigInt(balance), perMint: rents + LAMPORTS_PER_SIGNATURE * SIGNATURES + priority };
  }

  /** @throws Fault `configuration` on a chain where lamports are money */
  async airdrop(genesisHash: string): Promise<void> {
    const cluster = PUBLIC_GENESIS.get(genesisHash);
    if (cluster !== undefined) throw new Fault('configuration', { problems: [`MINT_AIRDROP=local, but the RPC serves ${cluster}`] });
    await this.ask('requestAirdrop', (rpc) => rpc.requestAirdrop(this.payer, AIRDROP_LAMPORTS));
  }

  private ask<T>(what: string, question: (connection: Connection) => Promise<T>): Promise<T> {
    return this.providers.use(({ rpc }) => rpc.ask(what, question));
  }
}
