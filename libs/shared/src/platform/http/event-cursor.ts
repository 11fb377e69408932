import { Sealed } from './sealed.js';

/** A place in the log: everything up to and including one event of one message. */
export interface Place {
  /** Of the message in the stream; 0: before all. */
  readonly sequence: number;
  readonly index: number;
}

export const BEGINNING: Place = { sequence: 0, index: 0 };
const SEQUENCE_BYTES = 6;
const INDEX_BYTES = 2;
/** As many events as a commit cannot have: everything of its message. */
export const WHOLE_MESSAGE = 2 ** (8 * INDEX_BYTES) - 1;
const SEALED = /^[A-Za-z0-9_-]{48}$/;

/**
 * Cursors of one tenant's events. The stream's numbers would tell a tenant how much all others sell, so they are sealed with a key of
 * the tenant's own, bound to the epoch of the log. The same place is always sealed the same, so that an event has one id for ever; two
 * cursors do not tell how far they are apart.
 */
export class EventCursors {
  private readonly sealed: Sealed;

  constructor(cursorKey: string, epoch: string) {
    this.sealed = new Sealed(cursorKey, epoch);
  }

  seal({ sequence, index }: Place): string {
    const plain = Buffer.alloc(SEQUENCE_BYTES + INDEX_BYTES);
    plain.writeUIntBE(sequence, 0, SEQUENCE_BYTES);
    plain.writeUIntBE(index, SEQUENCE_BYTES, INDEX_BYTES);
    return this.sealed.seal(plain);
  }

  /** `undefined` for whatever was not sealed here: made up, cut, another tenant's, another log's. */
  open(cursor: string): Place | undefined {
    const plain = SEALED.test(cursor) ? this.sealed.open(cursor) : undefined;
    if (plain === undefined) return undefined;
    return { sequence: plain.readUIntBE(0, SEQUENCE_BYTES), index: plain.readUIntBE(SEQUENCE_BYTES, INDEX_BYTES) };
  }
}
