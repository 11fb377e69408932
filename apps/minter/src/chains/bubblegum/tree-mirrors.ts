import { PublicKey } from '@solana/web3.js';
import { Fault } from '#shared/kernel/fault.js';
import { inChunks, type Rpc } from '../token-2022/rpc/rpc.js';
import { type LandedTransaction, landedAt, landedTransaction } from './landed-transaction.js';
import type { LeafPlace } from './leaf.js';
import { readTree, type TreeState } from './tree-account.js';
import { TreeMirror } from './tree-mirror.js';

/** The leaves of a tree according to the log, with burned ones left out. */
export type LoggedLeaves = (tree: string) => Promise<Iterable<readonly [index: number, leaf: Buffer]>>;

/** A tree's mirror that has the root of the tree in finalized state, as of this slot. */
export interface ProvenTree extends TreeState {
  readonly mirror: TreeMirror;
  readonly slot: number;
}

interface Kept {
  readonly mirror: TreeMirror;
  /** The newest transaction that it contains. */
  newest?: string;
}

/** Transactions read together: the wanted ones are usually the newest few. */
const READ_TOGETHER = 16;

/**
 * Mirrors of the trees, one for each. A mirror is built from the log; what the log does not have (mints not yet confirmed there, and
 * transfers by holders) is read from the tree's newest transactions until the root on the chain is reached.
 */
export class TreeMirrors {
  private readonly kept = new Map<string, Kept>();
  private readonly reading = new Map<string, Promise<unknown>>();

  constructor(private readonly logged: LoggedLeaves = async () => []) {}

  /** @throws Fault `tree-differs` when the root is not reached, `chain-unreachable` */
  async read(rpc: Rpc, tree: string): Promise<ProvenTree> {
    const earlier = this.reading.get(tree) ?? Promise.resolve();
    const read = earlier.then(
      () => this.refresh(rpc, tree),
      () => this.refresh(rpc, tree),
    );
    this.reading.set(tree, read);
    return read;
  }

  private async refresh(rpc: Rpc, tree: string): Promise<ProvenTree> {
    const address = new PublicKey(tree);
    const head = await rpc.finalizedHead();
    const [read] = await rpc.accounts([address], head.slot);
    const state = readTree(read?.account ?? null);
    if (read === undefined || state === undefined) throw new Fault('tree-differs', { tree, found: 'no tree' });
    const kept = this.kept.get(tree) ?? (await this.fromLog(tree, state.depth));
    this.kept.delete(tree); // kept again once it is proven
    await catchUp(rpc, address, kept, { root: state.root, slot: read.slot });
    this.kept.set(tree, kept);
    return { ...state, mirror: kept.mirror, slot: read.slot };
  }

  private async fromLog(tree: string, depth: number): Promise<Kept> {
    const mirror = new TreeMirror(depth);
    for (const [index, leaf] of await this.logged(tree)) mirror.set(index, leaf);
    return { mirror };
  }
}

/** Backward from the newest transaction: of each leaf the newest change counts. */
async function catchUp(rpc: Rpc, tree: PublicKey, kept: Kept, wanted: { readonly root: Buffer; readonly slot: number }): Promise<void> {
  const { mirror } = kept;
  if (mirror.hasRoot(wanted.root)) return;
  const changed = new Set<number>();
  let newest: string | undefined;
  for await (const page of landedAt(rpc, tree, kept.newest)) {
    const signatures = page.filter(({ slot }) => slot <= wanted.slot).map(({ signature }) => signature);
    newest ??= signatures[0];
    for (let from = 0; from < signatures.length; from += READ_TOGETHER) {
      for (const landed of await landedOf(rpc, signatures.slice(from, from + READ_TOGETHER))) {
        apply(mirror, changed, landed, tree);
        if (!mirror.hasRoot(wanted.root)) continue;
        if (newest !== undefined) kept.newest = newest;
        return;
      }
    }
  }
  throw new Fault('tree-differs', { tree: tree.toBase58(), wanted: wanted.root.toString('hex'), found: 'another root' });
}

const landedOf = (rpc: Rpc, signatures: readonly string[]): Promise<readonly (LandedTransaction | null)[]> =>
  inChunks(signatures, 1, ([signature = '']) => Promise.all([landedTransaction(rpc, signature)]));

function apply(mirror: TreeMirror, changed: Set<number>, landed: LandedTransaction | null, tree: PublicKey): void {
  for (const change of landed?.changes.toReversed() ?? []) {
    if (!change.tree.equals(tree) || changed.has(change.index)) continue;
    changed.add(change.index);
    mirror.set(change.index, change.leaf);
  }
}

/** The newest transaction that changed a leaf, or null where the node knows none. */
export async function lastChangeOf(rpc: Rpc, { tree, index }: LeafPlace): Promise<string | null> {
  for await (const page of landedAt(rpc, tree)) {
    for (let from = 0; from < page.length; from += READ_TOGETHER) {
      const some = page.slice(from, from + READ_TOGETHER).map(({ signature }) => signature);
      const landed = await landedOf(rpc, some);
      const at = landed.findIndex((each) => each?.changes.some((change) => change.tree.equals(tree) && change.index === index));
      if (at >= 0) return some[at] ?? null;
    }
  }
  return null;
}
