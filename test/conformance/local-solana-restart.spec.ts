import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Connection, type Keypair } from '@solana/web3.js';
import { waitFor } from '../../dev/processes/wait.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { fundedPayer, signMint } from './local-solana-mint.js';

const MAIN = join(import.meta.dirname, '../../dist/dev/solana/main.js');
const FINALIZED_AFTER = 5;
const WAIT_MS = 60_000;

interface Ready {
  readonly ready: boolean;
  readonly url: string;
  readonly genesisHash: string;
}

describe('the data of the local Solana between starts', () => {
  let directory: string;
  const children: ChildProcess[] = [];
  const chains: LocalSolana[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'local-solana-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await Promise.all(chains.splice(0).map((chain) => chain.stop()));
    rmSync(directory, { recursive: true });
  });

  async function startProcess(slotMs: string): Promise<{ child: ChildProcess; ready: Ready }> {
    const args = [MAIN, '--port', '0', '--data', directory, '--slot-ms', slotMs, '--finalized-after', String(FINALIZED_AFTER)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    return { child, ready: JSON.parse(line) as Ready };
  }

  async function startHere(): Promise<LocalSolana> {
    const chain = await startLocalSolana({ port: 0, dataDir: directory, slotMs: 'manual', finalizedAfterSlots: FINALIZED_AFTER });
    chains.push(chain);
    return chain;
  }

  async function mintOnce(connection: Connection, payer: Keypair) {
    const mint = await signMint(connection, payer, payer.publicKey);
    await connection.sendRawTransaction(mint.bytes);
    return mint;
  }

  it('keeps accounts, statuses, history and the genesis hash over kill -9 and a torn last line', async () => {
    const { child, ready } = await startProcess('100');
    const before = new Connection(ready.url, 'processed');
    const payer = await fundedPayer(before);
    const mint = await mintOnce(before, payer);
    const isFinal = async () => (await before.getSignatureStatus(mint.signature)).value?.confirmationStatus === 'finalized';
    await waitFor(isFinal, { what: 'the mint is finalized', timeoutMs: WAIT_MS });
    const newest = await mintOnce(before, payer);
    const unsent = await signMint(before, payer, payer.publicKey);
    const [told, slot] = [
      await before.getTransaction(mint.signature, { maxSupportedTransactionVersion: 0, commitment: 'confirmed' }),
      await before.getSlot(),
    ];
    child.kill('SIGKILL');
    await once(child, 'exit');
    appendFileSync(join(directory, 'journal.jsonl'), '{"kind":"landed","slot":99,"signa');

    const chain = await startHere();
    const after = new Connection(chain.url, 'processed');
    expect(await after.getGenesisHash()).toBe(ready.genesisHash);
    expect(await after.getSlot()).toBeGreaterThan(slot);
    expect((await after.getTokenSupply(mint.mint, 'finalized')).value.amount).toBe('1');
    expect(await after.getTransaction(mint.signature, { maxSupportedTransactionVersion: 0, commitment: 'confirmed' })).toEqual(told);
    const listed = await after.getSignaturesForAddress(payer.publicKey, {}, 'confirmed');
    expect(listed.map(({ signature }) => signature)).toEqual(expect.arrayContaining([mint.signature]));
    const statuses = await after.getSignatureStatuses([mint.signature, newest.signature]);
    expect(statuses.value.map((status) => status?.err)).toEqual([null, null]);
    const transactions = chain.control.report().transactions;
    await after.sendRawTransaction(mint.bytes, { skipPreflight: true });
    expect(chain.control.report().transactions).toBe(transactions);
    await after.sendRawTransaction(unsent.bytes);
    expect(await after.getAccountInfo(unsent.mint)).not.toBeNull();
  });

  it('keeps the commitment of non-final slots, and can still roll them back', async () => {
    const first = await startHere();
    const before = new Connection(first.url, 'processed');
    const payer = await fundedPayer(before);
    first.control.advance(FINALIZED_AFTER);
    const dropped = await mintOnce(before, payer);
    first.control.rollBack(1);
    const mint = await mintOnce(before, payer);
    await first.stop();
    chains.length = 0;

    const second = await startHere();
    const after = new Connection(second.url, 'processed');
    expect(await after.getAccountInfo(dropped.mint)).toBeNull();
    expect((await after.getSignatureStatus(mint.signature)).value).toMatchObject({ confirmationStatus: 'confirmed', confirmations: 1 });
    expect(await after.getAccountInfo(mint.mint, 'finalized')).toBeNull();
    expect(await after.getAccountInfo(mint.mint, 'confirmed')).not.toBeNull();
    expect(second.control.rollBack(2)).toEqual([mint.signature]);
    expect(await after.getAccountInfo(mint.mint)).toBeNull();
  });

  it('stops cleanly on SIGTERM, with requests hanging', async () => {
    const { child, ready } = await startProcess('50');
    await fetch(`${ready.url}/control/faults`, { method: 'POST', body: '{"never-answers":{}}' });
    const hanging = fetch(ready.url, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"getSlot"}' }).catch(
      (cause: unknown) => cause,
    );
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(await hanging).toMatchObject({ message: 'fetch failed' });
  });

  it('refuses a damaged journal by line, and another format', async () => {
    const chain = await startHere();
    await fundedPayer(new Connection(chain.url));
    await chain.stop();
    chains.length = 0;
    const path = join(directory, 'journal.jsonl');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.replace('{"kind":"slot","slot":2', '{"kind":"sl#t","sl'));
    await expect(startHere()).rejects.toThrow('journal.jsonl line 3 is damaged');
    writeFileSync(path, whole.replace('"format":1', '"format":2'));
    await expect(startHere()).rejects.toThrow('has format 2, this version reads 1');
    writeFileSync(path, whole);
    await startHere();
  });
});
