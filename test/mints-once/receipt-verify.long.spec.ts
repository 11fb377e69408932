import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getMint, getTokenMetadata, TOKEN_2022_PROGRAM_ID, unpackAccount } from '@solana/spl-token';
import { Connection, PublicKey } from '@solana/web3.js';
import type { MintCommand, MintPlan } from '#shared/domain/mint/events.js';
import { type Receipt, receiptOf } from '#shared/platform/receipt.js';
import { checkReceipt } from '../../apps/minter/src/chains/token-2022/check-receipt.js';
import { freshMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Rpc } from '../../apps/minter/src/chains/token-2022/rpc/rpc.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { planMint } from '../../apps/minter/src/minting/plan-mint.js';
import { type Finding, verdictOn } from '../../apps/minter/src/receipt-finding.js';
import { projectFolder } from '../../dev/processes/project.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { mintCommand } from '../stages/minter-stage.js';
import { Stage } from '../stages/stage.js';

const STYLE = { symbol: 'ADMIT', uriPrefix: 'https://tickets.example/m/' };
const TIMEOUT_MS = 5_000;
const keys = freshMintKeys();
const stage = Stage.forTests();
const folder = stage.folder('receipt-verify');
let solana: LocalSolana;
let chain: Token2022Chain;
let rpc: Rpc;
let receipt: Receipt;

beforeAll(async () => {
  solana = await stage.keep(startLocalSolana({ port: 0, slotMs: 'instant' }));
  chain = new Token2022Chain(keys, { url: solana.url, timeoutMs: TIMEOUT_MS, priority: { floor: 0 }, freshMs: 0, airdrop: true });
  rpc = new Rpc(solana.url, TIMEOUT_MS);
  await chain.replenish();
  receipt = (await mint('A-1', { revocable: true })).receipt;
});
afterEach(() => solana.control.clearFaults());

async function mint(unit: string, over: Partial<MintCommand> = {}): Promise<{ readonly receipt: Receipt; readonly plan: MintPlan }> {
  const command = mintCommand('gala', unit, over);
  const plan = planMint(command, chain, await chain.genesisHash(), STYLE);
  const signed = await chain.prepare(plan, 1);
  expect(await chain.submit({ ticket: plan.ticket, attempt: 1, ...signed }, true)).toEqual({ kind: 'accepted' });
  return { plan, receipt: receiptOf(command, plan, signed) as Receipt };
}

const different = (findings: readonly Finding[]): string[] =>
  findings.filter(({ outcome }) => outcome === 'differs').map(({ about, says }) => `${about} ${says}`);
const changed = (change: (copy: { -readonly [M in keyof Receipt]: Receipt[M] }) => void): Receipt => {
  const copy = structuredClone(receipt);
  change(copy);
  return copy;
};

/** `admit receipt verify`, as a buyer runs it: no log, no database, not even a name for them. */
function admit(said: unknown, ...more: string[]): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
  const file = join(folder, 'receipt.json');
  rmSync(file, { force: true });
  if (said !== undefined) writeFileSync(file, typeof said === 'string' ? said : JSON.stringify(said));
  const main = join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js');
  const options = { cwd: folder, env: { PATH: process.env.PATH } };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'receipt', 'verify', file, ...more], options, (thrown, out, error) =>
      resolve({ code: thrown === null ? 0 : Number(thrown.code ?? -1), out, error }),
    );
  });
}

