import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Bytes that a caller carries for us and can neither read nor change. The same bytes are always sealed the same (the nonce is a keyed hash
 * of them), so that what is sealed can serve as a name. Sealed for one context they open in no other; contexts of one key have the same
 * length, so that no two pairs of context and bytes are one text.
 */
export class Sealed {
  private readonly sealKey: Buffer;
  private readonly nonceKey: Buffer;
  private readonly context: Buffer;

  constructor(key: string, context: string, purpose = '') {
    const bytes = Buffer.from(key, 'base64');
    this.sealKey = createHmac('sha256', bytes).update(`${purpose}seal`).digest();
    this.nonceKey = createHmac('sha256', bytes).update(`${purpose}nonce`).digest();
    this.context = Buffer.from(context);
  }

  seal(plain: Uint8Array): string {
    const nonce = createHmac('sha256', this.nonceKey).update(this.context).update(plain).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.sealKey, nonce, { authTagLength: TAG_BYTES }).setAAD(this.context);
    const sealed = [cipher.update(plain), cipher.final()];
    return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** `undefined` for whatever was not sealed here: made up, cut, another key's, another context's. */
  open(text: string): Buffer | undefined {
    const bytes = BASE64URL.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0);
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.sealKey, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(this.context).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {
      return undefined; // the tag does not fit: the one thing that can go wrong here
    }
  }
}
