import { decodeBase58 } from './base58.js';
import type { Wallet } from './ids.js';

const PUBLIC_KEY_BYTES = 32;
const LONGEST = 44;
const PRIME = 2n ** 255n - 19n;
/** The curve's d = -121665 / 121666. */
const D = 37_095_705_934_669_439_343_138_083_508_754_565_189_542_113_879_843_219_016_388_785_533_085_940_283_555n;
const Y_BITS = 2n ** 255n - 1n;
/** Of no y coordinate. */
const NO_KEY = new Uint8Array(PUBLIC_KEY_BYTES).fill(0xff);

/** Why a text is no address of Solana, in a few words, or `undefined` when it is one. */
export function addressProblem(text: string): string | undefined {
  if (text.length === 0 || text.length > LONGEST) return `must be a base58 address of 32 bytes (32 to ${LONGEST} characters)`;
  const bytes = decodeBase58(text);
  if (bytes === null) return 'must be base58 (no 0, O, I or l)';
  if (bytes.length !== PUBLIC_KEY_BYTES) return `must be 32 bytes in base58; these are ${bytes.length}`;
  return undefined;
}

/** Why no key signs for an address, or `undefined` when it is an Ed25519 public key. A program signs for others: a smart wallet, a multisig. */
export const keyProblem = (text: string): string | undefined =>
  isOnCurve(decodeBase58(text) ?? NO_KEY) ? undefined : 'must be an Ed25519 public key; no key signs for this address';

/** Why a wallet address is unusable, in a few words, or `undefined` when a person can sign for it. */
export const walletProblem = (text: string): string | undefined => addressProblem(text) ?? keyProblem(text);

export const isWallet = (text: string): text is Wallet => walletProblem(text) === undefined;

/**
 * RFC 8032, 5.1.3: the y coordinate must have an x on the curve, so x² = (y² - 1) / (dy² + 1) must be a square. u / v is a square
 * exactly when u · v is. The Jacobi symbol decides that ten times faster than a square root.
 */
function isOnCurve(bytes: Uint8Array): boolean {
  const y = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) & Y_BITS;
  if (y >= PRIME) return false;
  const square = (y * y) % PRIME;
  return jacobi(((square - 1n + PRIME) * (D * square + 1n)) % PRIME) >= 0;
}

/** The Jacobi symbol of `value` and the prime: 1 for a square, -1 for none, 0 for 0. */
function jacobi(value: bigint): number {
  let sign = 1;
  let upper = value;
  let lower = PRIME;
  while (upper !== 0n) {
    while ((upper & 1n) === 0n) {
      upper >>= 1n;
      const rest = Number(lower & 7n);
      if (rest === 3 || rest === 5) sign = -sign;
    }
    if ((upper & 3n) === 3n && (lower & 3n) === 3n) sign = -sign;
    [upper, lower] = [lower % upper, upper];
  }
  return lower === 1n ? sign : 0;
}
