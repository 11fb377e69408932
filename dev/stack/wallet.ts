import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { encodeBase58 } from '#shared/kernel/base58.js';
import { writePrivate } from '#shared/platform/process/secrets.js';

const SEED_BYTES = 32;
const KEY_BYTES = 2 * SEED_BYTES; // the seed, then the public key: the format of Solana's own tools

/** A demo wallet: created once, its key in a file as `solana-keygen` writes it. @returns its address */
export function keepWallet(file: string): string {
  if (!existsSync(file)) writePrivate(file, `${JSON.stringify(newKey())}\n`);
  const key = JSON.parse(readFileSync(file, 'utf8')) as number[];
  if (key.length !== KEY_BYTES) throw new Error(`${file} holds no wallet. Delete it, and another one is made.`);
  return encodeBase58(Uint8Array.from(key.slice(SEED_BYTES)));
}

function newKey(): number[] {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-SEED_BYTES);
  const address = publicKey.export({ type: 'spki', format: 'der' }).subarray(-SEED_BYTES);
  return [...seed, ...address];
}
