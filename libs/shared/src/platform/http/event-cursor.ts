import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

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
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^[A-Za-z0-9_-]{48}$/;

/**
 * Cursors of one tenant's events. The stream's numbers would tell a tenant how much all others sell, so they are sealed with a key of
 * the tenant's own, bound to the epoch of the log. The same place is always sealed the same (the nonce is a keyed hash of it), so that
 * an event has one id for ever; two cursors do not tell how far they are apart.
 */
export class EventCursors {
  private readonly sealKey: Buffer;
  private readonly nonceKey: Buffer;
  private readonly epoch: Buffer;

  constructor(cursorKey: string, epoch: string) {
    const key = Buffer.from(cursorKey, 'base64');
    this.sealKey = createHmac('sha256', key).update('seal').digest();
    this.nonceKey = createHmac('sha256', key).update('nonce').digest();
    this.epoch = Buffer.from(epoch);
  }

  seal({ sequence, index }: Place): string {
    const plain = Buffer.alloc(SEQUENCE_BYTES + INDEX_BYTES);
    plain.writeUIntBE(sequence, 0, SEQUENCE_BYTES);
    plain.writeUIntBE(index, SEQUENCE_BYTES, INDEX_BYTES);
    const nonce = createHmac('sha256', this.nonceKey).update(this.epoch).update(plain).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.sealKey, nonce, { authTagLength: TAG_BYTES }).setAAD(this.epoch);
    const sealed = [cipher.update(plain), cipher.final()];
    return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** `undefined` for whatever was not sealed here: made up, cut, another tenant's, another log's. */
  open(cursor: string): Place | undefined {
    if (!SEALED.test(cursor)) return undefined;
    const bytes = Buffer.from(cursor, 'base64url');
    const decipher = createDecipheriv(CIPHER, this.sealKey, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES }).setAAD(
      this.epoch,
    );
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      return { sequence: plain.readUIntBE(0, SEQUENCE_BYTES), index: plain.readUIntBE(SEQUENCE_BYTES, INDEX_BYTES) };
    } catch {
      return undefined; // the tag does not fit: the one thing that can go wrong here
    }
  }
}