describe('a true receipt', () => {
  it('is valid, by the receipt and an RPC alone: every check holds', async () => {
    const findings = await checkReceipt(rpc, receipt, receipt.address.base);
    expect(findings.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
    expect(verdictOn(findings)).toBe('valid');
    const told = await admit(receipt, '--rpc-url', solana.url, '--issuer', receipt.address.base);
    expect([told.code, told.error]).toEqual([0, '']);
    expect(told.out).toContain(`valid: A-1 of gala by demo is ${receipt.record.asset}, issued by ${receipt.address.base}\n`);
    expect(JSON.parse((await admit(receipt, '--rpc-url', solana.url, '--json')).out)).toMatchObject({ verdict: 'valid' });
  });

  it('is valid for a ticket that may be given away, and of a plan without a document', async () => {
    const { receipt: transferable } = await mint('A-2');
    expect(verdictOn(await checkReceipt(rpc, transferable))).toBe('valid');
    expect(transferable.delegate).toBeUndefined();
  });

  it('is not valid any more when the ticket was taken back: its asset is burned', async () => {
    const { plan, receipt: taken } = await mint('A-3', { revocable: true });
    await chain.submit({ ticket: plan.ticket, attempt: 1, ...(await chain.prepareBurn(plan, 1)) }, true);
    const findings = await checkReceipt(rpc, taken);
    expect([verdictOn(findings), different(findings)]).toEqual(['not valid', ['supply 0: the asset was burned']]);
  });

  it('is not valid if another issuer was expected', async () => {
    const findings = await checkReceipt(rpc, receipt, keys.payer.address);
    expect(different(findings)).toEqual([`address.base is not the issuer ${keys.payer.address}`]);
  });
});

/** What must be named when one character of a member is another. */
const NAMED: readonly (readonly [path: string, name: RegExp])[] = [
  ['record.tenant', /^address\.seed of this tenant and ticket/],
  ['record.sale', /^record\.ticket of this tenant, sale, order and unit/],
  ['record.order', /^record\.ticket /],
  ['record.ticket', /^record\.ticket /],
  ['record.unit', /^record\.ticket /],
  ['record.wallet', /^record\.wallet (?:was not given the token|is no address)/],
  ['record.asset', /^record\.asset (?:of this base and ticket is|is no address)/],
  ['record.document', /^memo is not the hash of this record/],
  ['salt', /^memo is not the hash/],
  ['memo', /^memo in the transaction is/],
  ['signature', /^signature (?:the asset was minted by|is no signature)/],
  ['genesisHash', /^genesisHash the receipt is of the chain/],
  ['address.base', /^(?:record\.asset of this base|address\.base is no address)/],
  ['address.seed', /^address\.seed /],
  ['address.program', /^address\.program /],
  ['metadata.name', /^asset is a mint with other name:/],
  ['metadata.symbol', /^asset is a mint with other symbol:/],
  ['metadata.uri', /^asset is a mint with other URI:/],
  ['delegate', /^asset is a mint with other permanent delegate:/],
];

type Branch = Record<string, unknown>;
function leaves(branch: Branch, at = ''): string[] {
  return Object.entries(branch).flatMap(([name, value]) =>
    typeof value === 'string' ? [`${at}${name}`] : leaves(value as Branch, `${at}${name}.`),
  );
}
function withAnother(path: string, character: number): Receipt {
  return changed((copy) => {
    const names = path.split('.');
    const last = names.pop() as string;
    const branch = names.reduce((at, name) => at[name] as Branch, copy as unknown as Branch);
    const text = branch[last] as string;
    branch[last] = `${text.slice(0, character)}${text[character] === 'a' ? 'b' : 'a'}${text.slice(character + 1)}`;
  });
}
const lengthOf = (path: string): number => String(path.split('.').reduce<unknown>((at, name) => (at as Branch)[name], receipt)).length;

describe('a receipt of which one character was changed', () => {
  it('is spoken of whole: every member is tried', () => {
    expect(NAMED.map(([path]) => path).sort()).toEqual(leaves(receipt as unknown as Branch).sort());
  });

  it.each(NAMED)('is not valid in %s, and what differs is named', async (path, name) => {
    for (let character = 0; character < lengthOf(path); character += 1) {
      const findings = await checkReceipt(rpc, withAnother(path, character));
      expect([path, character, verdictOn(findings), different(findings)]).toEqual([
        path,
        character,
        'not valid',
        expect.arrayContaining([expect.stringMatching(name)]),
      ]);
    }
  });

  it('ends with 1 on the command line, and names it there', async () => {
    const told = await admit(withAnother('record.unit', 0), '--rpc-url', solana.url);
    expect([told.code, told.error, told.out.split('\n').at(-2)]).toEqual([1, '', 'not valid: memo, record.ticket']);
  });
});

describe('a receipt that was made up', () => {
  it('is not valid with the transaction of another ticket', async () => {
    const { receipt: other } = await mint('B-1');
    const findings = await checkReceipt(
      rpc,
      changed((copy) => Object.assign(copy, { signature: other.signature })),
    );
    expect(different(findings)).toEqual(
      expect.arrayContaining(['signature did not make this asset', expect.stringContaining('memo in the transaction')]),
    );
  });

  it('is not valid for an asset that was planned and never made', async () => {
    const command = mintCommand('gala', 'never');
    const plan = planMint(command, chain, await chain.genesisHash(), STYLE);
    const findings = await checkReceipt(rpc, receiptOf(command, plan, { signature: receipt.signature }) as Receipt);
    expect(different(findings)).toEqual(
      expect.arrayContaining(['asset no account is at its address', 'signature did not make this asset']),
    );
  });
});

describe('a node that', () => {
  it('serves another chain makes no receipt valid: the chain is named', async () => {
    solana.control.setFault('wrong-genesis', {});
    const told = await admit(receipt, '--rpc-url', solana.url);
    expect([told.code, told.out.split('\n').at(-2)]).toEqual([1, 'not valid: genesisHash']);
  });

  it('no longer has the transaction leaves the result unknown, and the known findings are printed', async () => {
    solana.control.setFault('no-history', { recentSlots: 0 });
    const findings = await checkReceipt(rpc, receipt);
    expect(findings.filter(({ outcome }) => outcome !== 'holds')).toEqual([
      { outcome: 'unknown', about: 'signature', says: expect.stringContaining('its history may not reach back so far') },
    ]);
    const told = await admit(receipt, '--rpc-url', solana.url);
    expect([told.code, told.out.split('\n').at(-2)]).toEqual([2, 'not known: signature']);
    const wrong = await checkReceipt(rpc, withAnother('metadata.name', 0));
    expect(verdictOn(wrong)).toBe('not valid');
  });

  it('answers nothing that can be read leaves everything open', async () => {
    solana.control.setFault('html', {});
    const told = await admit(receipt, '--rpc-url', solana.url);
    expect([told.code, told.out, told.error]).toEqual([2, '', expect.stringContaining('chain-unreachable')]);
    expect((await admit(receipt, '--rpc-url', 'http://127.0.0.1:1')).code).toBe(2);
    solana.control.clearFaults();
    expect((await admit(receipt, '--rpc-url', `http://127.0.0.1:1,${solana.url}`)).code).toBe(0);
  });

  it('is not asked if the file is no receipt: the error in the file is printed', async () => {
    const { salt: _, ...less } = receipt;
    for (const [said, words] of [
      [undefined, 'ENOENT'],
      ['{', 'JSON'],
      [less, '/salt'],
      [{ ...receipt, note: 'valid' }, 'note'],
    ] as const) {
      const told = await admit(said, '--rpc-url', 'http://127.0.0.1:1');
      expect([told.code, told.out, told.error]).toEqual([2, '', expect.stringContaining(words)]);
    }
    expect((await admit(receipt, '--no-such-option')).code).toBe(2);
  });
});

it('is of what any client of Solana sees: @solana/spl-token and getTokenAccountsByOwner show its name, its URI and supply 1', async () => {
  const connection = new Connection(solana.url, 'finalized');
  const { record, metadata, memo, signature } = receipt;
  const asset = new PublicKey(record.asset);
  expect(await getMint(connection, asset, 'finalized', TOKEN_2022_PROGRAM_ID)).toMatchObject({
    ...{ supply: 1n, decimals: 0, isInitialized: true, mintAuthority: null, freezeAuthority: null },
  });
  expect(await getTokenMetadata(connection, asset, 'finalized', TOKEN_2022_PROGRAM_ID)).toMatchObject(metadata);
  const owned = await connection.getTokenAccountsByOwner(new PublicKey(record.wallet), { programId: TOKEN_2022_PROGRAM_ID }, 'finalized');
  const [holding] = owned.value.map(({ pubkey, account }) => unpackAccount(pubkey, account, TOKEN_2022_PROGRAM_ID));
  expect([owned.value.length, holding?.mint.toBase58(), holding?.amount]).toEqual([1, record.asset, 1n]);
  const transaction = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
  expect(transaction?.meta?.logMessages?.join()).toContain(memo);
});
