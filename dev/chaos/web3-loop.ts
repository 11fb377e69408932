import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { hashFields } from '#shared/kernel/hash.js';
import type { OrderId, TenantId, TicketId, UnitId, Wallet } from '#shared/kernel/ids.js';
import { freshMintKeys, Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import type { TransactionSigner } from '../../apps/minter/src/chains/transaction-signer.js';

const TIMEOUT_MS = 10_000;
const SLOT_MS = 400;
/** The interval after which the same bytes are sent again, as in the minter. */
const RESEND_MS = 2_000;

/** The common web3.js loop: send, poll the status until it is final, treat an error as a failure and sign again. */
export class Web3Loop {
  readonly payer: TransactionSigner;
  readonly connection: Connection;
  private readonly chain: Token2022Chain;
  private readonly wallet = Signer.generate().signer.address as Wallet;
  private made = 0;

  constructor(url: string) {
    const keys = freshMintKeys();
    this.payer = keys.payer;
    this.connection = new Connection(url, {
      commitment: 'finalized',
      fetch: ((input: string, init?: RequestInit) => fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })) as never,
    });
    // Only builds transactions, so that both sides are measured with the same ones.
    this.chain = new Token2022Chain(keys, { url, timeoutMs: TIMEOUT_MS, priority: { floor: 0 }, freshMs: 1_000, airdrop: true });
  }

  async fund(): Promise<void> {
    await this.chain.replenish();
    while ((await this.connection.getBalance(this.payer.publicKey, 'confirmed')) === 0) await pause(SLOT_MS);
  }

  /** Mints in windows of this size, one window after the other. */
  async mint(tickets: number, window: number): Promise<void> {
    for (let from = 0; from < tickets; from += window) {
      await Promise.all(Array.from({ length: Math.min(window, tickets - from) }, () => this.mintOne()));
    }
  }

  private async mintOne(): Promise<void> {
    for (let minted = false; !minted; ) minted = await this.attempt();
  }

  private async attempt(): Promise<boolean> {
    const { signature, transaction, lastValidBlockHeight } = await this.chain.prepare(await this.nextPlan(), 1);
    const bytes = Buffer.from(transaction, 'base64');
    for (let sentAt = Number.NEGATIVE_INFINITY; ; await pause(SLOT_MS)) {
      try {
        if (performance.now() - sentAt > RESEND_MS) {
          await this.connection.sendRawTransaction(bytes, { skipPreflight: true, maxRetries: 0 });
          sentAt = performance.now();
        }
        const [status] = (await this.connection.getSignatureStatuses([signature])).value;
        if (status?.confirmationStatus === 'finalized') return status.err === null;
        if (status === null && (await this.connection.getBlockHeight('finalized')) > lastValidBlockHeight) return false;
      } catch {
        return false; // counted as a failure, as such loops usually do
      }
    }
  }

  private async nextPlan(): Promise<MintPlan> {
    this.made += 1;
    const ticket = `tkt_${this.made}` as TicketId;
    return {
      ticket,
      order: 'ord_bench' as OrderId,
      unit: `U-${this.made}` as UnitId,
      wallet: this.wallet,
      request: 1,
      ...this.chain.address('bench' as TenantId, ticket),
      genesisHash: await this.chain.genesisHash(),
      name: 'Bench',
      symbol: 'ADMIT',
      uri: `urn:admit-one:${ticket}`,
      memo: hashFields(ticket).toString('base64url'),
      salt: 'salt',
    };
  }
}
