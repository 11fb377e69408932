import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import type { MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import { encodeBase58 } from '#shared/kernel/base58.js';
import type { TenantId, TicketId, Wallet } from '#shared/kernel/ids.js';
import type { Verdict, Watched } from '../chain.js';
import { readVerdicts } from '../token-2022/look.js';
import type { Rpc } from '../token-2022/rpc/rpc.js';
import { u32, u64 } from './bytes.js';
import { leafHash } from './leaf.js';
import { readLeaves } from './look-leaves.js';
import { judgeMarker, markerAddress } from './marker.js';
import { assetId, BUBBLEGUM, COMPRESSION, NOOP } from './programs.js';
import { TreeMirrors } from './tree-mirrors.js';

const key = (): PublicKey => Keypair.generate().publicKey;
const tree = key();
const collection = key().toBase58();
const ticket = 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa' as TicketId;
const plan = {
  ticket,
  wallet: key().toBase58() as Wallet,
  ...markerAddress(key(), 'demo' as TenantId, ticket),
  name: 'Gala',
  symbol: 'ADMIT',
  uri: 'urn:admit-one:1',
  compressed: { collection },
} as MintPlan;
const attempt = (number: number): MintAttempt => ({
  ticket,
  attempt: number,
  signature: `sig-${number}`,
  transaction: '',
  blockhash: '',
  lastValidBlockHeight: 100,
});
const [first, second] = [attempt(1), attempt(2)];

const account = (owner: PublicKey, bytes: number) => ({ owner, data: Buffer.alloc(bytes), lamports: 1, executable: false });
const MARKER = account(SystemProgram.programId, 1);
const changeLog = (index: number, leaf: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0, 0]), tree.toBytes(), u32(1), leaf, u32(0), u64(1), u32(index)]);

interface Landed {
  readonly leaf?: Buffer;
  readonly logger?: PublicKey;
  readonly allocates?: boolean;
}

/** A transaction as a node tells it: Bubblegum calls the program of the trees, which logs the change. */
function told({ leaf, logger = COMPRESSION, allocates = true }: Landed): object {
  const accountKeys = [SystemProgram.programId, plan.asset, BUBBLEGUM, logger, NOOP].map(String);
  const seeded = { programIdIndex: 0, accounts: [1], data: encodeBase58(u32(9)) };
  const mint = { programIdIndex: 2, accounts: [], data: '' };
  const calls = [
    { programIdIndex: 3, accounts: [], data: '', stackHeight: 2 },
    { programIdIndex: 4, accounts: [], data: encodeBase58(changeLog(7, leaf ?? Buffer.alloc(32))), stackHeight: 3 },
  ];
  const innerInstructions = leaf === undefined ? [] : [{ index: 1, instructions: calls }];
  const message = { accountKeys, instructions: allocates ? [seeded, mint] : [mint] };
  return { slot: 50, transaction: { message }, meta: { err: null, innerInstructions } };
}

interface Chain {
  readonly height: number;
  readonly account: ReturnType<typeof account> | null;
  /** Signatures that landed well, oldest first, with their transactions; null where they are pruned. */
  readonly landed: Readonly<Record<string, object | null>>;
  /** Why the attempt had no effect. */
  readonly error?: object;
  /** The node forgot the statuses. */
  readonly forgot?: boolean;
}

function rpcOf({ height, account: found, landed, forgot, error }: Chain): Rpc {
  const final = { slot: 50, err: error ?? null, confirmationStatus: 'finalized' };
  const signatures = Object.keys(landed).reverse();
  const connection = {
    getSignaturesForAddress: async (_: PublicKey, { before }: { before?: string }) =>
      before === undefined ? signatures.map((signature) => ({ signature, slot: 50, err: null })) : [],
  };
  return {
    finalizedHead: async () => ({ slot: 60, height }),
    statuses: async (asked: readonly string[]) => asked.map((one) => (one in landed && !forgot ? final : null)),
    accounts: async (asked: readonly PublicKey[]) => asked.map(() => ({ slot: 60, account: found })),
    ask: async (_: string, question: (on: unknown) => Promise<unknown>) => question(connection),
    call: async (_: string, [signature]: [string]) => ({ result: landed[signature] ?? null }),
  } as unknown as Rpc;
}

