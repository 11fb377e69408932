import assert from 'node:assert/strict';
import { PublicKey } from '@solana/web3.js';
import type { Verdict, Watched } from '../../chain.js';
import { holderOf, type Judgement, judgeAccount } from './judge-account.js';
import { holdingAddress } from './mint-transaction.js';
import type { AccountsRead, FinalizedHead, Rpc } from './rpc.js';
import type { Status } from './rpc-answers.js';

interface Question {
  readonly watched: Watched;
  readonly status: Status | null;
}

/**
 * One verdict for each, from accounts in finalized state. The signature only tells whose turn it is to be read:
 * it settled (well or badly), or its blockhash is over. Everything else is not read, and unknown.
 */
export async function lookAt(rpc: Rpc, watched: readonly Watched[]): Promise<readonly Verdict[]> {
  const head = await rpc.finalizedHead();
  const statuses = await rpc.statuses(watched.map(({ live }) => live.signature));
  const questions = watched.map((each, index): Question => ({ watched: each, status: statuses[index] ?? null }));
  const due = questions.filter((question) => isDue(question, head));
  const verdicts = await readBack(rpc, head, due);
  return questions.map((question) => verdicts.get(question) ?? { kind: 'unknown', seen: question.status !== null, reason: 'in flight' });
}

const isFinal = (status: Status | null): boolean => status?.confirmationStatus === 'finalized';

const isExpired = ({ watched }: Question, head: FinalizedHead): boolean => head.height > watched.live.lastValidBlockHeight;

const isDue = (question: Question, head: FinalizedHead): boolean => isFinal(question.status) || isExpired(question, head);

async function readBack(rpc: Rpc, head: FinalizedHead, due: readonly Question[]): Promise<ReadonlyMap<Question, Verdict>> {
  const addresses = due.flatMap(({ watched: { plan } }) => [new PublicKey(plan.asset), holdingAddress(plan)]);
  const reads = await rpc.accounts(addresses, head.slot);
  const verdicts = new Map<Question, Verdict>();
  for (const [index, question] of due.entries()) {
    const asset = reads[2 * index];
    const holding = reads[2 * index + 1];
    assert(asset !== undefined && holding !== undefined, 'every account that was asked for was answered');
    verdicts.set(question, await judge(rpc, head, question, [asset, holding]));
  }
  return verdicts;
}

async function judge(
  rpc: Rpc,
  head: FinalizedHead,
  question: Question,
  [asset, holding]: readonly [AccountsRead, AccountsRead],
): Promise<Verdict> {
  const { plan } = question.watched;
  const judgement = judgeAccount(asset.account, plan);
  if (judgement.kind === 'foreign') return judgement;
  if (question.watched.state === 'revoking') return judgeBurn(rpc, head, question, { ...judgement, slot: asset.slot });
  if (judgement.kind === 'absent') return attemptWithoutEffect(head, question, { absentInSlot: asset.slot });
  const supply = judgement.supply.toString();
  const holder = holderOf(holding.account, plan) ?? (judgement.supply === 0n ? null : await holderElsewhere(rpc, plan));
  return { kind: 'confirmed', signature: await landed(rpc, question), slot: String(asset.slot), supply, holder };
}

/** Burned by whomever. A mint account cannot be closed, so an absent one is a node that is wrong: nothing is known. */
async function judgeBurn(
  rpc: Rpc,
  head: FinalizedHead,
  question: Question,
  found: Exclude<Judgement, { kind: 'foreign' }> & { readonly slot: number },
): Promise<Verdict> {
  if (found.kind === 'absent') return { kind: 'unknown', seen: question.status !== null, reason: 'the asset to burn is not there' };
  if (found.supply > 0n) return attemptWithoutEffect(head, question, { standsInSlot: found.slot });
  return { kind: 'burned', signature: await landedOne(rpc, question), slot: String(found.slot) };
}

/** The finalized state of that slot is what it was before the attempt. That is a death only if the attempt cannot change it any more. */
function attemptWithoutEffect(head: FinalizedHead, question: Question, seen: { absentInSlot: number } | { standsInSlot: number }): Verdict {
  const [slot] = Object.values(seen) as [number];
  const { status, watched } = question;
  const { attempt, lastValidBlockHeight } = watched.live;
  if (status !== null && isFinal(status) && status.err !== null && slot >= status.slot) {
    const error = JSON.stringify(status.err);
    const reason = error.includes('InstructionError') ? 'program-refused' : 'landed-with-error';
    return { kind: 'dead', attempt, reason, evidence: { error, landedInSlot: status.slot, ...seen } };
  }
  const contradicted = status !== null && status.err === null;
  if (isExpired(question, head) && !contradicted) {
    return {
      kind: 'dead',
      attempt,
      reason: 'expired',
      evidence: { lastValidBlockHeight, finalizedHeight: head.height, ...seen },
    };
  }
  return {
    kind: 'unknown',
    seen: status !== null,
    reason: contradicted ? 'the signature landed, the account does not show it' : 'in flight',
  };
}

/** The attempt that made the asset: the live one, unless one that was believed dead is found to have landed. */
async function landed(rpc: Rpc, question: Question): Promise<string> {
  const { live, dead } = question.watched;
  return dead.length === 0 ? live.signature : ((await landedOne(rpc, question)) ?? live.signature);
}

async function landedOne(rpc: Rpc, { watched: { live, dead }, status }: Question): Promise<string | null> {
  if (isFinal(status) && status?.err === null) return live.signature;
  const signatures = [live, ...dead].map(({ signature }) => signature);
  const statuses = await rpc.statuses(signatures, true);
  return signatures.find((_, index) => statuses[index] !== null && statuses[index]?.err === null) ?? null;
}

/** The token was moved before we looked: asked for only then. */
async function holderElsewhere(rpc: Rpc, plan: Watched['plan']): Promise<string | null> {
  const mint = new PublicKey(plan.asset);
  const { value } = await rpc.ask('getTokenLargestAccounts', (connection) => connection.getTokenLargestAccounts(mint, 'finalized'));
  const holding = value.find(({ amount }) => amount === '1');
  if (holding === undefined) return null;
  const account = await rpc.ask('getAccountInfo', (connection) => connection.getAccountInfo(holding.address, 'finalized'));
  return holderOf(account, plan) ?? null;
}
