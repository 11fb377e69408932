import { ComputeBudgetProgram, type PublicKey, SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import type { SignedTransaction } from '../chain.js';
import type { MintKeys, Signer } from '../token-2022/mint-keys.js';
import { memoOfMint, sign, type Terms } from '../token-2022/mint-transaction.js';
import { burnLeaf, type CollectionTerms, createCollection, createMarker, createTree, mintLeaf, type Proof } from './instructions.js';
import type { LeafPlace } from './leaf.js';
import { COMPRESSION } from './programs.js';
import { type TreeSize, treeBytes } from './tree-account.js';

/** Measured: 83,000 for the common mint, 110,000 when derived addresses take many tries. */
export const MINT_COMPUTE_UNITS = 160_000;
/** Measured: 88,000 to 120,000, the more the longer the proof. */
export const BURN_COMPUTE_UNITS = 250_000;
const CREATE_COMPUTE_UNITS = 400_000;

const computeBudget = (units: number, { microLamports }: Terms): TransactionInstruction[] => [
  ComputeBudgetProgram.setComputeUnitLimit({ units }),
  ...(microLamports > 0 ? [ComputeBudgetProgram.setComputeUnitPrice({ microLamports })] : []),
];

/** The marker and the leaf, both or neither. The same plan, tree, keys and terms always give the same bytes. */
export function signLeafMint(plan: MintPlan, tree: PublicKey, keys: MintKeys, terms: Terms): Promise<SignedTransaction> {
  const by = { payer: keys.payer.publicKey, base: keys.base.publicKey };
  const instructions = [
    ...computeBudget(MINT_COMPUTE_UNITS, terms),
    ...createMarker(plan, terms.rent, by),
    mintLeaf(plan, tree, by),
    memoOfMint(plan),
  ];
  return sign(instructions, keys, terms);
}

export function signLeafBurn(plan: MintPlan, place: LeafPlace, proof: Proof, keys: MintKeys, terms: Terms): Promise<SignedTransaction> {
  const by = { payer: keys.payer.publicKey, delegate: keys.delegate.publicKey };
  return sign([...computeBudget(BURN_COMPUTE_UNITS, terms), burnLeaf(plan, place, proof, by)], keys, terms);
}

/** `terms.rent`: of the tree's account. */
export function signTree(tree: Signer, size: TreeSize, keys: MintKeys, terms: Terms): Promise<SignedTransaction> {
  const payer = keys.payer.publicKey;
  const account = { fromPubkey: payer, newAccountPubkey: tree.publicKey, programId: COMPRESSION };
  const instructions = [
    ...computeBudget(CREATE_COMPUTE_UNITS, terms),
    SystemProgram.createAccount({ ...account, lamports: Number(terms.rent), space: treeBytes(size) }),
    createTree(tree.publicKey, size, { payer, creator: keys.base.publicKey }),
  ];
  return sign(instructions, keys, terms, tree);
}

export function signCollection(collection: Signer, of: CollectionTerms, keys: MintKeys, terms: Terms): Promise<SignedTransaction> {
  const by = { payer: keys.payer.publicKey, authority: keys.base.publicKey };
  return sign([...computeBudget(CREATE_COMPUTE_UNITS, terms), createCollection(collection.publicKey, of, by)], keys, terms, collection);
}
