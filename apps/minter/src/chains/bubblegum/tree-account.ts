import type { AccountInfo } from '@solana/web3.js';
import { BUBBLEGUM, COMPRESSION } from './programs.js';

const HEADER_BYTES = 56;
const COUNTERS_BYTES = 24;
const NODE_BYTES = 32;
/** Index and padding after the nodes of a change or of the rightmost proof. */
const PLACE_BYTES = 8;
const BUFFER_AT = 2;
const DEPTH_AT = 6;
const ACTIVE_AT = HEADER_BYTES + 8;
/** In the tree config: discriminator, creator, delegate. */
const CAPACITY_AT = 8 + 32 + 32;
const MINTED_AT = CAPACITY_AT + 8;

/** `depth`: 2^depth leaves. `buffer`: changes after which a proof is too old. `canopy`: uppermost levels that no proof needs. */
export interface TreeSize {
  readonly depth: number;
  readonly buffer: number;
  readonly canopy: number;
}

const changeBytes = (depth: number): number => NODE_BYTES + PLACE_BYTES + NODE_BYTES * depth;
const bodyBytes = ({ depth, buffer }: Pick<TreeSize, 'depth' | 'buffer'>): number =>
  HEADER_BYTES + COUNTERS_BYTES + (buffer + 1) * changeBytes(depth);
const canopyBytes = (canopy: number): number => (2 ** (canopy + 1) - 2) * NODE_BYTES;

/** Bytes of a tree's account. */
export const treeBytes = (size: TreeSize): number => bodyBytes(size) + canopyBytes(size.canopy);

/** A tree as its account says. */
export interface TreeState extends TreeSize {
  readonly root: Buffer;
}

/** Undefined where the account is no tree. */
export function readTree(account: AccountInfo<Buffer> | null): TreeState | undefined {
  if (account === null || !account.owner.equals(COMPRESSION) || account.data.length < HEADER_BYTES + COUNTERS_BYTES) return undefined;
  const { data } = account;
  const depth = data.readUInt32LE(DEPTH_AT);
  const buffer = data.readUInt32LE(BUFFER_AT);
  const canopy = Math.log2((data.length - bodyBytes({ depth, buffer })) / NODE_BYTES + 2) - 1;
  if (!Number.isInteger(canopy) || canopy < 0) return undefined;
  const at = HEADER_BYTES + COUNTERS_BYTES + Number(data.readBigUInt64LE(ACTIVE_AT)) * changeBytes(depth);
  return { depth, buffer, canopy, root: data.subarray(at, at + NODE_BYTES) };
}

export interface TreeUse {
  readonly capacity: number;
  readonly minted: number;
}

/** Undefined where the account is no tree's config. */
export function readTreeUse(account: AccountInfo<Buffer> | null): TreeUse | undefined {
  if (account === null || !account.owner.equals(BUBBLEGUM) || account.data.length < MINTED_AT + 8) return undefined;
  return { capacity: Number(account.data.readBigUInt64LE(CAPACITY_AT)), minted: Number(account.data.readBigUInt64LE(MINTED_AT)) };
}
