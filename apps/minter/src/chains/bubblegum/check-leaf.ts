import { PublicKey } from '@solana/web3.js';
import { isFault } from '#shared/kernel/fault.js';
import type { Wallet } from '#shared/kernel/ids.js';
import type { Receipt } from '#shared/platform/receipt.js';
import { differs, type Finding, holds, sameOr, unknown } from '../../receipt-finding.js';
import type { Rpc } from '../token-2022/rpc/rpc.js';
import { landedTransaction } from './landed-transaction.js';
import { leafHash } from './leaf.js';
import { judgeMarker } from './marker.js';
import { assetId } from './programs.js';
import { EMPTY_LEAF } from './tree-mirror.js';
import { TreeMirrors } from './tree-mirrors.js';

type LeafReceipt = Receipt & { readonly leaf: NonNullable<Receipt['leaf']> };
export const hasLeaf = (receipt: Receipt): receipt is LeafReceipt => receipt.leaf !== undefined;

/** The leaf of the receipt: what its transaction made, that no second one can be, and whether it is still there. */
export async function leafFindings(rpc: Rpc, receipt: LeafReceipt): Promise<Finding[]> {
  const { leaf, record, signature } = receipt;
  const place = { tree: new PublicKey(leaf.tree), index: leaf.index };
  const due = leafHash({ ...receipt.metadata, wallet: record.wallet as Wallet, compressed: leaf }, place);
  const own = sameOr(
    'leaf.asset',
    assetId(place.tree, place.index).toBase58() === leaf.asset,
    'is the address of this leaf',
    'is not the address of this leaf',
  );
  const { slot } = await rpc.finalizedHead();
  const [marker] = await rpc.accounts([new PublicKey(record.asset)], slot);
  const marking = judgeMarker(marker?.account ?? null);
  if (marking.kind === 'foreign') return [own, differs('asset', `is ${marking.found}`)];
  if (marking.kind === 'absent') return [own, differs('asset', 'its marker is not there')];
  const landed = await landedTransaction(rpc, signature);
  const made = landed?.changes.some((change) => change.tree.equals(place.tree) && change.index === leaf.index && change.leaf.equals(due));
  return [
    own,
    holds('asset', 'its marker is there, so it cannot be minted again'),
    made === undefined
      ? unknown('leaf', 'the node does not know the transaction that made it')
      : sameOr(
          'leaf',
          made,
          'was made by the transaction, with wallet, metadata and collection of the receipt',
          'was not made by the transaction',
        ),
    await standing(rpc, leaf.tree, leaf.index, due),
  ];
}

/** From the whole history of the tree, which only some nodes have. */
async function standing(rpc: Rpc, tree: string, index: number, due: Buffer): Promise<Finding> {
  try {
    const now = (await new TreeMirrors().read(rpc, tree)).mirror.leaf(index);
    if (now.equals(EMPTY_LEAF)) return differs('supply', '0: the leaf was burned');
    return holds('supply', `1, ${now.equals(due) ? 'in the wallet it was minted for' : 'no longer in the wallet it was minted for'}`);
  } catch (thrown) {
    if (!isFault(thrown, 'tree-differs')) throw thrown;
    return unknown('supply', 'the node does not have the whole history of the tree: use a node with full history, or an indexer');
  }
}
