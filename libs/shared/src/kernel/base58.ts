const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const DIGIT = new Map([...ALPHABET].map((letter, value) => [letter, value]));
/** Nine digits a division: 58^9 is below 2^53, so the inner loops need no bigint. */
const CHUNK_DIGITS = 9;
const CHUNK = 58n ** BigInt(CHUNK_DIGITS);

/** Keys and signatures in the form Solana writes them. */
export function encodeBase58(bytes: Uint8Array): string {
  const leading = bytes.findIndex((byte) => byte !== 0);
  const zeros = leading === -1 ? bytes.length : leading;
  let rest = zeros === bytes.length ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let digits = '';
  while (rest > 0n) {
    let chunk = Number(rest % CHUNK);
    rest /= CHUNK;
    for (let place = 0; place < CHUNK_DIGITS && (rest > 0n || chunk > 0); place += 1) {
      digits = ALPHABET.charAt(chunk % 58) + digits;
      chunk = Math.floor(chunk / 58);
    }
  }
  return '1'.repeat(zeros) + digits;
}

/** The bytes, or null when the text holds a character that is not base58. */
export function decodeBase58(text: string): Uint8Array | null {
  let value = 0n;
  for (let start = 0; start < text.length; start += CHUNK_DIGITS) {
    const digits = text.slice(start, start + CHUNK_DIGITS);
    let chunk = 0;
    for (const letter of digits) {
      const digit = DIGIT.get(letter);
      if (digit === undefined) return null;
      chunk = chunk * 58 + digit;
    }
    value = value * (digits.length === CHUNK_DIGITS ? CHUNK : 58n ** BigInt(digits.length)) + BigInt(chunk);
  }
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  const hex = value === 0n ? '' : value.toString(16);
  const bodyBytes = Math.ceil(hex.length / 2);
  return Uint8Array.from(Buffer.from(hex.padStart(2 * (zeros + bodyBytes), '0'), 'hex'));
}
