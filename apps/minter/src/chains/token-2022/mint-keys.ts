import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PublicKey } from '@solana/web3.js';
import { z } from 'zod';
import { Fault, isFault } from '#shared/kernel/fault.js';
import type { TransactionSigner } from '../transaction-signer.js';

/** RFC 8410: the prefix of the 32 secret bytes of an Ed25519 key in PKCS #8. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** The same for the 32 bytes of a public key in SPKI. */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');
const SECRET_BYTES = 32;
const KEYPAIR_BYTES = 64;
const OTHERS = 0o077;

const keyFile = z.array(z.number().int().min(0).max(255)).length(KEYPAIR_BYTES);

/** A signing key of this process. node:crypto signs many times faster than JavaScript. */
export class Signer implements TransactionSigner {
  readonly publicKey: PublicKey;
  readonly address: string;
  private readonly key: KeyObject;

  /** @param keypair secret and public key, 32 bytes each, as `solana-keygen` writes them */
  constructor(keypair: Uint8Array) {
    this.key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, keypair.subarray(0, SECRET_BYTES)]), format: 'der', type: 'pkcs8' });
    this.publicKey = new PublicKey(keypair.subarray(SECRET_BYTES));
    this.address = this.publicKey.toBase58();
  }

  static generate(): { readonly keypair: Uint8Array; readonly signer: Signer } {
    // As DER: exporting a new key as JWK hangs Node 20 forever once in some thousand times (measured).
    const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
      privateKeyEncoding: { format: 'der', type: 'pkcs8' },
      publicKeyEncoding: { format: 'der', type: 'spki' },
    });
    const keypair = Buffer.concat([privateKey.subarray(PKCS8_ED25519.length), publicKey.subarray(SPKI_ED25519.length)]);
    return { keypair, signer: new Signer(keypair) };
  }

  sign(message: Uint8Array): Buffer {
    return sign(null, message, this.key);
  }

  /** True when the two halves belong together. */
  provesItself(): boolean {
    const message = Buffer.from('admit-one');
    const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, this.publicKey.toBytes()]), format: 'der', type: 'spki' });
    return verify(null, message, key, this.sign(message));
  }
}

export interface MintKeys {
  /** Pays rent and fees. May be replaced at any time. */
  readonly payer: TransactionSigner;
  /** Mints the one token and gives up the mint authority in the same transaction. May be replaced at any time. */
  readonly authority: TransactionSigner;
  /** Every asset address depends on it. Never replaced: planned tickets could not be minted with another key. */
  readonly base: Signer;
  /**
   * Can burn revocable assets of any holder; signs nothing else. Every revocable asset names it, so it must not be replaced: assets
   * minted with another key could not be burned. It is a separate key, because its holder can void tickets but create none.
   */
  readonly delegate: Signer;
}

/** New keys in memory only, for a chain that ends before this process. */
export function freshMintKeys(): MintKeys {
  const fresh = (): Signer => Signer.generate().signer;
  return { payer: fresh(), authority: fresh(), base: fresh(), delegate: fresh() };
}

/** Payer and authority, if a remote service holds their keys. */
export type RemoteKeys = Pick<MintKeys, 'payer' | 'authority'>;

/**
 * Reads the four key files of a directory, or two where `remote` signs for the others; with `create`, generates missing ones first.
 * @throws Fault `key-exposed` when anyone but the owner may read one, `configuration` when one is missing or invalid
 */
export async function loadMintKeys(directory: string, missing: 'create' | 'require', remote?: RemoteKeys): Promise<MintKeys> {
  if (missing === 'create') await mkdir(directory, { recursive: true, mode: 0o700 });
  const load = async (name: string) => loadSigner(join(directory, `${name}.json`), missing);
  const { payer, authority } = remote ?? { payer: await load('payer'), authority: await load('authority') };
  return { payer, authority, base: await load('base'), delegate: await load('delegate') };
}

async function loadSigner(path: string, missing: 'create' | 'require'): Promise<Signer> {
  try {
    return await readSigner(path);
  } catch (thrown) {
    if (isFault(thrown)) throw thrown;
    const absent = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    if (!absent || missing === 'require') throw notUsable(path, absent ? 'is missing' : 'is not a key file', thrown);
    await createSigner(path);
    return readSigner(path);
  }
}

async function readSigner(path: string): Promise<Signer> {
  const { mode } = await stat(path);
  if ((mode & OTHERS) !== 0) throw new Fault('key-exposed', { path, mode: (mode & 0o777).toString(8) });
  const keypair = Uint8Array.from(keyFile.parse(JSON.parse(await readFile(path, 'utf8'))));
  const signer = new Signer(keypair);
  if (!signer.provesItself()) {
    // Its signatures would be invalid.
    throw notUsable(path, 'holds two halves of different keys');
  }
  return signer;
}

/** Atomic, and never over an existing file: two processes that start at once get the same key. */
async function createSigner(path: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify([...Signer.generate().keypair]));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  } finally {
    await unlink(draft);
  }
}

const notUsable = (path: string, problem: string, cause?: unknown): Fault =>
  new Fault('configuration', { problems: [`${path} ${problem} (MINT_KEYS=create makes missing keys for development)`] }, { cause });
