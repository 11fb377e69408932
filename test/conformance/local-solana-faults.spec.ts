import { Connection, Keypair } from '@solana/web3.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { fundedPayer, type SignedMint, signMint } from './local-solana-mint.js';
import { call, post, sendBase64 } from './local-solana-rpc.js';

const SILENT_MS = 200;

describe('fault switches of the local Solana', () => {
  let chain: LocalSolana;
  let connection: Connection;
  let payer: Keypair;

  beforeEach(async () => {
    chain = await startLocalSolana({ port: 0, slotMs: 'manual', finalizedAfterSlots: 3 });
    connection = new Connection(chain.url, { commitment: 'processed', disableRetryOnRateLimit: true });
    payer = await fundedPayer(connection);
    chain.control.advance(3);
  });
  afterEach(() => chain.stop());

  const sign = () => signMint(connection, payer, payer.publicKey);
  const landed = async ({ signature }: SignedMint) => (await connection.getSignatureStatus(signature)).value;
  const send = ({ bytes }: SignedMint) => sendBase64(chain.url, bytes, { preflightCommitment: 'processed' });
  const silent = async (body: unknown) => {
    const cause = await post(chain.url, body, AbortSignal.timeout(SILENT_MS)).catch((thrown: unknown) => thrown);
    expect(cause).toMatchObject({ name: 'TimeoutError' });
  };
  const sendBody = ({ bytes }: SignedMint) => {
    const params = [Buffer.from(bytes).toString('base64'), { encoding: 'base64', preflightCommitment: 'processed' }];
    return { jsonrpc: '2.0', id: 1, method: 'sendTransaction', params };
  };

  it('drop: answers the signature, never lands, as often as asked, and counts', async () => {
    chain.control.setFault('drop', { next: 2 });
    const mints = [await sign(), await sign(), await sign()];
    for (const mint of mints) expect((await send(mint)).result).toBe(mint.signature);
    expect((await Promise.all(mints.map(landed))).map((status) => status !== null)).toEqual([false, false, true]);
    expect(chain.control.report().faults.drop).toMatchObject({ injected: 2, left: 0 });
    expect((await send(mints[0]!)).result).toBe(mints[0]!.signature);
    expect(await landed(mints[0]!)).toMatchObject({ err: null });
  });

  it('land-then-time-out: lands, and the answer never comes or comes late', async () => {
    const [never, late] = [await sign(), await sign()];
    chain.control.setFault('land-then-time-out', { next: 1 });
    await silent(sendBody(never));
    expect(await landed(never)).toMatchObject({ err: null });
    chain.control.setFault('land-then-time-out', { next: 1, lateMs: 50 });
    const startedAt = performance.now();
    expect((await send(late)).result).toBe(late.signature);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(45);
  });

  it('error-then-land: answers an error and lands, at once or slots later', async () => {
    const [now, later] = [await sign(), await sign()];
    chain.control.setFault('error-then-land', { next: 1 });
    expect((await send(now)).error?.code).toBe(-32603);
    expect(await landed(now)).toMatchObject({ err: null });
    chain.control.setFault('error-then-land', { next: 1, afterSlots: 2 });
    await expect(connection.sendRawTransaction(later.bytes)).rejects.toThrow('Internal error');
    chain.control.advance(1);
    expect(await landed(later)).toBeNull();
    chain.control.advance(1);
    expect(await landed(later)).toMatchObject({ err: null });
  });

  it('land-failed: lands with an error, takes the fee, leaves no account', async () => {
    const mint = await sign();
    const balance = await connection.getBalance(payer.publicKey);
    chain.control.setFault('land-failed', { next: 1 });
    expect((await send(mint)).result).toBe(mint.signature);
    expect(await landed(mint)).toMatchObject({ err: { InstructionError: [0, { Custom: 0 }] } });
    expect(await connection.getAccountInfo(mint.mint)).toBeNull();
    expect(await connection.getBalance(payer.publicKey)).toBe(balance - 10_000);
  });

  it('null-status and no-history: the node forgets signatures', async () => {
    const mint = await sign();
    await send(mint);
    chain.control.setFault('null-status', {});
    expect(await landed(mint)).toBeNull();
    chain.control.setFault('null-status', null);
    chain.control.setFault('no-history', { recentSlots: 2 });
    chain.control.advance(3);
    expect((await connection.getSignatureStatus(mint.signature, { searchTransactionHistory: true })).value).toBeNull();
    expect(await connection.getTransaction(mint.signature, { commitment: 'confirmed', maxSupportedTransactionVersion: 0 })).toBeNull();
    chain.control.clearFaults();
    expect(await landed(mint)).toMatchObject({ confirmationStatus: 'finalized' });
  });

  it('stale-account and false-presence: the node reports false accounts', async () => {
    const mint = await sign();
    await send(mint);
    chain.control.advance(3);
    chain.control.setFault('stale-account', { slots: 10 });
    expect(await connection.getAccountInfo(mint.mint, 'finalized')).toBeNull();
    chain.control.clearFaults();
    expect(await connection.getAccountInfo(mint.mint, 'finalized')).not.toBeNull();
    chain.control.setFault('false-presence', { next: 1 });
    const nowhere = Keypair.generate().publicKey;
    expect(await connection.getAccountInfo(nowhere)).not.toBeNull();
    expect(await connection.getAccountInfo(nowhere)).toBeNull();
  });

  it('lag and wrong-genesis: the node is behind, or of another chain', async () => {
    const slot = await connection.getSlot();
    chain.control.setFault('lag', { slots: 4 });
    expect(await connection.getSlot()).toBe(slot - 4);
    expect(
      (await call(chain.url, 'getBalance', [payer.publicKey.toBase58(), { commitment: 'processed', minContextSlot: slot }])).error?.code,
    ).toBe(-32016);
    chain.control.clearFaults();
    chain.control.setFault('wrong-genesis', {});
    expect(await connection.getGenesisHash()).not.toBe(chain.genesisHash);
  });

  it('too-many-requests, html, never-answers: a proxy in front of the node fails', async () => {
    const slot = { jsonrpc: '2.0', id: 1, method: 'getSlot' };
    chain.control.setFault('too-many-requests', { next: 1 });
    await expect(connection.getSlot()).rejects.toThrow('429');
    chain.control.setFault('html', { next: 1 });
    expect(await (await post(chain.url, slot)).text()).toContain('<html>');
    chain.control.setFault('never-answers', { next: 1, methods: ['getSlot'] });
    expect((await call(chain.url, 'getHealth')).result).toBe('ok');
    await silent(slot);
    expect((await call(chain.url, 'getSlot')).result).toBeGreaterThan(0);
  });

  it('strikes with the probability given, the same calls for the same seed', async () => {
    const runs: number[][] = [];
    for (const faultSeed of [7, 7]) {
      const seeded = await startLocalSolana({ port: 0, slotMs: 'manual', faultSeed });
      seeded.control.setFault('wrong-genesis', { probability: 0.3 });
      const struck: number[] = [];
      for (let one = 0; one < 100; one += 1) if ((await call(seeded.url, 'getGenesisHash')).result !== seeded.genesisHash) struck.push(one);
      runs.push(struck);
      await seeded.stop();
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]!.length).toBeGreaterThan(10);
    expect(runs[0]!.length).toBeLessThan(50);
  });

  it('is switched over HTTP, and refuses unknown names', async () => {
    const control = async (method: string, path: string, body?: object) => {
      const response = await fetch(`${chain.url}/control${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, told: (await response.json()) as Record<string, unknown> };
    };
    expect((await control('POST', '/faults', { drop: { next: 1 }, lag: { slots: 2 } })).told).toMatchObject({
      faults: { drop: { left: 1 }, lag: { left: null } },
    });
    expect((await control('POST', '/faults', { drop: null })).told).toMatchObject({ faults: { drop: { setting: null } } });
    expect((await control('DELETE', '/faults')).told).toMatchObject({ faults: { lag: { setting: null } } });
    const { processed } = chain.control.report().slots;
    expect((await control('POST', '/advance', { slots: 5 })).told).toMatchObject({ slots: { processed: processed + 5 }, paused: true });
    expect((await control('POST', '/roll-back', { slots: 1 })).told).toMatchObject({ rolledBack: [] });
    expect((await control('POST', '/resume')).status).toBe(200);
    expect(await control('POST', '/faults', { drob: {} })).toMatchObject({
      status: 400,
      told: { error: expect.stringContaining('no fault "drob"') },
    });
    expect((await control('POST', '/faults', { lag: { slot: 2 } })).status).toBe(400);
    expect((await control('POST', '/advance', { slots: -1 })).status).toBe(400);
    expect((await control('GET', '/nothing')).status).toBe(404);
    expect((await control('GET', '')).told).toMatchObject({ genesisHash: chain.genesisHash });
  });
});
