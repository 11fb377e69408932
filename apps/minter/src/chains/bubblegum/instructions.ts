import { createHash } from 'node:crypto';
import { type AccountMeta, PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { NONE, some, text, u8, u32, u64 } from './bytes.js';
import { dataHash, HASH_OF_NOTHING, type LeafPlace, metadata } from './leaf.js';
import { BUBBLEGUM, COMPRESSION, CORE, CORE_SIGNER, MARKER_PROGRAM, NOOP, treeConfig } from './programs.js';
import type { TreeSize } from './tree-account.js';

/** A marker is one zero byte: Solana's smallest account that differs from lamports alone. */
export const MARKER_BYTES = 1;

const readonly = (pubkey: PublicKey): AccountMeta => ({ pubkey, isWritable: false, isSigner: false });
const writable = (pubkey: PublicKey): AccountMeta => ({ pubkey, isWritable: true, isSigner: false });
const signer = (pubkey: PublicKey): AccountMeta => ({ pubkey, isWritable: false, isSigner: true });
const payerOf = (pubkey: PublicKey): AccountMeta => ({ pubkey, isWritable: true, isSigner: true });
/** An optional account that is left out: the program itself takes its place. */
const ABSENT = readonly(BUBBLEGUM);

const method = (name: string): Buffer => createHash('sha256').update(`global:${name}`).digest().subarray(0, 8);
const CREATE_TREE = method('create_tree_v2');
const MINT = method('mint_v2');
const BURN = method('burn_v2');

/** The tree whose leaves only `creator` mints; its account has been allocated. */
export function createTree(
  tree: PublicKey,
  { depth, buffer }: TreeSize,
  by: { payer: PublicKey; creator: PublicKey },
): TransactionInstruction {
  return new TransactionInstruction({
    programId: BUBBLEGUM,
    keys: [
      writable(treeConfig(tree)),
      writable(tree),
      payerOf(by.payer),
      signer(by.creator),
      readonly(NOOP),
      readonly(COMPRESSION),
      readonly(SystemProgram.programId),
    ],
    data: Buffer.concat([CREATE_TREE, u32(depth), u32(buffer), NONE]),
  });
}

const CREATE_COLLECTION = 21;
const PLUGIN = { permanentFreeze: 5, permanentBurn: 8, bubblegum: 15 } as const;
const FROZEN = u8(1);
const ADDRESS_AUTHORITY = 3;

export interface CollectionTerms {
  readonly name: string;
  readonly uri: string;
  /** May burn every ticket of the collection, and none can be transferred. Absent: the tickets are their holders'. */
  readonly delegate?: PublicKey;
}

/** An MPL Core collection that leaves can belong to. */
export function createCollection(
  collection: PublicKey,
  { name, uri, delegate }: CollectionTerms,
  by: { payer: PublicKey; authority: PublicKey },
): TransactionInstruction {
  const held = delegate && some(Buffer.concat([u8(ADDRESS_AUTHORITY), delegate.toBytes()]));
  const plugins = [
    Buffer.concat([u8(PLUGIN.bubblegum), NONE]),
    ...(held === undefined
      ? []
      : [Buffer.concat([u8(PLUGIN.permanentBurn), held]), Buffer.concat([u8(PLUGIN.permanentFreeze), FROZEN, held])]),
  ];
  return new TransactionInstruction({
    programId: CORE,
    keys: [payerOf(collection), readonly(by.authority), payerOf(by.payer), readonly(SystemProgram.programId)],
    data: Buffer.concat([u8(CREATE_COLLECTION), text(name), text(uri), some(Buffer.concat([u32(plugins.length), ...plugins])), NONE]),
  });
}

const collectionOf = ({ compressed }: Pick<MintPlan, 'compressed'>): readonly [AccountMeta, AccountMeta] =>
  compressed === undefined ? [ABSENT, ABSENT] : [writable(new PublicKey(compressed.collection)), readonly(CORE_SIGNER)];

/** One leaf at the tree's next place. The base key created the tree and the collection, so it signs for both. */
export function mintLeaf(plan: MintPlan, tree: PublicKey, by: { payer: PublicKey; base: PublicKey }): TransactionInstruction {
  const [collection, coreSigner] = collectionOf(plan);
  return new TransactionInstruction({
    programId: BUBBLEGUM,
    keys: [
      writable(treeConfig(tree)),
      payerOf(by.payer),
      signer(by.base),
      ABSENT, // the collection's authority is the tree's
      readonly(new PublicKey(plan.wallet)),
      ABSENT, // the leaf's delegate is its owner
      writable(tree),
      collection,
      coreSigner,
      readonly(NOOP),
      readonly(COMPRESSION),
      readonly(CORE),
      readonly(SystemProgram.programId),
    ],
    data: Buffer.concat([MINT, metadata(plan), NONE, NONE]),
  });
}

/** A leaf's neighbours as of a root. */
export interface Proof {
  readonly root: Buffer;
  readonly nodes: readonly Buffer[];
}

/** The burn of a leaf that the wallet it was minted for has. */
export function burnLeaf(
  plan: MintPlan,
  { tree, index }: LeafPlace,
  { root, nodes }: Proof,
  by: { payer: PublicKey; delegate: PublicKey },
): TransactionInstruction {
  const [collection, coreSigner] = collectionOf(plan);
  return new TransactionInstruction({
    programId: BUBBLEGUM,
    keys: [
      writable(treeConfig(tree)),
      payerOf(by.payer),
      signer(by.delegate),
      readonly(new PublicKey(plan.wallet)),
      ABSENT,
      writable(tree),
      collection,
      coreSigner,
      readonly(NOOP),
      readonly(COMPRESSION),
      readonly(CORE),
      readonly(SystemProgram.programId),
      ...nodes.map((node) => readonly(new PublicKey(node))),
    ],
    data: Buffer.concat([BURN, root, dataHash(plan), HASH_OF_NOTHING, NONE, NONE, u64(index), u32(index)]),
  });
}

/**
 * Creates the marker of a ticket; fails where it exists. Not createAccountWithSeed: it fails when anyone has sent a lamport to the address,
 * which is public.
 */
export function createMarker(
  { asset, seed }: Pick<MintPlan, 'asset' | 'seed'>,
  rent: bigint,
  by: { payer: PublicKey; base: PublicKey },
): TransactionInstruction[] {
  const marker = new PublicKey(asset);
  return [
    SystemProgram.transfer({ fromPubkey: by.payer, toPubkey: marker, lamports: rent }),
    SystemProgram.allocate({ accountPubkey: marker, basePubkey: by.base, seed, programId: MARKER_PROGRAM, space: MARKER_BYTES }),
  ];
}
