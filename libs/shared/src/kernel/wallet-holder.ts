import { decodeBase58 } from './base58.js';
import type { Wallet } from './ids.js';
import { addressProblem, keyProblem } from './wallet.js';

/**
 * Addresses of the system program, sysvars, loaders, precompiles, the incinerator and wrapped SOL contain long runs of `1`: they were
 * chosen, not generated. A generated key contains ten in a row about once in 10^16.
 */
const CHOSEN = /1{10}/;

/**
 * Programs whose addresses are curve points. Their deployers may hold the keys, but these accounts hold code, and no program transfers
 * an asset from itself.
 */
const PROGRAMS: ReadonlySet<string> = new Set([
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', // SPL Token
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', // Token-2022
  'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL', // associated token accounts
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr', // memo
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo', // memo, first version
  'namesLPneVptA9Z5rqUDD9tMTWEJwofgaYwp8cawRkX', // name service
  'cmtDvXumGCrqC1Age74AVPhSRVXJMd8PJS91L8KbNCK', // account compression
  'noopb9bkMVfRPU8AsbpTUg8AQkHtKwMYZiFUjNRtMmV', // its log wrapper
  'mcmt6YrQEMKw8Mw43FmpRLmf7BqRnFMKmAcbxE3xkAW', // account compression of Metaplex
  'mnoopTCrg4p8ry25e4bcWA9XZjbNjMTfgYVGGEdRsf3', // its log wrapper
  'metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s', // Metaplex Token Metadata
  'auth9SigNpDKz4sJJ1DfCTuZrZNSAgh9sFD3rboVmgg', // Metaplex Token Auth Rules
  'BGUMAp9Gq7iTEuizy4pqaxsTyUCBK68MDfK752saRPUY', // Metaplex Bubblegum
  'CoREENxT6tW1HoK8ypY1SxRMZTcVPm7R94rH4PZNhX7d', // Metaplex Core
  'CndyV3LdqHUfDLmE5naZjVN8rBZz4tqhdefbAnjHG3JR', // Metaplex Candy Machine
  'cndy3Z4yapfJBmL3ShUp5exZKqR3z33thTzeNMm2gRZ', // Metaplex Candy Machine, second version
  'Guard1JwRhJkVH6XZhzoYxeBVQe872VH6QggF4BWmS9g', // Metaplex Candy Guard
]);

/**
 * The y coordinates of the points of order 1, 2, 4 and 8, little-endian, without the sign bit: Solana accepts no signature of these
 * keys.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);
const SIGN_BIT = 0x80;

/** Why an address can hold an asset in no sale, or `undefined` when it can in some: addresses that no key signs for are for sales of smart wallets. */
export function holderProblem(text: string): string | undefined {
  const problem = addressProblem(text);
  if (problem !== undefined) return problem;
  if (CHOSEN.test(text) || PROGRAMS.has(text))
    return 'must be a wallet; this is the address of a program or of the system, which cannot hold a ticket';
  return isSmallOrder(text) ? 'must be a wallet; no key signs for a point of small order' : undefined;
}

/** Whether an address can hold an asset in every sale. */
export const isHolder = (text: string): text is Wallet => (holderProblem(text) ?? keyProblem(text)) === undefined;

function isSmallOrder(text: string): boolean {
  const bytes = Buffer.from(decodeBase58(text) ?? []);
  const last = bytes.length - 1;
  bytes.writeUInt8(bytes.readUInt8(last) & ~SIGN_BIT, last);
  return SMALL_ORDER.has(bytes.toString('hex'));
}
