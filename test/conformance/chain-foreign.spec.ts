import {
  AuthorityType,
  createInitializeMetadataPointerInstruction,
  createInitializeMint2Instruction,
  createInitializeMintCloseAuthorityInstruction,
  createSetAuthorityInstruction,
  ExtensionType,
  getMintLen,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { createInitializeInstruction, createUpdateFieldInstruction } from '@solana/spl-token-metadata';
import {
  Connection,
  Keypair,
  PublicKey,
  SystemProgram,
  sendAndConfirmRawTransaction,
  Transaction,
  type TransactionInstruction,
} from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import type { Wallet } from '#shared/kernel/ids.js';
import { judgeAccount } from '../../apps/minter/src/chains/token-2022/judge-account.js';
import { freshMintKeys, Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { Stage } from '../stages/stage.js';
import { mintPlan, nextTicket } from './mint-plans.js';

const LAMPORTS = 10_000_000_000;
const RENT = 5_000_000;
const program = TOKEN_2022_PROGRAM_ID;
const base = Signer.generate();
const keys = { ...freshMintKeys(), base: base.signer };
const baseKeypair = Keypair.fromSecretKey(base.keypair);
const stranger = Keypair.generate();
const stage = Stage.forTests();
let solana: LocalSolana;
let connection: Connection;
let chain: Token2022Chain;

beforeAll(async () => {
  solana = await stage.keep(startLocalSolana({ port: 0, slotMs: 'instant' }));
  connection = new Connection(solana.url, 'finalized');
  chain = new Token2022Chain(keys, { url: solana.url, timeoutMs: 5_000, priority: { floor: 0 }, freshMs: 0, airdrop: true });
  await chain.replenish();
  await connection.requestAirdrop(stranger.publicKey, LAMPORTS);
});

const newPlan = async () => mintPlan(chain, nextTicket(), Signer.generate().signer.address as Wallet);
const accountOf = async (plan: MintPlan) => connection.getAccountInfo(new PublicKey(plan.asset));

async function ours(): Promise<MintPlan> {
  const plan = await newPlan();
  await chain.submit({ ticket: plan.ticket, attempt: 1, ...(await chain.prepare(plan, 1)) }, true);
  return plan;
}

interface Deviation {
  readonly extensions?: readonly ExtensionType[];
  readonly decimals?: number;
  readonly freezeAuthority?: PublicKey;
  readonly keepMintAuthority?: boolean;
  readonly updateAuthority?: PublicKey;
  readonly pointerAuthority?: PublicKey;
  readonly moreInstructions?: (asset: PublicKey) => TransactionInstruction[];
  readonly name?: string;
}

/** Accounts that a holder of the base key could create at a planned address. */
async function make(deviation: Deviation): Promise<MintPlan> {
  const plan = await newPlan();
  const asset = new PublicKey(plan.asset);
  const me = stranger.publicKey;
  const extensions = [ExtensionType.MetadataPointer, ...(deviation.extensions ?? [])];
  const seeded = { accountPubkey: asset, basePubkey: baseKeypair.publicKey, seed: plan.seed, programId: program };
  const closable = deviation.extensions?.includes(ExtensionType.MintCloseAuthority) === true;
  const metadata = { programId: program, metadata: asset, mint: asset, mintAuthority: me, symbol: plan.symbol, uri: plan.uri };
  const instructions = [
    SystemProgram.transfer({ fromPubkey: me, toPubkey: asset, lamports: RENT }),
    SystemProgram.allocate({ ...seeded, space: getMintLen(extensions) }),
    SystemProgram.assign(seeded),
    ...(closable ? [createInitializeMintCloseAuthorityInstruction(asset, me, program)] : []),
    createInitializeMetadataPointerInstruction(asset, deviation.pointerAuthority ?? null, asset, program),
    createInitializeMint2Instruction(asset, deviation.decimals ?? 0, me, deviation.freezeAuthority ?? null, program),
    createInitializeInstruction({ ...metadata, updateAuthority: deviation.updateAuthority ?? asset, name: deviation.name ?? plan.name }),
    ...(deviation.moreInstructions?.(asset) ?? []),
    ...(deviation.keepMintAuthority === true
      ? []
      : [createSetAuthorityInstruction(asset, me, AuthorityType.MintTokens, null, [], program)]),
  ];
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
  const transaction = new Transaction({ feePayer: me, blockhash, lastValidBlockHeight }).add(...instructions);
  transaction.sign(stranger, baseKeypair);
  await sendAndConfirmRawTransaction(connection, transaction.serialize(), { commitment: 'finalized' });
  return plan;
}

describe('an account at a planned address', () => {
  it('is ours when everything is as planned', async () => {
    const plan = await ours();
    expect(judgeAccount(await accountOf(plan), plan)).toEqual({ kind: 'ours', supply: 1n });
  });

  it('is ours with supply 0 too: the holder may have burned it before the read', async () => {
    const plan = await make({});
    expect(judgeAccount(await accountOf(plan), plan)).toEqual({ kind: 'ours', supply: 0n });
  });

  it('is absent when there is nothing, or lamports and nothing else', async () => {
    const plan = await newPlan();
    expect(judgeAccount(await accountOf(plan), plan)).toEqual({ kind: 'absent' });
    await connection.requestAirdrop(new PublicKey(plan.asset), RENT);
    expect(judgeAccount(await accountOf(plan), plan)).toEqual({ kind: 'absent' });
  });

  it.each<[string, Deviation]>([
    ['a close authority, which would free the address for a second mint', { extensions: [ExtensionType.MintCloseAuthority] }],
    ['a mint authority', { keepMintAuthority: true }],
    ['a freeze authority', { freezeAuthority: stranger.publicKey }],
    ['decimals', { decimals: 1 }],
    ['a key that may rewrite its metadata', { updateAuthority: stranger.publicKey }],
    ['a key that may point to other metadata', { pointerAuthority: stranger.publicKey }],
    ['another name', { name: 'Another' }],
    [
      'more fields than planned',
      {
        updateAuthority: stranger.publicKey,
        moreInstructions: (asset) => [
          createUpdateFieldInstruction({
            programId: program,
            metadata: asset,
            updateAuthority: stranger.publicKey,
            field: 'seat',
            value: 'A-1',
          }),
        ],
      },
    ],
  ])('is foreign with %s', async (_, deviation) => {
    const plan = await make(deviation);
    expect(judgeAccount(await accountOf(plan), plan)).toMatchObject({ kind: 'foreign' });
  });

  it('is foreign when another program owns it, or when it is no whole mint', async () => {
    const plan = await ours();
    const account = await accountOf(plan);
    if (account === null) throw new Error('the asset is there');
    expect(judgeAccount({ ...account, owner: stranger.publicKey }, plan)).toMatchObject({ kind: 'foreign' });
    expect(judgeAccount({ ...account, data: account.data.subarray(0, 100) }, plan)).toMatchObject({ kind: 'foreign' });
    expect(judgeAccount({ ...account, data: Buffer.alloc(account.data.length) }, plan)).toMatchObject({ kind: 'foreign' });
    expect(judgeAccount({ ...account, owner: SystemProgram.programId }, plan)).toMatchObject({ kind: 'foreign' });
  });

  it.each(['name', 'symbol', 'uri'] as const)('is foreign when its %s is another than planned', async (field) => {
    const plan = await ours();
    expect(judgeAccount(await accountOf(plan), { ...plan, [field]: 'another' })).toMatchObject({ kind: 'foreign' });
  });
});
