import type { TransactionError } from '../rpc/transaction-error.js';
import type { WireTransaction } from '../rpc/wire-transaction.js';
import { type AccountImage, type AccountSink, type Images, OverlayAccounts, sameImage } from './account-image.js';
import { ChainState } from './chain-state.js';
import type { Commitment, CommitmentDepths } from './commitment.js';
import { describeHistory } from './history.js';
import type { Journal, JournalRecord } from './journal.js';
import type { Execution, Simulation, Svm } from './svm.js';

export type Submission =
  | { readonly outcome: 'landed'; readonly err: TransactionError | null }
  | { readonly outcome: 'already-landed' }
  | { readonly outcome: 'refused'; readonly err: TransactionError };

export interface BankSettings {
  readonly depths: CommitmentDepths;
  /** Every transaction gets a slot of its own, final at once. */
  readonly instant: boolean;
  readonly unixSeconds: () => number;
}

const NOTHING_RAN: Omit<Execution, 'err'> = { logs: [], computeUnits: 0, inner: [], returnData: null };
/** Before the first slot is final, a client of the default commitment has no usable blockhash: 12.8 s at 400 ms a slot. */
const FIRST_SLOT = 1;
/** Nothing to write: the virtual machine has already written the accounts. */
const WRITTEN_BY_EXECUTION: AccountSink = { set: () => undefined };

/** The chain itself: slots, execution, at-most-once landing, views and rollback. Block height equals slot. */
export class Bank {
  readonly state: ChainState;
  private readonly listeners = new Set<() => void>();

  /** Micro-lamports per compute unit: the reported fee of recent blocks. No transaction is refused for less. */
  priorityFee = 0;

  constructor(
    private readonly svm: Svm,
    private readonly journal: Journal,
    private readonly settings: BankSettings,
  ) {
    this.state = new ChainState(journal.genesisHash);
  }

  get genesisHash(): string {
    return this.journal.genesisHash;
  }

  /**
   * Replays the records of earlier starts, then opens the next slot; a new chain begins with a final first slot. @returns the number of
   * accounts restored
   */
  restore(): number {
    const overlay = new OverlayAccounts(this.svm);
    for (const record of this.journal.past()) this.state.apply(record, overlay, (address) => overlay.get(address));
    const accounts = overlay.flush();
    do this.openSlot();
    while (this.slotAt('finalized') < FIRST_SLOT);
    return accounts;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  openSlot(): void {
    const time = this.settings.unixSeconds();
    this.svm.setClock(this.state.slot + 1, time);
    this.record({ kind: 'slot', slot: this.state.slot + 1, time }, () => null);
  }

  slotAt(commitment: Commitment): number {
    return Math.max(0, this.state.slot - this.settings.depths[commitment]);
  }

  accountAt(address: string, slot: number): AccountImage | null {
    const earlier = slot >= this.state.slot ? undefined : this.state.undo.imageAt(address, slot);
    return earlier === undefined ? this.svm.get(address) : earlier;
  }

  rentExemptLamports(dataBytes: number): bigint {
    return this.svm.rentExemptLamports(dataBytes);
  }

  readHistory(signature: string): string | null {
    const landed = this.state.signatures.get(signature);
    return landed === undefined ? null : this.journal.readHistory(landed.history);
  }

  simulate(transaction: WireTransaction, verifySignatures: boolean): Simulation {
    return this.svm.simulate(transaction.bytes, verifySignatures);
  }

  /** Lands the transaction in the open slot, or returns why it cannot land. */
  submit(transaction: WireTransaction): Submission {
    return this.land(transaction, () => this.svm.execute(transaction.bytes));
  }

  /** Takes the fee and records an error without execution, like a congested or unlucky landing. */
  submitFailing(transaction: WireTransaction, err: TransactionError): Submission {
    return this.land(transaction, () => {
      const payer = this.svm.get(transaction.feePayer);
      if (payer === null || payer.lamports < transaction.fee) return { ...NOTHING_RAN, err: 'InsufficientFundsForFee' };
      this.svm.set(transaction.feePayer, { ...payer, lamports: payer.lamports - transaction.fee });
      return { ...NOTHING_RAN, err };
    });
  }

  /** Rolls back every slot after `toSlot`; final slots cannot be rolled back. @returns signatures that are no longer landed */
  rollBack(toSlot: number): readonly string[] {
    const finalized = this.slotAt('finalized');
    if (toSlot < finalized) throw new RangeError(`slot ${toSlot} is below the finalized slot ${finalized}`);
    const gone = this.state.signatures.after(toSlot).map(({ signature }) => signature);
    this.record({ kind: 'rolled-back', toSlot }, () => null, this.svm);
    this.openSlot();
    return gone;
  }

  private land(transaction: WireTransaction, run: () => Execution): Submission {
    const { blockhashes, signatures } = this.state;
    if (signatures.get(transaction.signature) !== undefined) return { outcome: 'already-landed' };
    if (!blockhashes.isValidAt(transaction.blockhash, this.state.slot)) return { outcome: 'refused', err: 'BlockhashNotFound' };
    const before = this.images(transaction.writable);
    const execution = run();
    const after = this.images(transaction.writable);
    const payerPaid = before.get(transaction.feePayer)?.lamports !== after.get(transaction.feePayer)?.lamports;
    if (execution.err !== null && !payerPaid) return { outcome: 'refused', err: execution.err };
    // The slot opens after execution, so that a rejected transaction advances no slot; nothing runs in between.
    if (this.settings.instant) this.openSlot();
    this.recordLanding(transaction, execution, before, after);
    return { outcome: 'landed', err: execution.err };
  }

  private recordLanding(transaction: WireTransaction, execution: Execution, before: Images, after: Images): void {
    const { slot, time } = this.state;
    const { signature, memo, keys } = transaction;
    const history = this.journal.appendHistory(describeHistory(transaction, execution, { before, after }, this.svm));
    const accounts = [...after].filter(([address, image]) => !sameImage(image, before.get(address) ?? null));
    this.record(
      { kind: 'landed', slot, time, signature, err: execution.err, memo, keys, history, accounts },
      (address) => before.get(address) ?? null,
    );
  }

  private images(addresses: readonly string[]): Images {
    return new Map(addresses.map((address) => [address, this.svm.get(address)]));
  }

  private record(
    record: JournalRecord,
    before: (address: string) => AccountImage | null,
    writes: AccountSink = WRITTEN_BY_EXECUTION,
  ): void {
    this.journal.append(record);
    this.state.apply(record, writes, before);
    for (const listener of this.listeners) listener();
  }
}
