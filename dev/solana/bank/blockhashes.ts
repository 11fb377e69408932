import { createHash } from 'node:crypto';
import { encodeBase58 } from '#shared/kernel/base58.js';

/** A transaction may land in the block whose latest hash it carries, and in the next 150. */
export const BLOCKHASH_VALID_BLOCKS = 150;
/** Hashes kept: the validity window, as seen from the slot of a lagging node, with room. */
const REMEMBERED_SLOTS = 1_024;

interface OpenedSlot {
  readonly slot: number;
  readonly fork: number;
  hash?: string;
}

/**
 * A slot's hash is derived from genesis, fork and slot, so a restart issues and recognises the same hashes without storage. It is
 * computed at the first use, because a restart passes through a day of slots. A rollback starts a new fork: hashes of the abandoned fork
 * are then unknown, as on a real cluster.
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

  /** True when a block at `slot` accepts a transaction with this hash. */
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
