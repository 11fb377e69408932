import { Fault } from '#shared/kernel/fault.js';
import type { SignedTransaction } from '../chain.js';
import type { MintKeys, Signer } from '../token-2022/mint-keys.js';
import type { Terms } from '../token-2022/mint-transaction.js';
import type { Rpc } from '../token-2022/rpc/rpc.js';
import { submitOnce } from '../token-2022/submit.js';
import { signCollection, signTree } from './leaf-transaction.js';
import { CORE } from './programs.js';
import { type TreeSize, treeBytes } from './tree-account.js';
import { TreeKeys } from './tree-keys.js';
import { treesOf } from './trees.js';

export interface Provisioning {
  readonly rpc: Rpc;
  readonly keys: MintKeys;
  readonly microLamports: number;
  /** Awaited between two looks at what was sent. */
  readonly pause: () => Promise<void>;
}

const COLLECTION_NAME = 'Tickets';
const COLLECTION_URI = 'urn:admit-one:tickets';

/** Creates the collections that do not exist yet, and the tree after the last one. @returns the tree's number */
export async function createTree(of: Provisioning, size: TreeSize): Promise<number> {
  const { rpc, keys } = of;
  const own = new TreeKeys(keys.base);
  let number = 0;
  for await (const tree of treesOf(rpc, own)) number = tree.number + 1;
  const rent = await rpc.ask('getMinimumBalanceForRentExemption', (connection) =>
    connection.getMinimumBalanceForRentExemption(treeBytes(size)),
  );
  await Promise.all([
    createCollection(of, own, undefined),
    createCollection(of, own, keys.delegate),
    land(of, (terms) => signTree(own.treeSigner(number), size, keys, { ...terms, rent: BigInt(rent) })),
  ]);
  return number;
}

async function createCollection(of: Provisioning, own: TreeKeys, delegate: Signer | undefined): Promise<void> {
  const { rpc, keys } = of;
  const { slot } = await rpc.finalizedHead();
  const [read] = await rpc.accounts([own.collection(delegate?.address)], slot);
  if (read?.account?.owner.equals(CORE) === true) return;
  const about = { name: COLLECTION_NAME, uri: COLLECTION_URI, ...(delegate !== undefined && { delegate: delegate.publicKey }) };
  await land(of, (terms) => signCollection(own.collectionSigner(delegate?.address), about, keys, { ...terms, rent: 0n }));
}

/** Sends a transaction until it is finalized, and signs it again where its blockhash expired. @throws Fault `configuration` when a program refuses it */
async function land(
  { rpc, microLamports, pause }: Provisioning,
  signed: (terms: Omit<Terms, 'rent'>) => Promise<SignedTransaction>,
): Promise<void> {
  for (;;) {
    const latest = await rpc.ask('getLatestBlockhash', (connection) => connection.getLatestBlockhash('confirmed'));
    const attempt = await signed({ ...latest, microLamports });
    const sent = await submitOnce(rpc, { ...attempt, ticket: '' as never, attempt: 1 }, true);
    if (sent.kind === 'refused' && sent.by === 'program') throw refused(sent.reason);
    for (;;) {
      const { height } = await rpc.finalizedHead();
      const [status] = await rpc.statuses([attempt.signature], true);
      if (status?.err != null) throw refused(JSON.stringify(status.err));
      if (status?.confirmationStatus === 'finalized') return;
      if (height > attempt.lastValidBlockHeight) break;
      await pause();
    }
  }
}

const refused = (reason: string): Fault => new Fault('configuration', { problems: [`the chain refuses to create it: ${reason}`] });
