import { createHash } from 'node:crypto';
import { encodeBase58 } from './base58.js';

/** A transaction may land in the block its hash was the latest of and in 150 more. */
export const BLOCKHASH_VALID_BLOCKS = 150;
/** Hashes remembered: the window, seen from as far back as a lagging node may look, with room. */
const REMEMBERED_SLOTS = 512;

interface SlotHash {
  readonly slot: number;
  readonly hash: string;
}

/**
 * The hash of a slot is derived from genesis, fork and slot, so a restart hands out and recognises the same ones without storing them.
 * A rollback starts a new fork: hashes that existed only on the abandoned one are unknown from then on, as on a real cluster.
 */
export class Blockhashes {
  private recent: SlotHash[] = [];
  private readonly slots = new Map<string, number>();
  private fork = 0;

  constructor(private readonly genesisHash: string) {}

  open(slot: number): void {
    const digest = createHash('sha256').update(`${this.genesisHash}|${this.fork}|${slot}`).digest();
    const hash = encodeBase58(digest);
    this.recent.push({ slot, hash });
    this.slots.set(hash, slot);
    if (this.recent.length > REMEMBERED_SLOTS) this.slots.delete(this.recent.shift()?.hash ?? '');
  }

  abandonAfter(slot: number): void {
    for (const entry of this.recent) if (entry.slot > slot) this.slots.delete(entry.hash);
    this.recent = this.recent.filter((entry) => entry.slot <= slot);
    this.fork += 1;
  }

  latestAt(slot: number): { readonly blockhash: string; readonly lastValidBlockHeight: number } {
    const entry = this.recent.findLast((candidate) => candidate.slot <= slot) ?? this.recent[0];
    if (entry === undefined) throw new Error('no slot has been opened');
    return { blockhash: entry.hash, lastValidBlockHeight: entry.slot + BLOCKHASH_VALID_BLOCKS };
  }

  /** Whether a block at `slot` would take a transaction with this hash. */
  isValidAt(hash: string, slot: number): boolean {
    const born = this.slots.get(hash);
    return born !== undefined && born <= slot && slot <= born + BLOCKHASH_VALID_BLOCKS;
  }
}
