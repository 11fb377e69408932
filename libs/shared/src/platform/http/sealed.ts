import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Sealed bytes that a caller stores but can neither read nor change. Equal bytes give an equal text (the nonce is their keyed hash), so
 * the text can serve as a name. Text sealed for one context does not open in another. Contexts of one key have equal length, so that no
 * two pairs of context and bytes coincide.
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

  /** `undefined` for any other text: invented, truncated, of another key or another context. */
  open(text: string): Buffer | undefined {
    const bytes = BASE64URL.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0);
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.sealKey, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(this.context).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {
      return undefined; // the tag does not match: no other error is possible here
    }
  }
}
