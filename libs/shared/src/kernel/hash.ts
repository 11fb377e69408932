import { hash } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'; // RFC 4648 base32, lower case, no padding: safe in subjects, URLs and file names
const BITS_PER_LETTER = 5;

export type Hash = string & { readonly hash: unique symbol };

/** SHA-256 of some bytes, as 64 hexadecimal digits. */
export const sha256 = (bytes: Uint8Array | string): Hash => hash('sha256', bytes, 'hex') as Hash;

/** SHA-256 of several fields. Each is preceded by its length in bytes, so that ("ab", "c") and ("a", "bc") differ. */
export function hashFields(...fields: readonly string[]): Buffer {
  let text = '';
  for (const field of fields) text += `${Buffer.byteLength(field)}:${field},`;
  return hash('sha256', text, 'buffer');
}

/** The first `length` letters of the base32 form of some bytes. */
export function base32(bytes: Uint8Array, length: number): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff; // at most 4 bits remain between bytes, so 16 bits are enough
    bits += 8;
    while (bits >= BITS_PER_LETTER && text.length < length) {
      bits -= BITS_PER_LETTER;
      text += ALPHABET.charAt((held >> bits) & 31);
    }
    if (text.length === length) return text;
  }
  throw new RangeError(`${bytes.length} bytes do not fill ${length} base32 letters`);
}
