import assert from 'node:assert/strict';
import { PublicKey } from '@solana/web3.js';
import { isFault } from '#shared/kernel/fault.js';
import type { Verdict, Watched } from '../chain.js';
import { attemptWithoutEffect, isExpired, isFinal, type Question } from '../token-2022/look.js';
import { type AccountsRead, type FinalizedHead, inChunks, type Rpc } from '../token-2022/rpc/rpc.js';
import { type LandedTransaction, landedAt, landedTransaction } from './landed-transaction.js';
import { leafHash } from './leaf.js';
import { judgeMarker } from './marker.js';
import { assetId } from './programs.js';
import { EMPTY_LEAF } from './tree-mirror.js';
import { lastChangeOf, type TreeMirrors } from './tree-mirrors.js';

/** Verdicts on compressed tickets, from their markers. */
export const readLeaves =
  (mirrors: TreeMirrors) =>
  async (rpc: Rpc, head: FinalizedHead, chunk: readonly Question[]): Promise<readonly [Question, Verdict][]> => {
    const reads = await rpc.accounts(
      chunk.map(({ watched }) => new PublicKey(watched.plan.asset)),
      head.slot,
    );
    const verdictOf = async (question: Question, read: AccountsRead): Promise<Verdict> => {
      const marking = judgeMarker(read.account);
      if (marking.kind === 'foreign') return marking;
      return judge({ rpc, head, mirrors, question, isMade: marking.kind === 'made', slot: read.slot });
    };
    return inChunks([...chunk.entries()], 1, async ([of]) => {
      const read = reads[of?.[0] ?? -1];
      assert(of !== undefined && read !== undefined, 'every requested account was returned');
      return [[of[1], await verdictOf(of[1], read)]];
    });
  };

interface Found {
  readonly rpc: Rpc;
  readonly head: FinalizedHead;
  readonly mirrors: TreeMirrors;
  readonly question: Question;
  /** The marker exists, as of this slot. */
  readonly isMade: boolean;
  readonly slot: number;
}

const unknown = (reason: string): Verdict => ({ kind: 'unknown', seen: true, reason });

async function judge(found: Found): Promise<Verdict> {
  const { question, head, isMade, slot } = found;
  const { watched } = question;
  if (watched.state === 'submitted' && !isMade) return attemptWithoutEffect(head, question, { absentInSlot: slot });
  if (!isMade) return unknown('the marker of the ticket to burn is not there');
  try {
    return await (watched.state === 'revoking' ? judgeBurn(found, watched) : judgeMint(found));
  } catch (thrown) {
    // Calls for one ticket, so their failure delays only that ticket.
    if (!isFault(thrown)) throw thrown;
    return unknown(thrown.code === 'tree-differs' ? 'its tree could not be proven' : 'its transaction could not be read');
  }
}

/** The marker proves that the ticket is minted; its transaction tells which leaf it is. */
async function judgeMint({ rpc, question, slot }: Found): Promise<Verdict> {
  const { plan, live } = question.watched;
  const isLive = isFinal(question.status) && question.status?.err === null;
  const mint = isLive ? live.signature : await whatMade(rpc, question.watched);
  if (typeof mint === 'object') return mint;
  const landed = await landedTransaction(rpc, mint);
  if (landed === null) return unknown('its transaction is not in the history of this node');
  const [change, ...more] = landed.changes;
  if (change === undefined || more.length > 0 || !change.leaf.equals(leafHash(plan, change)))
    return { kind: 'foreign', found: `a leaf with other content, minted by ${mint}` };
  const { tree, index } = change;
  const leaf = { tree: tree.toBase58(), index, asset: assetId(tree, index).toBase58() };
  return { kind: 'confirmed', signature: mint, slot: String(slot), supply: '1', holder: plan.wallet, leaf };
}

/** The attempt that made the marker. It may be one that was recorded dead but landed. */
async function whatMade(rpc: Rpc, { plan, live, dead }: Watched): Promise<string | Verdict> {
  const own = new Set([live, ...dead].map(({ signature }) => signature));
  const others: string[] = [];
  for await (const page of landedAt(rpc, new PublicKey(plan.asset))) {
    const ours = page.find(({ signature }) => own.has(signature));
    if (ours !== undefined) return ours.signature;
    others.push(...page.map(({ signature }) => signature));
  }
  for (const signature of others) {
    const landed = await landedTransaction(rpc, signature);
    if (landed?.allocated.includes(plan.asset)) return { kind: 'foreign', found: `a marker made by ${signature}` };
  }
  return unknown('no transaction that made its marker is in the history of this node');
}

type Revoking = Extract<Watched, { state: 'revoking' }>;

async function judgeBurn({ rpc, head, mirrors, question, slot }: Found, { leaf, live, dead }: Revoking): Promise<Verdict> {
  if (leaf === undefined) return unknown('the log does not say which leaf it is');
  const place = { tree: new PublicKey(leaf.tree), index: leaf.index };
  const { status } = question;
  if (isFinal(status) && status?.err === null) return removedBy(await landedTransaction(rpc, live.signature), live.signature, leaf, slot);
  if (isFinal(status) || !isExpired(question, head)) return attemptWithoutEffect(head, question, { standsInSlot: slot });
  const { mirror, slot: provenSlot } = await mirrors.read(rpc, leaf.tree);
  if (!mirror.leaf(leaf.index).equals(EMPTY_LEAF)) return attemptWithoutEffect(head, question, { standsInSlot: provenSlot });
  const last = await lastChangeOf(rpc, place);
  const own = [live, ...dead].find(({ signature }) => signature === last);
  return { kind: 'burned', signature: own?.signature ?? null, slot: String(provenSlot) };
}

function removedBy(landed: LandedTransaction | null, signature: string, leaf: NonNullable<Revoking['leaf']>, slot: number): Verdict {
  if (landed === null) return unknown('its transaction is not in the history of this node');
  const removed = landed.changes.some(
    ({ tree, index, leaf: now }) => tree.toBase58() === leaf.tree && index === leaf.index && now.equals(EMPTY_LEAF),
  );
  return removed ? { kind: 'burned', signature, slot: String(slot) } : unknown('it landed, and its transaction does not show the burn');
}
