import { Connection, Keypair, SendTransactionError, SystemProgram, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { encodeBase58 } from '#shared/kernel/base58.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { fundedPayer, signMint } from './local-solana-mint.js';
import { call, sendBase64 } from './local-solana-rpc.js';

const OVERDRAFT = 10n ** 15n;

describe('landing on the local Solana', () => {
  let chain: LocalSolana;
  let connection: Connection;
  let payer: Keypair;

  beforeEach(async () => {
    chain = await startLocalSolana({ port: 0, slotMs: 'manual' });
    connection = new Connection(chain.url, 'processed');
    payer = await fundedPayer(connection);
  });
  afterEach(() => chain.stop());

  async function signOverdraft(): Promise<{ bytes: Uint8Array; signature: string }> {
    const { blockhash } = await connection.getLatestBlockhash();
    const [fromPubkey, toPubkey] = [payer.publicKey, payer.publicKey];
    const instructions = [SystemProgram.transfer({ fromPubkey, toPubkey, lamports: OVERDRAFT })];
    const message = new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash: blockhash, instructions });
    const transaction = new VersionedTransaction(message.compileToV0Message());
    transaction.sign([payer]);
    return { bytes: transaction.serialize(), signature: encodeBase58(transaction.signatures[0]!) };
  }

  it('lands the same bytes once, from any sender', async () => {
    const mint = await signMint(connection, payer, payer.publicKey);
    const before = chain.control.report().transactions;
    await connection.sendRawTransaction(mint.bytes);
    const again = await Promise.all(Array.from({ length: 20 }, () => connection.sendRawTransaction(mint.bytes, { skipPreflight: true })));
    expect(new Set(again)).toEqual(new Set([mint.signature]));
    expect(chain.control.report().transactions).toBe(before + 1);
    const { error } = await sendBase64(chain.url, mint.bytes, { preflightCommitment: 'processed' });
    expect(error).toMatchObject({ code: -32002, data: { err: 'AlreadyProcessed' } });
    expect(error?.message).toBe('Transaction simulation failed: This transaction has already been processed');
  });

  it('lands them once even after the blockhash window has forgotten them', async () => {
    const mint = await signMint(connection, payer, payer.publicKey);
    await connection.sendRawTransaction(mint.bytes);
    const balance = await connection.getBalance(payer.publicKey);
    chain.control.advance(600);
    await connection.sendRawTransaction(mint.bytes, { skipPreflight: true });
    expect(await connection.getBalance(payer.publicKey)).toBe(balance);
  });

  it('takes a blockhash through its last valid block height and not beyond', async () => {
    const inTime = await signMint(connection, payer, payer.publicKey);
    const tooLate = await signMint(connection, payer, payer.publicKey);
    chain.control.advance(inTime.lastValidBlockHeight - (await connection.getBlockHeight()));
    expect((await connection.isBlockhashValid(inTime.blockhash)).value).toBe(true);
    await connection.sendRawTransaction(inTime.bytes);
    chain.control.advance(1);
    expect((await connection.isBlockhashValid(tooLate.blockhash)).value).toBe(false);
    await expect(connection.sendRawTransaction(tooLate.bytes)).rejects.toThrow('Blockhash not found');
    await connection.sendRawTransaction(tooLate.bytes, { skipPreflight: true });
    const found = await connection.getSignatureStatuses([inTime.signature, tooLate.signature], { searchTransactionHistory: true });
    expect(found.value.map((status) => status?.err)).toEqual([null, undefined]);
    expect((await connection.getFeeForMessage(VersionedTransaction.deserialize(tooLate.bytes).message)).value).toBeNull();
  });

  it('refuses an invented blockhash', async () => {
    const elsewhere = await startLocalSolana({ port: 0, slotMs: 'manual' });
    const foreign = new Connection(elsewhere.url, 'processed');
    const mint = await signMint(foreign, payer, payer.publicKey);
    await elsewhere.stop();
    await expect(connection.sendRawTransaction(mint.bytes)).rejects.toThrow('Blockhash not found');
  });

  it('judges the blockhash at the preflight commitment, as a real node does', async () => {
    const mint = await signMint(connection, payer, payer.publicKey);
    await expect(connection.sendRawTransaction(mint.bytes, { preflightCommitment: 'finalized' })).rejects.toThrow('Blockhash not found');
    await connection.sendRawTransaction(mint.bytes, { preflightCommitment: 'processed' });
  });

  it('stops a failing transaction at preflight with error and logs, and takes nothing', async () => {
    const { bytes, signature } = await signOverdraft();
    const balance = await connection.getBalance(payer.publicKey);
    const { error } = await sendBase64(chain.url, bytes, { preflightCommitment: 'processed' });
    expect(error).toMatchObject({
      code: -32002,
      data: { err: { InstructionError: [0, { Custom: 1 }] }, unitsConsumed: expect.any(Number) },
    });
    expect(error?.message).toBe('Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1');
    const thrown = await connection.sendRawTransaction(bytes).catch((cause: unknown) => cause);
    expect(thrown).toBeInstanceOf(SendTransactionError);
    expect((thrown as SendTransactionError).logs).toEqual(expect.arrayContaining([expect.stringContaining('insufficient lamports')]));
    expect((await connection.getSignatureStatus(signature)).value).toBeNull();
    expect(await connection.getBalance(payer.publicKey)).toBe(balance);
  });

  it('lands it with its error and takes the fee when preflight is skipped', async () => {
    const { bytes, signature } = await signOverdraft();
    const balance = await connection.getBalance(payer.publicKey);
    await connection.sendRawTransaction(bytes, { skipPreflight: true });
    expect(await connection.getBalance(payer.publicKey)).toBe(balance - 5_000);
    const { value } = await connection.getSignatureStatus(signature);
    expect(value).toMatchObject({ err: { InstructionError: [0, { Custom: 1 }] }, confirmationStatus: 'processed', confirmations: 0 });
    chain.control.advance(2);
    const told = await connection.getTransaction(signature, { commitment: 'confirmed', maxSupportedTransactionVersion: 0 });
    expect(told?.meta).toMatchObject({ fee: 5_000, err: { InstructionError: [0, { Custom: 1 }] } });
  });

  it('never lands an unsigned or unpayable transaction', async () => {
    const mint = await signMint(connection, payer, payer.publicKey);
    const forged = mint.bytes.slice();
    forged[5] = forged[5]! ^ 1;
    expect((await sendBase64(chain.url, forged, { preflightCommitment: 'processed' })).error?.code).toBe(-32003);
    const before = chain.control.report().transactions;
    await sendBase64(chain.url, forged, { skipPreflight: true });
    const unpaid = await signMint(connection, Keypair.generate(), payer.publicKey);
    await sendBase64(chain.url, unpaid.bytes, { skipPreflight: true });
    expect(chain.control.report().transactions).toBe(before);
  });

  it('gives two equal airdrops of one slot both', async () => {
    const address = payer.publicKey.toBase58();
    const balance = await connection.getBalance(payer.publicKey);
    const replies = await Promise.all([call(chain.url, 'requestAirdrop', [address, 5]), call(chain.url, 'requestAirdrop', [address, 5])]);
    expect(new Set(replies.map(({ result }) => result)).size).toBe(2);
    expect(await connection.getBalance(payer.publicKey)).toBe(balance + 10);
  });
});
