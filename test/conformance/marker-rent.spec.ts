import { Connection, Keypair, PublicKey, SystemProgram, Transaction, type TransactionInstruction } from '@solana/web3.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { Stage } from '../stages/stage.js';

/** Decision 0070 on markers: an address of the System program with one byte, derived from the base key. */

const LAMPORTS = 1_000_000_000;
const RENT = 897_840;
const MEMO = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const stage = Stage.forTests();
const [payer, base] = [Keypair.generate(), Keypair.generate()];
const seed = 'a'.repeat(32);
let solana: LocalSolana;
let rpc: Connection;
beforeAll(async () => {
  solana = await stage.keep(startLocalSolana({ port: 0, slotMs: 'manual', finalizedAfterSlots: 1 }));
  rpc = new Connection(solana.url, 'processed');
  await rpc.requestAirdrop(payer.publicKey, LAMPORTS);
  solana.control.advance(2);
});

async function send(...instructions: TransactionInstruction[]): Promise<void> {
  const { blockhash } = await rpc.getLatestBlockhash();
  const transaction = new Transaction({ feePayer: payer.publicKey, blockhash, lastValidBlockHeight: 0 }).add(...instructions);
  transaction.sign(payer, base);
  await rpc.sendRawTransaction(transaction.serialize());
  solana.control.advance(2);
}

it('no key takes the rent of a marker back, shrinks it or gives it to another program, the base key included', async () => {
  const { programId } = SystemProgram;
  const marker = await PublicKey.createWithSeed(base.publicKey, seed, programId);
  const at = { accountPubkey: marker, basePubkey: base.publicKey, seed };
  const paid = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: marker, lamports: RENT });
  await send(paid, SystemProgram.allocate({ ...at, programId, space: 1 }));
  const whole = await rpc.getAccountInfo(marker);
  expect(whole).toMatchObject({ lamports: RENT, owner: programId });
  const taken = { fromPubkey: marker, toPubkey: payer.publicKey, basePubkey: base.publicKey, lamports: RENT, seed, programId };
  for (const [attempt, refusal] of [
    [SystemProgram.transfer(taken), /must not carry data/],
    [SystemProgram.allocate({ ...at, programId, space: 0 }), /already in use/],
    [SystemProgram.assign({ ...at, programId: MEMO }), /does not match derived address/],
  ] as const)
    await expect(send(attempt)).rejects.toThrow(refusal);
  expect(await rpc.getAccountInfo(marker)).toEqual(whole);
});
