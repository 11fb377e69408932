import type { AccountImage, AccountSink } from './account-image.js';
import { Blockhashes } from './blockhashes.js';
import type { JournalRecord, TransactionLanded } from './journal.js';
import { SignatureTable } from './signatures.js';
import { TokenIndex } from './token-index.js';
import { UndoLog } from './undo-log.js';

/** Slots a view may look back: as far as the slowest finality offered, and as a lagging or stale node of the fault switches. */
export const VIEW_DEPTH_SLOTS = 512;

/**
 * Everything the RPC layer knows beside the accounts. It changes by journal records only, so that what a restart folds from disk
 * and what a running chain does cannot differ.
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

  /** `before` tells what an account held before the record; `accounts` takes the writes. */
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
