const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** Nine digits a division: 58⁹ fits 53 bits, so the inner loop needs no bigint. */
const DIGITS = 9;
const CHUNK = 58n ** BigInt(DIGITS);

/** Signatures in the form Solana writes them. */
export function encodeBase58(bytes: Uint8Array): string {
  let text = '';
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
  while (rest > 0n) {
    let chunk = Number(rest % CHUNK);
    rest /= CHUNK;
    for (let place = 0; place < DIGITS && (rest > 0n || chunk > 0); place += 1) {
      text = ALPHABET.charAt(chunk % 58) + text;
      chunk = Math.floor(chunk / 58);
    }
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(zeros === -1 ? bytes.length : zeros) + text;
}
