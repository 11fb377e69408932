import { Sealed } from './sealed.js';

/** A position in the log: everything up to and including one event of one message. */
export interface EventPosition {
  /** The message's stream sequence; 0: before all messages. */
  readonly sequence: number;
  readonly index: number;
}

export const BEGINNING: EventPosition = { sequence: 0, index: 0 };
const SEQUENCE_BYTES = 6;
const INDEX_BYTES = 2;
/** More events than a commit can have: the whole message. */
export const WHOLE_MESSAGE = 2 ** (8 * INDEX_BYTES) - 1;
const SEALED = /^[A-Za-z0-9_-]{48}$/;

/**
 * Cursors of one tenant's events. Plain stream sequences would tell a tenant the volume of all others, so they are sealed with a key of
 * the tenant, bound to the log's epoch. The same position always gives the same cursor, so an event has one permanent id. Two cursors do
 * not reveal their distance.
 */
export class EventCursors {
  private readonly sealed: Sealed;

  constructor(cursorKey: string, epoch: string) {
    this.sealed = new Sealed(cursorKey, epoch);
  }

  seal({ sequence, index }: EventPosition): string {
    const plain = Buffer.alloc(SEQUENCE_BYTES + INDEX_BYTES);
    plain.writeUIntBE(sequence, 0, SEQUENCE_BYTES);
    plain.writeUIntBE(index, SEQUENCE_BYTES, INDEX_BYTES);
    return this.sealed.seal(plain);
  }

  /** `undefined` for any other text: invented, truncated, of another tenant or of another log. */
  open(cursor: string): EventPosition | undefined {
    const plain = SEALED.test(cursor) ? this.sealed.open(cursor) : undefined;
    if (plain === undefined) return undefined;
    return { sequence: plain.readUIntBE(0, SEQUENCE_BYTES), index: plain.readUIntBE(SEQUENCE_BYTES, INDEX_BYTES) };
  }
}
