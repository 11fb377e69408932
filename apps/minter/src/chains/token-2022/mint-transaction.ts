import assert from 'node:assert/strict';
import {
  AuthorityType,
  createAssociatedTokenAccountIdempotentInstruction,
  createBurnCheckedInstruction,
  createInitializeMetadataPointerInstruction,
  createInitializeMint2Instruction,
  createInitializeNonTransferableMintInstruction,
  createInitializePermanentDelegateInstruction,
  createMintToInstruction,
  createSetAuthorityInstruction,
  ExtensionType,
  getAssociatedTokenAddressSync,
  getMintLen,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { createInitializeInstruction } from '@solana/spl-token-metadata';
import { ComputeBudgetProgram, PublicKey, SystemProgram, TransactionInstruction, TransactionMessage } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { encodeBase58 } from '#shared/kernel/base58.js';
import type { SignedTransaction } from '../chain.js';
import type { TransactionSigner } from '../transaction-signer.js';
import type { MintKeys } from './mint-keys.js';

export const MEMO_PROGRAM_ID = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
/** Measured: 27,000 for the common mint, 49,000 when derived addresses take many tries. */
export const COMPUTE_UNIT_LIMIT = 80_000;
/** The largest packet that a Solana node accepts. */
const MAX_TRANSACTION_BYTES = 1_232;
const SIGNATURE_BYTES = 64;
const DECIMALS = 0;

const MINT_BYTES = getMintLen([ExtensionType.MetadataPointer]);
const REVOCABLE_MINT_BYTES = getMintLen([ExtensionType.MetadataPointer, ExtensionType.NonTransferable, ExtensionType.PermanentDelegate]);
/**
 * Type and length of the extension; update authority and mint; the lengths of name, symbol, URI and of the (empty) list of additional
 * fields.
 */
const METADATA_BYTES = 4 + 64 + 12 + 4;
/**
 * An associated token account of Token-2022: the account, its type, the immutable-owner extension, and at most the non-transferable
 * extension.
 */
export const TOKEN_ACCOUNT_BYTES = 174;

const mintBytes = (delegate: string | undefined): number => (delegate === undefined ? MINT_BYTES : REVOCABLE_MINT_BYTES);

export const assetBytes = ({ name, symbol, uri, delegate }: Pick<MintPlan, 'name' | 'symbol' | 'uri' | 'delegate'>): number =>
  mintBytes(delegate) + METADATA_BYTES + Buffer.byteLength(name) + Buffer.byteLength(symbol) + Buffer.byteLength(uri);

const holdings = new WeakMap<object, PublicKey>();

/** The wallet's token account of the asset. Deriving it takes half a millisecond of curve arithmetic, and each plan needs it twice. */
export function holdingAddress(plan: Pick<MintPlan, 'asset' | 'wallet'>): PublicKey {
  const known = holdings.get(plan);
  if (known !== undefined) return known;
  const derived = getAssociatedTokenAddressSync(new PublicKey(plan.asset), new PublicKey(plan.wallet), true, TOKEN_2022_PROGRAM_ID);
  holdings.set(plan, derived);
  return derived;
}

export interface Terms {
  /** For the asset's account; absent for a burn. */
  readonly rent: bigint;
  readonly blockhash: string;
  readonly lastValidBlockHeight: number;
  readonly microLamports: number;
}

const computeBudget = ({ microLamports }: Terms): TransactionInstruction[] => [
  ComputeBudgetProgram.setComputeUnitLimit({ units: COMPUTE_UNIT_LIMIT }),
  ...(microLamports > 0 ? [ComputeBudgetProgram.setComputeUnitPrice({ microLamports })] : []),
];

/**
 * All instructions of one mint, executed atomically: space at the planned address, permanent metadata, one token, and no remaining mint
 * authority.
 */
function instructions(plan: MintPlan, keys: MintKeys, terms: Terms): TransactionInstruction[] {
  const program = TOKEN_2022_PROGRAM_ID;
  const asset = new PublicKey(plan.asset);
  const wallet = new PublicKey(plan.wallet);
  const holding = holdingAddress(plan);
  const payer = keys.payer.publicKey;
  const authority = keys.authority.publicKey;
  const seeded = { accountPubkey: asset, basePubkey: keys.base.publicKey, seed: plan.seed, programId: program };
  return [
    ...computeBudget(terms),
    // Not createAccountWithSeed: it fails when anyone has sent a lamport to the address, which is public.
    SystemProgram.transfer({ fromPubkey: payer, toPubkey: asset, lamports: terms.rent }),
    SystemProgram.allocate({ ...seeded, space: mintBytes(plan.delegate) }),
    SystemProgram.assign(seeded),
    createInitializeMetadataPointerInstruction(asset, null, asset, program),
    ...revocability(plan, asset),
    createInitializeMint2Instruction(asset, DECIMALS, authority, null, program),
    // No key can sign for the asset's own address, so a sold ticket's metadata can never change.
    createInitializeInstruction({
      programId: program,
      metadata: asset,
      updateAuthority: asset,
      mint: asset,
      mintAuthority: authority,
      name: plan.name,
      symbol: plan.symbol,
      uri: plan.uri,
    }),
    createAssociatedTokenAccountIdempotentInstruction(payer, holding, wallet, asset, program),
    createMintToInstruction(asset, holding, authority, 1, [], program),
    createSetAuthorityInstruction(asset, authority, AuthorityType.MintTokens, null, [], program),
    memoOfMint(plan),
  ];
}

export const memoOfMint = ({ memo }: Pick<MintPlan, 'memo'>): TransactionInstruction =>
  new TransactionInstruction({ programId: MEMO_PROGRAM_ID, keys: [], data: Buffer.from(memo) });

function revocability({ delegate }: MintPlan, asset: PublicKey): TransactionInstruction[] {
  if (delegate === undefined) return [];
  return [
    createInitializeNonTransferableMintInstruction(asset, TOKEN_2022_PROGRAM_ID),
    createInitializePermanentDelegateInstruction(asset, new PublicKey(delegate), TOKEN_2022_PROGRAM_ID),
  ];
}

/** Builds and signs one mint. The same plan, keys and terms always give the same bytes. */
export const signMint = (plan: MintPlan, keys: MintKeys, terms: Terms): Promise<SignedTransaction> =>
  sign(instructions(plan, keys, terms), keys, terms);

/**
 * Builds and signs the burn of a revocable asset in its holder's account, without the holder's signature. The account's rent stays with
 * the holder.
 */
export function signBurn(plan: MintPlan, keys: MintKeys, terms: Terms): Promise<SignedTransaction> {
  const asset = new PublicKey(plan.asset);
  const burn = createBurnCheckedInstruction(holdingAddress(plan), asset, keys.delegate.publicKey, 1, DECIMALS, [], TOKEN_2022_PROGRAM_ID);
  return sign([...computeBudget(terms), burn], keys, terms);
}

/** `more`: signers besides the minter's keys. */
export async function sign(
  of: TransactionInstruction[],
  keys: MintKeys,
  terms: Terms,
  ...more: readonly TransactionSigner[]
): Promise<SignedTransaction> {
  const message = new TransactionMessage({
    payerKey: keys.payer.publicKey,
    recentBlockhash: terms.blockhash,
    instructions: of,
  }).compileToV0Message();
  const bytes = message.serialize();
  const signers = new Map<string, TransactionSigner>(
    [keys.payer, keys.authority, keys.base, keys.delegate, ...more].map((signer) => [signer.address, signer]),
  );
  const required = message.staticAccountKeys.slice(0, message.header.numRequiredSignatures);
  const signing = required.map((key) => {
    const signer = signers.get(key.toBase58());
    assert(signer !== undefined, `no key signs for ${key.toBase58()}`);
    return signer.sign(bytes);
  });
  const signatures = await Promise.all(signing);
  const [first] = signatures;
  assert(first?.length === SIGNATURE_BYTES, 'a transaction has a first signature');
  const transaction = Buffer.concat([Buffer.from([signatures.length]), ...signatures, bytes]);
  assert(transaction.length <= MAX_TRANSACTION_BYTES, `a mint of ${transaction.length} bytes fits no packet`);
  const { blockhash, lastValidBlockHeight } = terms;
  return { signature: encodeBase58(first), transaction: transaction.toString('base64'), blockhash, lastValidBlockHeight };
}
