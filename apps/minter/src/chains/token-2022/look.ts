import assert from 'node:assert/strict';
import { PublicKey } from '@solana/web3.js';
import { type Fault, isFault } from '#shared/kernel/fault.js';
import type { Verdict, Watched } from '../chain.js';
import { holderOf, type Judgement, judgeAccount } from './judge-account.js';
import { holdingAddress } from './mint-transaction.js';
import { type AccountsRead, type FinalizedHead, inChunks, type Rpc } from './rpc/rpc.js';
import type { Status } from './rpc/rpc-answers.js';

/** Two accounts per mint, the asset and the wallet's token account; one call reads a hundred accounts. */
const MINTS_PER_CALL = 50;

export interface Question {
  readonly watched: Watched;
  readonly status: Status | null;
}

interface Read {
  readonly question: Question;
  readonly asset: AccountsRead;
  readonly holding: AccountsRead;
  readonly judgement: Judgement;
}

/** The verdicts on attempts that settled or expired, from accounts at the slot of `head` or later. */
export type ReadChunk = (rpc: Rpc, head: FinalizedHead, chunk: readonly Question[]) => Promise<readonly [Question, Verdict][]>;

/**
 * One verdict for each, from finalized accounts. The signature's status only selects the mints to read: those that settled, well or
 * badly, and those whose blockhash expired. The others are not read, and stay unknown.
 */
export async function readVerdicts(rpc: Rpc, watched: readonly Watched[], read: ReadChunk = readChunk): Promise<readonly Verdict[]> {
  const head = await rpc.finalizedHead();
  const statuses = await rpc.statuses(watched.map(({ live }) => live.signature));
  const questions = watched.map((each, index): Question => ({ watched: each, status: statuses[index] ?? null }));
  const due = questions.filter((question) => isDue(question, head));
  const verdicts = await readBack(rpc, head, due, read);
  return questions.map((question) => verdicts.get(question) ?? { kind: 'unknown', seen: question.status !== null, reason: 'in flight' });
}

export const isFinal = (status: Status | null): boolean => status?.confirmationStatus === 'finalized';

export const isExpired = ({ watched }: Question, head: FinalizedHead): boolean => head.height > watched.live.lastValidBlockHeight;

const isDue = (question: Question, head: FinalizedHead): boolean => isFinal(question.status) || isExpired(question, head);

/** Reads the due ones in chunks of one account call, which fail independently. @throws Fault when all chunks failed */
async function readBack(rpc: Rpc, head: FinalizedHead, due: readonly Question[], read: ReadChunk): Promise<ReadonlyMap<Question, Verdict>> {
  const verdicts = new Map<Question, Verdict>();
  let failure: Fault | undefined;
  await inChunks(due, MINTS_PER_CALL, async (chunk) => {
    try {
      for (const [question, verdict] of await read(rpc, head, chunk)) verdicts.set(question, verdict);
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      failure = thrown;
    }
    return [];
  });
  if (failure !== undefined && verdicts.size === 0) throw failure;
  return verdicts;
}

async function readChunk(rpc: Rpc, head: FinalizedHead, chunk: readonly Question[]): Promise<readonly [Question, Verdict][]> {
  const addresses = chunk.flatMap(({ watched: { plan } }) => [new PublicKey(plan.asset), holdingAddress(plan)]);
  const reads = await rpc.accounts(addresses, head.slot);
  const read = chunk.map((question, index): Read => {
    const [asset, holding] = [reads[2 * index], reads[2 * index + 1]];
    assert(asset !== undefined && holding !== undefined, 'every requested account was returned');
    return { question, asset, holding, judgement: judgeAccount(asset.account, question.watched.plan) };
  });
  const landed = await landedOnes(rpc, read);
  return Promise.all(read.map(async (each): Promise<[Question, Verdict]> => [each.question, await judge(rpc, head, each, landed)]));
}

