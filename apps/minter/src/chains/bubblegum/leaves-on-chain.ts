import { PublicKey } from '@solana/web3.js';
import type { Leaf, MintPlan } from '#shared/domain/mint/events.js';
import type { Rpc } from '../token-2022/rpc/rpc.js';
import { leafHash } from './leaf.js';
import { judgeMarker } from './marker.js';
import { EMPTY_LEAF, type TreeMirror } from './tree-mirror.js';
import type { TreeMirrors } from './tree-mirrors.js';

/** A planned compressed ticket; its leaf once it is minted. */
export interface PlannedLeaf {
  readonly plan: MintPlan;
  readonly leaf?: Leaf | undefined;
}

/** `supply` 0: burned. `holder`: the wallet that it was minted for, or another, whose address the tree does not tell. */
export type LeafOnChain =
  | { readonly kind: 'absent' }
  | { readonly kind: 'foreign'; readonly found: string }
  | { readonly kind: 'ours'; readonly supply: bigint; readonly holder: string | null };

/**
 * The finalized marker of every ticket, and its leaf in a mirror whose root is the tree's.
 * @throws Fault `tree-differs` where a tree cannot be proven
 */
export async function leavesOnChain(rpc: Rpc, mirrors: TreeMirrors, tickets: readonly PlannedLeaf[]): Promise<readonly LeafOnChain[]> {
  const { slot } = await rpc.finalizedHead();
  const reads = await rpc.accounts(
    tickets.map(({ plan }) => new PublicKey(plan.asset)),
    slot,
  );
  const trees = new Map<string, TreeMirror>();
  for (const { leaf } of tickets)
    if (leaf !== undefined && !trees.has(leaf.tree)) trees.set(leaf.tree, (await mirrors.read(rpc, leaf.tree)).mirror);
  return tickets.map(({ plan, leaf }, index): LeafOnChain => {
    const marking = judgeMarker(reads[index]?.account ?? null);
    if (marking.kind !== 'made') return marking.kind === 'foreign' ? marking : { kind: 'absent' };
    const now = leaf && trees.get(leaf.tree)?.leaf(leaf.index);
    if (leaf === undefined || now === undefined) return { kind: 'ours', supply: 1n, holder: plan.wallet };
    if (now.equals(EMPTY_LEAF)) return { kind: 'ours', supply: 0n, holder: null };
    const isWhere = now.equals(leafHash(plan, { tree: new PublicKey(leaf.tree), index: leaf.index }));
    return { kind: 'ours', supply: 1n, holder: isWhere ? plan.wallet : 'another wallet' };
  });
}
