import { createPublicKey, verify } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keypair } from '@solana/web3.js';
import { loadMintKeys, Signer } from './mint-keys.js';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'admit-keys-')), 'keys');
});
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});
const addresses = async (missing: 'create' | 'require') => {
  const { payer, authority, base } = await loadMintKeys(folder, missing);
  return [payer.address, authority.address, base.address];
};

describe('the mint keys', () => {
  it('are created once, four different ones, readable only by their owner', async () => {
    const made = await addresses('create');
    expect(new Set(made).size).toBe(3);
    expect(await addresses('create')).toEqual(made);
    expect(await addresses('require')).toEqual(made);
    expect((await readdir(folder)).sort()).toEqual(['authority.json', 'base.json', 'delegate.json', 'payer.json']);
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
  });

  it('are the same for two processes that start at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, async () => addresses('create')));
    for (const each of all) expect(each).toEqual(all[0]);
  });

  it('are not created unless that is allowed', async () => {
    await expect(loadMintKeys(folder, 'require')).rejects.toMatchObject({ code: 'configuration' });
  });

  it.each([0o640, 0o604, 0o660, 0o666])('are refused with mode %o', async (mode) => {
    await addresses('create');
    await chmod(join(folder, 'base.json'), mode);
    await expect(loadMintKeys(folder, 'create')).rejects.toMatchObject({ code: 'key-exposed' });
  });

  it('are refused when they are no keys, or halves of different keys', async () => {
    await addresses('create');
    const path = join(folder, 'payer.json');
    await writeFile(path, 'not json');
    await expect(loadMintKeys(folder, 'create')).rejects.toMatchObject({ code: 'configuration' });
    await writeFile(path, JSON.stringify([...Keypair.generate().secretKey.slice(0, 32), ...Keypair.generate().publicKey.toBytes()]));
    await expect(loadMintKeys(folder, 'create')).rejects.toMatchObject({ code: 'configuration' });
  });

  it('are files in the format of solana-keygen', async () => {
    const [payer] = await addresses('create');
    const file = Uint8Array.from(JSON.parse(await readFile(join(folder, 'payer.json'), 'utf8')) as number[]);
    expect(Keypair.fromSecretKey(file).publicKey.toBase58()).toBe(payer);
  });

  it('create signatures that Ed25519 verifies', () => {
    const { signer } = Signer.generate();
    const message = Buffer.from('a message');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: signer.publicKey.toBuffer().toString('base64url') },
      format: 'jwk',
    });
    expect(verify(null, message, key, signer.sign(message))).toBe(true);
  });
});