async function judge(
  rpc: Rpc,
  head: FinalizedHead,
  { question, asset, holding, judgement }: Read,
  landed: ReadonlyMap<Question, string | null>,
): Promise<Verdict> {
  const { plan, live } = question.watched;
  if (judgement.kind === 'foreign') return judgement;
  const signature = landed.get(question) ?? null;
  if (question.watched.state === 'revoking') return judgeBurn(head, question, { ...judgement, slot: asset.slot }, signature);
  if (judgement.kind === 'absent') return attemptWithoutEffect(head, question, { absentInSlot: asset.slot });
  const supply = judgement.supply.toString();
  const kept = holderOf(holding.account, plan) ?? (judgement.supply === 0n ? null : undefined);
  try {
    const holder = kept === undefined ? await holderElsewhere(rpc, plan) : kept;
    return { kind: 'confirmed', signature: signature ?? live.signature, slot: String(asset.slot), supply, holder };
  } catch (thrown) {
    // A call for one mint, so its failure delays only that mint.
    if (!isFault(thrown)) throw thrown;
    return { kind: 'unknown', seen: true, reason: 'its holder could not be read' };
  }
}

/** Burned by any party. A mint account cannot be closed, so an absent account means a wrong node: the verdict is unknown. */
function judgeBurn(
  head: FinalizedHead,
  question: Question,
  found: Exclude<Judgement, { kind: 'foreign' }> & { readonly slot: number },
  signature: string | null,
): Verdict {
  if (found.kind === 'absent') return { kind: 'unknown', seen: question.status !== null, reason: 'the asset to burn is not there' };
  if (found.supply > 0n) return attemptWithoutEffect(head, question, { standsInSlot: found.slot });
  return { kind: 'burned', signature, slot: String(found.slot) };
}

/**
 * Bubblegum's error for a full tree, in a status and in a simulation. The next attempt uses another tree, so the cause is not permanent.
 */
const TREE_FULL = ['"Custom":6017', 'custom program error: 0x1781'];
export const isTreeFull = (told: string): boolean => TREE_FULL.some((words) => told.includes(words));

/** The finalized state at that slot equals the state before the attempt. The attempt is dead only if it cannot land any more. */
export function attemptWithoutEffect(
  head: FinalizedHead,
  question: Question,
  seen: { absentInSlot: number } | { standsInSlot: number },
): Verdict {
  const [slot] = Object.values(seen) as [number];
  const { status, watched } = question;
  const { attempt, lastValidBlockHeight } = watched.live;
  if (status !== null && isFinal(status) && status.err !== null && slot >= status.slot) {
    const error = JSON.stringify(status.err);
    const reason = error.includes('InstructionError') && !isTreeFull(error) ? 'program-refused' : 'landed-with-error';
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

/**
 * The attempt that created or burned the asset: the live one, or one that was recorded dead but landed, or a burn by another party.
 * Where statuses do not tell, the history is read, for all of them at once.
 */
async function landedOnes(rpc: Rpc, read: readonly Read[]): Promise<ReadonlyMap<Question, string | null>> {
  const landed = new Map<Question, string | null>();
  const unsure: Question[] = [];
  for (const { question, judgement } of read) {
    const { live, dead, state } = question.watched;
    if (isFinal(question.status) && question.status?.err === null) landed.set(question, live.signature);
    else if (judgement.kind === 'ours' && (state === 'revoking' ? judgement.supply === 0n : dead.length > 0)) unsure.push(question);
  }
  const signatures = unsure.map(({ watched: { live, dead } }) => [live, ...dead].map(({ signature }) => signature));
  const statuses = await rpc.statuses(signatures.flat(), true);
  let from = 0;
  for (const [index, question] of unsure.entries()) {
    const own = signatures[index] ?? [];
    landed.set(question, own.find((_, at) => statuses[from + at]?.err === null) ?? null);
    from += own.length;
  }
  return landed;
}

/** The token has moved before this read; this call is needed only then. */
export async function holderElsewhere(rpc: Rpc, plan: Watched['plan']): Promise<string | null> {
  const mint = new PublicKey(plan.asset);
  const { value } = await rpc.ask('getTokenLargestAccounts', (connection) => connection.getTokenLargestAccounts(mint, 'finalized'));
  const holding = value.find(({ amount }) => amount === '1');
  if (holding === undefined) return null;
  const account = await rpc.ask('getAccountInfo', (connection) => connection.getAccountInfo(holding.address, 'finalized'));
  return holderOf(account, plan) ?? null;
}
