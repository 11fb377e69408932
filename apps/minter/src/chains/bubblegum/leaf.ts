import { PublicKey } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { keccak, NONE, some, text, u8, u16, u32, u64 } from './bytes.js';
import { assetId } from './programs.js';

/** What a plan says of a leaf. */
export type PlannedLeaf = Pick<MintPlan, 'wallet' | 'name' | 'symbol' | 'uri' | 'compressed'>;

/** Where a leaf is: every tree counts its leaves from 0. */
export interface LeafPlace {
  readonly tree: PublicKey;
  readonly index: number;
}

const VERSION = 2;
const NO_ROYALTIES = u16(0);
const NOT_SOLD_YET = u8(0);
const IMMUTABLE = u8(0);
const NON_FUNGIBLE = some(u8(0));
const NO_CREATORS = u32(0);
const NO_FLAGS = u8(0);
const NO_COLLECTION = Buffer.alloc(32);
/** The hash of no creators, and of no further data. */
export const HASH_OF_NOTHING = keccak();

/** Bubblegum's `MetadataArgsV2`. */
export function metadata({ name, symbol, uri, compressed }: PlannedLeaf): Buffer {
  const collection = compressed === undefined ? NONE : some(new PublicKey(compressed.collection).toBytes());
  return Buffer.concat([text(name), text(symbol), text(uri), NO_ROYALTIES, NOT_SOLD_YET, IMMUTABLE, NON_FUNGIBLE, NO_CREATORS, collection]);
}

export const dataHash = (plan: PlannedLeaf): Buffer => keccak(keccak(metadata(plan)), NO_ROYALTIES);

/** The hash that a plan's leaf has at this place, while the wallet that it was minted for still has it. */
export function leafHash(plan: PlannedLeaf, { tree, index }: LeafPlace): Buffer {
  const owner = new PublicKey(plan.wallet).toBytes();
  const collection = plan.compressed === undefined ? NO_COLLECTION : new PublicKey(plan.compressed.collection).toBytes();
  return keccak(
    u8(VERSION),
    assetId(tree, index).toBytes(),
    owner,
    owner,
    u64(index),
    dataHash(plan),
    HASH_OF_NOTHING,
    keccak(collection),
    HASH_OF_NOTHING,
    NO_FLAGS,
  );
}
