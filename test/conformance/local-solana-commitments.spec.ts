import { Connection, Keypair, type PublicKey } from '@solana/web3.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { fundedPayer, signMint } from './local-solana-mint.js';
import { call } from './local-solana-rpc.js';

const FINALIZED_AFTER = 5;
const COMMITMENTS = ['processed', 'confirmed', 'finalized'] as const;

describe('commitments of the local Solana', () => {
  let chain: LocalSolana;
  let connection: Connection;
  let payer: Keypair;

  beforeEach(async () => {
    chain = await startLocalSolana({ port: 0, slotMs: 'manual', finalizedAfterSlots: FINALIZED_AFTER });
    connection = new Connection(chain.url, 'processed');
    payer = await fundedPayer(connection);
  });
  afterEach(() => chain.stop());

  const inViews = (key: PublicKey) =>
    Promise.all(COMMITMENTS.map(async (commitment) => (await connection.getAccountInfo(key, commitment)) !== null));

  it('shows a mint at processed, then confirmed, then finalized', async () => {
    const { mint, bytes, signature } = await signMint(connection, payer, payer.publicKey);
    await connection.sendRawTransaction(bytes);
    const seen: unknown[] = [];
    for (let slots = 0; slots <= FINALIZED_AFTER; slots += 1) {
      const { value } = await connection.getSignatureStatus(signature);
      seen.push([...(await inViews(mint)), value?.confirmationStatus, value?.confirmations]);
      chain.control.advance(1);
    }
    expect(seen).toEqual([
      [true, false, false, 'processed', 0],
      [true, true, false, 'confirmed', 1],
      [true, true, false, 'confirmed', 2],
      [true, true, false, 'confirmed', 3],
      [true, true, false, 'confirmed', 4],
      [true, true, true, 'finalized', null],
    ]);
  });

  it('counts slot, height and blockhash by commitment, and holds reads back to minContextSlot', async () => {
    const [processed, confirmed, finalized] = await Promise.all(COMMITMENTS.map((commitment) => connection.getSlot(commitment)));
    expect([processed! - confirmed!, processed! - finalized!]).toEqual([1, FINALIZED_AFTER]);
    expect(await connection.getBlockHeight('finalized')).toBe(finalized);
    const latest = await connection.getLatestBlockhash('finalized');
    expect(latest.lastValidBlockHeight).toBe(finalized! + 150);
    const fresh = await connection.getLatestBlockhash('processed');
    expect((await connection.isBlockhashValid(fresh.blockhash, { commitment: 'finalized' })).value).toBe(false);
    const read = (minContextSlot: number) =>
      call(chain.url, 'getMultipleAccounts', [[payer.publicKey.toBase58()], { commitment: 'finalized', minContextSlot }]);
    expect((await read(finalized!)).error).toBeUndefined();
    expect((await read(finalized! + 1)).error).toMatchObject({ code: -32016, data: { contextSlot: finalized } });
  });

  it('forgets old statuses unless history is searched', async () => {
    const { bytes, signature } = await signMint(connection, payer, payer.publicKey);
    await connection.sendRawTransaction(bytes);
    chain.control.advance(200);
    expect((await connection.getSignatureStatus(signature)).value).toBeNull();
    const { value } = await connection.getSignatureStatus(signature, { searchTransactionHistory: true });
    expect(value).toMatchObject({ err: null, confirmationStatus: 'finalized', confirmations: null });
  });

  it('rolls back non-final slots, account and signature, and lets the same bytes land again', async () => {
    chain.control.advance(FINALIZED_AFTER);
    const funds = await connection.getBalance(payer.publicKey);
    const { mint, bytes, signature } = await signMint(connection, payer, payer.publicKey);
    chain.control.advance(1);
    await connection.sendRawTransaction(bytes);
    chain.control.advance(1);
    expect(await inViews(mint)).toEqual([true, true, false]);
    expect(chain.control.rollBack(2)).toEqual([signature]);
    expect(await inViews(mint)).toEqual([false, false, false]);
    expect(await connection.getBalance(payer.publicKey)).toBe(funds);
    expect((await connection.getSignatureStatus(signature, { searchTransactionHistory: true })).value).toBeNull();
    await connection.sendRawTransaction(bytes);
    chain.control.advance(FINALIZED_AFTER);
    expect(await inViews(mint)).toEqual([true, true, true]);
    expect(() => chain.control.rollBack(FINALIZED_AFTER + 1)).toThrow('below the finalized slot');
  });

  it('kills the blockhashes of the slots it takes back', async () => {
    chain.control.advance(2);
    const { bytes } = await signMint(connection, payer, payer.publicKey);
    chain.control.rollBack(1);
    await expect(connection.sendRawTransaction(bytes)).rejects.toThrow('Blockhash not found');
  });

  it('is final at once when instant', async () => {
    const instant = await startLocalSolana({ port: 0, slotMs: 'instant' });
    const client = new Connection(instant.url, 'finalized');
    const funded = await fundedPayer(client);
    const slot = await client.getSlot();
    const { bytes, signature } = await signMint(client, funded, Keypair.generate().publicKey);
    await client.sendRawTransaction(bytes);
    expect((await client.getSignatureStatus(signature)).value).toMatchObject({
      slot: slot + 1,
      confirmationStatus: 'finalized',
      err: null,
    });
    expect(await client.getSlot()).toBe(slot + 1);
    await instant.stop();
  });
});
