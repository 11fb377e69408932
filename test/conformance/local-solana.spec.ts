import { TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import {
  Connection,
  Keypair,
  LAMPORTS_PER_SOL,
  PublicKey,
  SystemProgram,
  Transaction,
  TransactionInstruction,
  VersionedTransaction,
} from '@solana/web3.js';
import { waitFor } from '../../dev/processes/wait.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { fundedPayer, signMint } from './local-solana-mint.js';
import { call, post, type RpcReply } from './local-solana-rpc.js';

const SLOT_MS = 20;
const WAIT_MS = 60_000;
/** confirmTransaction checks expiry once a second, and leaves the last check running. */
const WEB3_POLL_MS = 1_000;
const REACHED: ReadonlySet<string | undefined> = new Set(['confirmed', 'finalized']);
const MEMO_PROGRAM = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

describe('the local Solana behind an unmodified Connection', () => {
  let chain: LocalSolana;
  let connection: Connection;
  let pollsUntil = 0;

  beforeAll(async () => {
    chain = await startLocalSolana({ port: 0, slotMs: SLOT_MS, finalizedAfterSlots: 8 });
    connection = new Connection(chain.url, 'confirmed');
  });
  afterAll(async () => {
    await waitFor(() => performance.now() > pollsUntil, { what: 'web3.js stops polling for expiry', timeoutMs: WAIT_MS });
    await chain.stop();
  });

  async function minted() {
    const payer = await fundedPayer(connection);
    const owner = Keypair.generate().publicKey;
    const mint = await signMint(connection, payer, owner);
    await connection.sendRawTransaction(mint.bytes, { preflightCommitment: 'processed' });
    return { ...mint, payer, owner };
  }

  const isConfirmed = (signature: string) =>
    waitFor(async () => REACHED.has((await connection.getSignatureStatus(signature)).value?.confirmationStatus), {
      what: `${signature} is confirmed`,
      timeoutMs: WAIT_MS,
    });

  it('mints a Token-2022 ticket and confirms it at finalized through the websocket', async () => {
    const { mint, holding, owner, ...sent } = await minted();
    const { value } = await connection.confirmTransaction(sent, 'finalized');
    pollsUntil = performance.now() + WEB3_POLL_MS;
    expect(value.err).toBeNull();
    const one = { amount: '1', decimals: 0, uiAmount: 1, uiAmountString: '1' };
    expect((await connection.getTokenSupply(mint, 'finalized')).value).toEqual(one);
    expect((await connection.getTokenAccountBalance(holding, 'finalized')).value).toEqual(one);
    expect((await connection.getTokenLargestAccounts(mint, 'finalized')).value).toEqual([{ ...one, address: holding }]);
    const held = await connection.getTokenAccountsByOwner(owner, { programId: TOKEN_2022_PROGRAM_ID }, 'finalized');
    expect(held.value.map(({ pubkey }) => pubkey)).toEqual([holding]);
    expect((await connection.getTokenAccountsByOwner(owner, { mint }, 'finalized')).value[0]?.account.owner).toEqual(TOKEN_2022_PROGRAM_ID);
  });

  it('returns the transaction as it landed: fee, balances, logs, inner calls', async () => {
    const { signature, mint, holding, payer } = await minted();
    await isConfirmed(signature);
    const told = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    expect(told).toMatchObject({
      version: 0,
      meta: { err: null, fee: 10_000 },
      transaction: { signatures: expect.arrayContaining([signature]) },
    });
    const keys = told!.transaction.message.staticAccountKeys;
    const [before, after] = [told!.meta!.preBalances, told!.meta!.postBalances];
    expect(keys.slice(0, 2)).toEqual([payer.publicKey, mint]);
    expect(before[0]! - after[0]!).toBe(told!.meta!.fee + after[1]! + after[2]!);
    expect(told!.meta!.postTokenBalances).toMatchObject([
      { mint: mint.toBase58(), uiTokenAmount: { amount: '1' }, accountIndex: keys.findIndex((key) => key.equals(holding)) },
    ]);
    expect(told!.meta!.innerInstructions).toHaveLength(1);
    expect(told!.meta!.logMessages!.length).toBeGreaterThan(10);
    await expect(connection.getTransaction(signature)).rejects.toThrow('Transaction version (0) is not supported');
  });

  it('lists the signatures of an address, newest first, between two of them, with memo', async () => {
    const payer = await fundedPayer(connection);
    const sent: string[] = [];
    for (const text of ['one', 'two', 'three']) {
      const { blockhash } = await connection.getLatestBlockhash();
      const memo = new TransactionInstruction({ programId: MEMO_PROGRAM, keys: [], data: Buffer.from(text) });
      const transaction = new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash }).add(memo);
      transaction.sign(payer);
      sent.push(await connection.sendRawTransaction(transaction.serialize()));
    }
    await isConfirmed(sent[2]!);
    const listed = await connection.getSignaturesForAddress(payer.publicKey);
    expect(listed.map(({ signature }) => signature).slice(0, 3)).toEqual(sent.toReversed());
    expect(listed.map(({ memo }) => memo)).toEqual(['[5] three', '[3] two', '[3] one', null]);
    const between = await connection.getSignaturesForAddress(payer.publicKey, { before: sent[2]!, until: sent[0]!, limit: 5 });
    expect(between.map(({ signature }) => signature)).toEqual([sent[1]]);
    const legacy = await connection.getTransaction(sent[0]!);
    expect(legacy?.meta?.fee).toBe(5_000);
  });

  it("answers a client's usual requests: version, genesis, epoch, fees, rent, balance", async () => {
    expect(await connection.getGenesisHash()).toBe(chain.genesisHash);
    expect((await connection.getVersion())['solana-core']).toMatch(/^\d+\.\d+\.\d+/);
    expect((await call(chain.url, 'getHealth')).result).toBe('ok');
    expect(await (await fetch(`${chain.url}/health`)).text()).toBe('ok');
    expect(await connection.getEpochInfo()).toMatchObject({ epoch: 0, slotsInEpoch: 432_000 });
    expect(await connection.getMinimumBalanceForRentExemption(0)).toBe(890_880);
    expect((await connection.getRecentPrioritizationFees()).at(-1)).toMatchObject({ prioritizationFee: 0 });
    const payer = await fundedPayer(connection, 3);
    expect(await connection.getBalance(payer.publicKey, 'processed')).toBe(3 * LAMPORTS_PER_SOL);
    const accounts = await connection.getMultipleAccountsInfo([payer.publicKey, Keypair.generate().publicKey], 'processed');
    expect(accounts.map((account) => account?.lamports)).toEqual([3 * LAMPORTS_PER_SOL, undefined]);
    const { mint, bytes } = await signMint(connection, payer, payer.publicKey);
    const fee = await connection.getFeeForMessage(VersionedTransaction.deserialize(bytes).message, 'processed');
    expect(fee.value).toBe(10_000);
    const slice = await connection.getAccountInfo(payer.publicKey, { commitment: 'processed', dataSlice: { offset: 0, length: 8 } });
    expect(slice?.data).toHaveLength(0);
    expect(await connection.getAccountInfo(mint, 'processed')).toBeNull();
  });

  it('simulates without landing anything, signed or not', async () => {
    const payer = await fundedPayer(connection);
    const { mint, bytes, signature } = await signMint(connection, payer, payer.publicKey);
    const transaction = VersionedTransaction.deserialize(bytes);
    const signed = await connection.simulateTransaction(transaction, { commitment: 'processed', sigVerify: true });
    expect(signed.value).toMatchObject({ err: null, logs: expect.any(Array), unitsConsumed: expect.any(Number) });
    const unsigned = new VersionedTransaction(transaction.message);
    const accounts = { encoding: 'base64' as const, addresses: [mint.toBase58()] };
    const replaced = await connection.simulateTransaction(unsigned, { replaceRecentBlockhash: true, accounts });
    expect(replaced.value.err).toBeNull();
    expect(replaced.value.accounts?.[0]?.owner).toBe(TOKEN_2022_PROGRAM_ID.toBase58());
    expect((await connection.getSignatureStatus(signature)).value).toBeNull();
    expect(await connection.getAccountInfo(mint, 'processed')).toBeNull();
  });

  it('answers a batch in order, and refuses unknown methods', async () => {
    const response = await post(chain.url, [
      { jsonrpc: '2.0', id: 'a', method: 'getGenesisHash' },
      { jsonrpc: '2.0', id: 'b', method: 'getProgramAccounts', params: [] },
      { jsonrpc: '2.0', id: 'c', method: 'getBalance', params: ['not an address'] },
      17,
    ]);
    const replies = (await response.json()) as RpcReply[];
    expect(replies.map(({ id, result, error }) => [id, result ?? error?.code])).toEqual([
      ['a', chain.genesisHash],
      ['b', -32601],
      ['c', -32602],
      [null, -32600],
    ]);
    expect(((await (await post(chain.url, '{"torn')).json()) as RpcReply).error?.code).toBe(-32700);
    const future = await call(chain.url, 'getBalance', [SystemProgram.programId.toBase58(), { minContextSlot: 10_000_000 }]);
    expect(future.error).toMatchObject({ code: -32016, data: { contextSlot: expect.any(Number) } });
  });

  it('refuses malformed transactions with an error and lives on', async () => {
    const payer = await fundedPayer(connection);
    const { bytes } = await signMint(connection, payer, payer.publicKey);
    const torn = bytes.slice(0, 200);
    const longer = Uint8Array.from([...bytes, 0, 0]);
    const huge = new Uint8Array(1_233);
    for (const bad of [new Uint8Array(), Uint8Array.from([1, 2, 3]), torn, longer, huge]) {
      const { error } = await call(chain.url, 'sendTransaction', [
        Buffer.from(bad).toString('base64'),
        { encoding: 'base64', skipPreflight: true },
      ]);
      expect(error?.code).toBe(-32602);
    }
    expect((await call(chain.url, 'getHealth')).result).toBe('ok');
  });
});
