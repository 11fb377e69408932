import { base58 } from '@scure/base';

/** Keys and signatures in Solana's text form. */
export const encodeBase58 = (bytes: Uint8Array): string => base58.encode(bytes);

/** The bytes, or null when the text holds a character that is not base58. */
export function decodeBase58(text: string): Uint8Array | null {
  try {
    return base58.decode(text);
  } catch {
    return null; // the library throws for no other reason
  }
}
