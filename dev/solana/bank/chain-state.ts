import type { AccountImage, AccountSink } from './account-image.js';
import { Blockhashes } from './blockhashes.js';
import type { JournalRecord, TransactionLanded } from './journal.js';
import { SignatureTable } from './signatures.js';
import { TokenIndex } from './token-index.js';
import { UndoLog } from './undo-log.js';

/** How far back a view may read: enough for the slowest finality offered, and for the lagging and stale nodes of the fault switches. */
export const VIEW_DEPTH_SLOTS = 512;

/**
 * The RPC layer's state apart from accounts. It changes only by journal records, so that a restart from disk and a running chain reach
 * the same state.
 */
export class ChainState {
  slot = 0;
  time = 0;
  readonly signatures = new SignatureTable();
  readonly blockhashes: Blockhashes;
  readonly undo = new UndoLog();
  readonly tokens = new TokenIndex();

  constructor(genesisHash: string) {
    this.blockhashes = new Blockhashes(genesisHash);
  }

  /** `before` returns an account's state before the record; `accounts` receives the writes. */
  apply(record: JournalRecord, accounts: AccountSink, before: (address: string) => AccountImage | null): void {
    switch (record.kind) {
      case 'slot':
        this.slot = record.slot;
        this.time = record.time;
        this.blockhashes.open(record.slot);
        this.undo.forgetUpTo(record.slot - VIEW_DEPTH_SLOTS);
        return;
      case 'landed':
        this.land(record, accounts, before);
        return;
      case 'rolled-back':
        this.undo.rewind(record.toSlot, (address, image) => accounts.set(address, image));
        this.signatures.forgetAfter(record.toSlot);
        this.blockhashes.abandonAfter(record.toSlot);
    }
  }

  private land(record: TransactionLanded, accounts: AccountSink, before: (address: string) => AccountImage | null): void {
    for (const [address, image] of record.accounts) {
      this.undo.remember(record.slot, address, before(address));
      accounts.set(address, image);
      this.tokens.note(address, image);
    }
    const { signature, slot, time, err, memo, keys, history } = record;
    this.signatures.add({ signature, slot, blockTime: time, err, memo, keys, history });
  }
}
