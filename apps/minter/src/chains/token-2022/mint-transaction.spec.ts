import { Keypair, PublicKey, VersionedTransaction } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { encodeBase58 } from '#shared/kernel/base58.js';
import type { OrderId, TenantId, TicketId, UnitId, Wallet } from '#shared/kernel/ids.js';
import { MAX_NAME_BYTES, MAX_SYMBOL_BYTES, MAX_URI_BYTES } from '../chain.js';
import { assetAddress } from './asset-address.js';
import { freshMintKeys, Signer } from './mint-keys.js';
import { signBurn, signMint } from './mint-transaction.js';

const keys = freshMintKeys();
const ticket = 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa' as TicketId;
const largest: MintPlan = {
  ticket,
  order: 'ord_a' as OrderId,
  unit: 'A-1' as UnitId,
  wallet: Signer.generate().signer.address as Wallet,
  request: 1,
  ...assetAddress(keys.base.publicKey, 'demo' as TenantId, ticket),
  genesisHash: 'genesis',
  name: 'n'.repeat(MAX_NAME_BYTES),
  symbol: 's'.repeat(MAX_SYMBOL_BYTES),
  uri: 'u'.repeat(MAX_URI_BYTES),
  memo: 'f'.repeat(43),
  salt: 'salt',
};
const terms = { rent: 3_000_000n, blockhash: PublicKey.default.toBase58(), lastValidBlockHeight: 150, microLamports: 1_000_000 };

describe('the transaction of a mint', () => {
  it('fits one packet with the longest name, symbol and URI and a priority fee', async () => {
    expect(Buffer.from((await signMint(largest, keys, terms)).transaction, 'base64').length).toBeLessThanOrEqual(1_232);
  });

  it('fits one packet with everything that makes it revocable besides', async () => {
    const { transaction } = await signMint({ ...largest, delegate: keys.delegate.address }, keys, terms);
    expect(Buffer.from(transaction, 'base64').length).toBeLessThanOrEqual(1_232);
  });

  it('burns with the signatures of payer and delegate alone', async () => {
    const { transaction } = await signBurn({ ...largest, delegate: keys.delegate.address }, keys, terms);
    const { message } = VersionedTransaction.deserialize(Buffer.from(transaction, 'base64'));
    const signers = message.staticAccountKeys.slice(0, message.header.numRequiredSignatures).map((key) => key.toBase58());
    expect(signers).toEqual([keys.payer.address, keys.delegate.address]);
  });

  it('is refused, not sent, when it is too large', async () => {
    await expect(signMint({ ...largest, uri: 'u'.repeat(MAX_URI_BYTES + 80) }, keys, terms)).rejects.toThrow('fits no packet');
  });

  it('has the same bytes for the same plan and terms', async () => {
    expect(await signMint(largest, keys, terms)).toEqual(await signMint({ ...largest }, keys, terms));
  });

  it('has the payer’s signature as its id', async () => {
    const { signature, transaction } = await signMint(largest, keys, terms);
    const read = VersionedTransaction.deserialize(Buffer.from(transaction, 'base64'));
    expect(encodeBase58(read.signatures[0] ?? new Uint8Array())).toBe(signature);
    expect(read.message.staticAccountKeys[0]?.toBase58()).toBe(keys.payer.address);
    expect(read.signatures).toHaveLength(3);
  });

  it('creates the address that web3.js derives from base, seed and program', async () => {
    const { base, seed, program, asset } = largest;
    expect((await PublicKey.createWithSeed(new PublicKey(base), seed, new PublicKey(program))).toBase58()).toBe(asset);
  });

  it('encodes base58 as other libraries do', () => {
    for (let round = 0; round < 200; round += 1) {
      const { publicKey } = Keypair.generate();
      expect(encodeBase58(publicKey.toBytes())).toBe(publicKey.toBase58());
    }
    expect(encodeBase58(new Uint8Array(3))).toBe('111');
    expect(encodeBase58(Uint8Array.of(0, 0, 1))).toBe('112');
    expect(encodeBase58(new Uint8Array())).toBe('');
  });
});