async function verdict(chain: Partial<Chain>, live = first, ...dead: readonly MintAttempt[]): Promise<Verdict | undefined> {
  const watched = {
    state: 'submitted',
    plan,
    live,
    firstAttempt: 1,
    dead: dead.map((one) => ({ ...one, reason: 'expired' })),
  } as Watched;
  const rpc = rpcOf({ height: 90, account: null, landed: {}, ...chain });
  return (await readVerdicts(rpc, [watched], readLeaves(new TreeMirrors())))[0];
}

const ours = leafHash(plan, { tree, index: 7 });
const leaf = { tree: tree.toBase58(), index: 7, asset: assetId(tree, 7).toBase58() };
const EXPIRED = 101;

describe('[compressed] the verdict on a compressed ticket', () => {
  it('[minting NM8] is that it is minted, as the leaf that its transaction made, once its marker is there', async () => {
    const landed = { 'sig-1': told({ leaf: ours }) };
    expect(await verdict({ account: MARKER, landed })).toEqual({
      ...{ kind: 'confirmed', signature: 'sig-1', slot: '60', supply: '1', holder: plan.wallet, leaf },
    });
  });

  it.each([
    ['the first', first, second],
    ['the second', second, first],
  ])('names the attempt that made it, %s of two that were both signed', async (_, made, other) => {
    const landed = { [made.signature]: told({ leaf: ours }) };
    for (const [live, dead] of [
      [made, other],
      [other, made],
    ] as const)
      expect(await verdict({ height: EXPIRED, account: MARKER, landed, forgot: true }, live, dead)).toMatchObject({
        kind: 'confirmed',
        signature: made.signature,
      });
  });

  it.each([
    ['nothing', null],
    ['lamports of a stranger', account(SystemProgram.programId, 0)],
  ])('[minting NM8] is that the attempt is dead when it is over and at the marker is %s', async (_, found) => {
    expect(await verdict({ account: found })).toMatchObject({ kind: 'unknown' });
    expect(await verdict({ height: EXPIRED, account: found })).toMatchObject({ kind: 'dead', attempt: 1, reason: 'expired' });
  });

  it.each([
    ['a program has the marker', account(key(), 1)],
    ['the marker is larger', account(SystemProgram.programId, 2)],
  ])('[minting NM8] is foreign when %s', async (_, found) => {
    expect(await verdict({ height: EXPIRED, account: found })).toMatchObject({ kind: 'foreign' });
    expect(judgeMarker(found)).toMatchObject({ kind: 'foreign' });
  });

  it.each([
    ['landed-with-error', 6017, 'since the next attempt takes another tree'],
    ['program-refused', 1, 'since it may be refused for ever'],
  ])('[minting NM8] is %s where the program says %i, %s', async (reason, code) => {
    const error = { InstructionError: [4, { Custom: code }] };
    expect(await verdict({ error, landed: { 'sig-1': null } })).toMatchObject({ kind: 'dead', attempt: 1, reason });
  });

  it('[minting NM8] is foreign when the leaf is another than was planned, or another key holder made the marker', async () => {
    const other = told({ leaf: leafHash({ ...plan, name: 'Another' }, { tree, index: 7 }) });
    expect(await verdict({ account: MARKER, landed: { 'sig-1': other } })).toMatchObject({ kind: 'foreign' });
    const another = { 'sig-x': told({ leaf: ours }) };
    expect(await verdict({ height: EXPIRED, account: MARKER, landed: another })).toMatchObject({ kind: 'foreign' });
  });

  it('[minting NM8] stays unknown, never dead, when the marker is there and its transaction is pruned', async () => {
    expect(await verdict({ account: MARKER, landed: { 'sig-1': null } })).toMatchObject({ kind: 'unknown' });
    expect(await verdict({ height: EXPIRED, account: MARKER, landed: { 'sig-1': null }, forgot: true })).toMatchObject({ kind: 'unknown' });
    expect(await verdict({ height: EXPIRED, account: MARKER })).toMatchObject({ kind: 'unknown' });
    const gift = { 'sig-x': told({ allocates: false }) };
    expect(await verdict({ height: EXPIRED, account: MARKER, landed: gift })).toMatchObject({ kind: 'unknown' });
  });

  it('[minting NM8] believes no leaf that another program than that of the trees logged', async () => {
    const forged = told({ leaf: ours, logger: key() });
    expect(await verdict({ account: MARKER, landed: { 'sig-1': forged } })).toMatchObject({ kind: 'foreign' });
  });
});
