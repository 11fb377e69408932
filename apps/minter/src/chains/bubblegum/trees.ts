import type { PublicKey } from '@solana/web3.js';
import { Fault } from '#shared/kernel/fault.js';
import type { Providers } from '../token-2022/rpc/providers.js';
import type { Rpc } from '../token-2022/rpc/rpc.js';
import { TtlCache } from '../token-2022/rpc/ttl-cache.js';
import { CORE, treeConfig } from './programs.js';
import { readTreeUse } from './tree-account.js';
import type { TreeKeys } from './tree-keys.js';

/** Trees whose counters are read together. */
const READ_TOGETHER = 8;
/**
 * The part of a tree that is kept free: mints that are signed and not landed must find room. A full tree refuses a mint, and its next
 * attempt takes the next tree, so too little room costs a fee and time, nothing else.
 */
const SPARE_PART = 16;

/** While fewer leaves are left in all trees than this part of the newest one has, it is time for another tree. */
const LOW_PART = 5;

/** Leaves that all trees of this base key have room for. */
export interface TreeRoom {
  readonly left: number;
  readonly isLow: boolean;
}

export interface TreeInUse {
  readonly number: number;
  readonly tree: PublicKey;
  readonly capacity: number;
  readonly minted: number;
}

const leftIn = ({ capacity, minted }: TreeInUse): number => Math.max(0, capacity - Math.floor(capacity / SPARE_PART) - minted);
export const hasRoom = (tree: TreeInUse): boolean => leftIn(tree) > 0;

/** The trees of this base key, in the order in which they are filled. */
export class Trees {
  private readonly current: TtlCache<TreeInUse>;
  private readonly collections = new Set<string>();
  /** Trees before this one are full, and stay so. */
  private full = 0;
  /** As of the last mint; undefined before the first. */
  room: TreeRoom | undefined;

  constructor(
    private readonly keys: TreeKeys,
    private readonly providers: Providers,
    freshMs: number,
    private readonly onLow: (room: TreeRoom) => void = () => undefined,
  ) {
    this.current = new TtlCache(() => this.providers.use(({ rpc }) => this.firstWithRoom(rpc)), freshMs);
  }

  /**
   * The tree for the next mint into the delegate's collection.
   * @throws Fault `no-tree` when every tree is full, or the collection was not created
   */
  async next(delegate: string | undefined): Promise<PublicKey> {
    const collection = this.keys.collection(delegate);
    if (!this.collections.has(collection.toBase58())) await this.providers.use(({ rpc }) => this.checkCollection(rpc, collection));
    return (await this.current.read()).tree;
  }

  private async checkCollection(rpc: Rpc, collection: PublicKey): Promise<void> {
    const head = await rpc.finalizedHead();
    const [read] = await rpc.accounts([collection], head.slot);
    if (read?.account?.owner.equals(CORE) !== true)
      throw new Fault('no-tree', { collection: collection.toBase58(), found: 'no collection' });
    this.collections.add(collection.toBase58());
  }

  private async firstWithRoom(rpc: Rpc): Promise<TreeInUse> {
    let first: TreeInUse | undefined;
    let left = 0;
    let newest = 0;
    for await (const tree of treesOf(rpc, this.keys, this.full)) {
      if (hasRoom(tree)) first ??= tree;
      else if (first === undefined) this.full = tree.number + 1;
      left += leftIn(tree);
      newest = tree.capacity;
    }
    this.note({ left, isLow: left === 0 || left * LOW_PART < newest });
    if (first === undefined) throw new Fault('no-tree', { trees: this.full });
    return first;
  }

  /** Tells once that the room becomes low. */
  private note(room: TreeRoom): void {
    const wasLow = this.room?.isLow === true;
    this.room = room;
    if (room.isLow && !wasLow) this.onLow(room);
  }
}

/** The trees that exist, from number `from`, in finalized state. */
export async function* treesOf(rpc: Rpc, keys: TreeKeys, from = 0): AsyncIterable<TreeInUse> {
  const head = await rpc.finalizedHead();
  for (let first = from; ; first += READ_TOGETHER) {
    const trees = Array.from({ length: READ_TOGETHER }, (_, at) => keys.tree(first + at));
    const reads = await rpc.accounts(trees.map(treeConfig), head.slot);
    for (const [at, tree] of trees.entries()) {
      const use = readTreeUse(reads[at]?.account ?? null);
      if (use === undefined) return;
      yield { number: first + at, tree, ...use };
    }
  }
}
