import type { TransactionError } from '../rpc/transaction-error.js';
import type { HistoryPlace } from './journal.js';

/** A transaction that landed, with or without an error. */
export interface LandedTransaction {
  readonly signature: string;
  readonly slot: number;
  readonly blockTime: number;
  readonly err: TransactionError | null;
  readonly memo: string | null;
  readonly keys: readonly string[];
  readonly history: HistoryPlace;
}

/** Every signature that ever landed. The same bytes land once, even after the blockhash window has passed. */
export class SignatureTable {
  private readonly bySignature = new Map<string, LandedTransaction>();
  private readonly byAddress = new Map<string, LandedTransaction[]>();
  private landed: LandedTransaction[] = [];

  get count(): number {
    return this.landed.length;
  }

  get(signature: string): LandedTransaction | undefined {
    return this.bySignature.get(signature);
  }

  /** Oldest first. */
  touching(address: string): readonly LandedTransaction[] {
    return this.byAddress.get(address) ?? [];
  }

  add(transaction: LandedTransaction): void {
    this.bySignature.set(transaction.signature, transaction);
    this.landed.push(transaction);
    for (const key of new Set(transaction.keys)) {
      const list = this.byAddress.get(key);
      if (list === undefined) this.byAddress.set(key, [transaction]);
      else list.push(transaction);
    }
  }

  after(slot: number): readonly LandedTransaction[] {
    return this.landed.slice(this.landed.findLastIndex((transaction) => transaction.slot <= slot) + 1);
  }

  /** Removes transactions landed after `slot`, so that they may land again. */
  forgetAfter(slot: number): void {
    const gone = this.after(slot);
    this.landed = this.landed.slice(0, this.landed.length - gone.length);
    for (const { signature } of gone) this.bySignature.delete(signature);
    for (const address of new Set(gone.flatMap((transaction) => transaction.keys))) {
      const kept = this.touching(address).filter((transaction) => transaction.slot <= slot);
      this.byAddress.set(address, kept);
    }
  }
}
