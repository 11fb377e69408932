import { createHash } from 'node:crypto';
import { encodeBase58 } from '#shared/kernel/base58.js';

/** A transaction may land in the block its hash was the latest of and in 150 more. */
export const BLOCKHASH_VALID_BLOCKS = 150;
/** Hashes remembered: the window, seen from as far back as a lagging node may look, with room. */
const REMEMBERED_SLOTS = 1_024;

interface OpenedSlot {
  readonly slot: number;
  readonly fork: number;
  hash?: string;
}

/**
 * The hash of a slot is derived from genesis, fork and slot, so a restart hands out and recognises the same ones without storing them.
 * It is computed when first asked for: a restart passes through a day of slots to reach the few that count.
 * A rollback starts a new fork: hashes that existed only on the abandoned one are unknown from then on, as on a real cluster.
 */
export class Blockhashes {
  private recent: OpenedSlot[] = [];
  private readonly slots = new Map<string, number>();
  private fork = 0;

  constructor(private readonly genesisHash: string) {}

  open(slot: number): void {
    this.recent.push({ slot, fork: this.fork });
    if (this.recent.length > REMEMBERED_SLOTS) this.forget(this.recent.shift());
  }

  abandonAfter(slot: number): void {
    for (const opened of this.recent) if (opened.slot > slot) this.forget(opened);
    this.recent = this.recent.filter((opened) => opened.slot <= slot);
    this.fork += 1;
  }

  latestAt(slot: number): { readonly blockhash: string; readonly lastValidBlockHeight: number } {
    const opened = this.recent.findLast((candidate) => candidate.slot <= slot) ?? this.recent[0];
    if (opened === undefined) throw new Error('no slot has been opened');
    return { blockhash: this.hashOf(opened), lastValidBlockHeight: opened.slot + BLOCKHASH_VALID_BLOCKS };
  }

  /** Whether a block at `slot` would take a transaction with this hash. */
  isValidAt(hash: string, slot: number): boolean {
    for (const opened of this.recent) if (opened.hash === undefined) this.hashOf(opened);
    const born = this.slots.get(hash);
    return born !== undefined && born <= slot && slot <= born + BLOCKHASH_VALID_BLOCKS;
  }

  private hashOf(opened: OpenedSlot): string {
    opened.hash ??= encodeBase58(createHash('sha256').update(`${this.genesisHash}|${opened.fork}|${opened.slot}`).digest());
    this.slots.set(opened.hash, opened.slot);
    return opened.hash;
  }

  private forget(opened: OpenedSlot | undefined): void {
    if (opened?.hash !== undefined) this.slots.delete(opened.hash);
  }
}
