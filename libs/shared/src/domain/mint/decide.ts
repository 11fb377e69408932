import { buryRevoke, completeRevoke, submitRevoke, voidMint } from './decide-revoke.js';
import type {
  MintAttempt,
  MintAttemptDied,
  MintCancelled,
  MintCompleted,
  MintFailed,
  MintPlan,
  MintRevoked,
  MintVoided,
} from './events.js';
import { type MintDecision, NOTHING, refusing } from './mint-decision.js';
import { allows, nextAttempt, type TicketMint } from './ticket-mint.js';

/** The commands of a ticket's mint. A repeated command is accepted and changes nothing. */
export type MintRequest =
  | { readonly type: 'PlanMint'; readonly data: MintPlan }
  | { readonly type: 'SubmitAttempt'; readonly data: MintAttempt }
  | { readonly type: 'BuryAttempt'; readonly data: MintAttemptDied['data'] }
  | { readonly type: 'CompleteMint'; readonly data: MintCompleted['data'] }
  | { readonly type: 'FailMint'; readonly data: MintFailed['data'] }
  | { readonly type: 'CancelMint'; readonly data: MintCancelled['data'] }
  | { readonly type: 'SubmitRevoke'; readonly data: MintAttempt }
  | { readonly type: 'BuryRevoke'; readonly data: MintAttemptDied['data'] }
  | { readonly type: 'CompleteRevoke'; readonly data: MintRevoked['data'] }
  | { readonly type: 'VoidMint'; readonly data: MintVoided['data'] };

/**
 * Decides one command on the state of its ticket. Pure: no clock, no randomness, no chain.
 * @param isHeld a dispute holds the mint: the minter begins no attempt
 */
export function decideMint(mint: TicketMint | undefined, command: MintRequest, isHeld = false): MintDecision {
  switch (command.type) {
    case 'PlanMint':
      return plan(mint, command.data);
    case 'SubmitAttempt':
      return submit(mint, command.data, isHeld);
    case 'BuryAttempt':
      return giveUpAttempt(mint, command.data);
    case 'CompleteMint':
      return complete(mint, command.data);
    case 'FailMint':
      return fail(mint, command.data);
    case 'CancelMint':
      return cancel(mint, command.data);
    case 'SubmitRevoke':
      return submitRevoke(mint, command.data);
    case 'BuryRevoke':
      return buryRevoke(mint, command.data);
    case 'CompleteRevoke':
      return completeRevoke(mint, command.data);
    case 'VoidMint':
      return voidMint(mint, command.data);
  }
}

function plan(mint: TicketMint | undefined, data: MintPlan): MintDecision {
  const refuse = refusing(mint, data.ticket);
  if (mint?.state === 'planned' || mint?.state === 'submitted') {
    return samePlan(mint.plan, data) ? NOTHING : refuse('already-planned', { request: mint.plan.request, asset: mint.plan.asset });
  }
  if (mint?.state === 'failed') {
    if (data.request <= mint.request) return refuse('request-superseded', { request: mint.request, reason: mint.reason });
    const before = mint.plan;
    if (before !== undefined && !sameAddress(before, data)) return refuse('address-differs', { planned: before.asset, asked: data.asset });
  }
  return allows(mint, 'MintPlanned') ? { events: [{ type: 'MintPlanned', data }] } : refuse('state-forbids');
}

function submit(mint: TicketMint | undefined, data: MintAttempt, isHeld: boolean): MintDecision {
  const refuse = refusing(mint, data.ticket);
  if (mint?.state === 'submitted') {
    return mint.live.signature === data.signature
      ? NOTHING
      : refuse('attempt-live', { attempt: mint.live.attempt, signature: mint.live.signature });
  }
  if (mint?.state !== 'planned') return refuse('state-forbids');
  if (data.attempt !== nextAttempt(mint)) return refuse('attempt-out-of-turn', { attempt: data.attempt, next: nextAttempt(mint) });
  return isHeld ? refuse('held') : { events: [{ type: 'MintSubmitted', data }] };
}

function giveUpAttempt(mint: TicketMint | undefined, data: MintAttemptDied['data']): MintDecision {
  const refuse = refusing(mint, data.ticket);
  if (mint?.state !== 'planned' && mint?.state !== 'submitted' && mint?.state !== 'failed') return refuse('state-forbids');
  if (mint.dead.some(({ attempt }) => attempt === data.attempt)) return NOTHING;
  if (mint.state !== 'submitted' || mint.live.attempt !== data.attempt) return refuse('attempt-not-live', { attempt: data.attempt });
  return { events: [{ type: 'MintAttemptDied', data }] };
}

function complete(mint: TicketMint | undefined, data: MintCompleted['data']): MintDecision {
  const refuse = refusing(mint, data.ticket);
  if (mint?.state === 'minted')
    return mint.asset === data.asset ? NOTHING : refuse('asset-differs', { minted: mint.asset, asked: data.asset });
  if (mint?.state !== 'submitted') return refuse('state-forbids');
  if (mint.plan.asset !== data.asset) return refuse('asset-differs', { planned: mint.plan.asset, asked: data.asset });
  if ((mint.plan.compressed === undefined) !== (data.leaf === undefined))
    return refuse('leaf-differs', { asked: data.leaf?.asset ?? null });
  return { events: [{ type: 'MintCompleted', data }] };
}

/** Only when no attempt can land: before the first one, or between a death and the next. */
function fail(mint: TicketMint | undefined, data: MintFailed['data']): MintDecision {
  const refuse = refusing(mint, data.ticket);
  if (mint?.state === 'failed' && data.request <= mint.request) {
    return data.request === mint.request ? NOTHING : refuse('request-superseded', { request: mint.request, reason: mint.reason });
  }
  if (mint?.state === 'planned' && data.request < mint.plan.request) return refuse('request-superseded', { request: mint.plan.request });
  return allows(mint, 'MintFailed') ? { events: [{ type: 'MintFailed', data }] } : refuse('state-forbids');
}

/** Only when no attempt can land. An existing asset is burned, not cancelled. */
function cancel(mint: TicketMint | undefined, data: MintCancelled['data']): MintDecision {
  const refuse = refusing(mint, data.ticket);
  if (mint?.state === 'cancelled') return NOTHING;
  if (mint?.state === 'submitted') return refuse('attempt-live', { attempt: mint.live.attempt, signature: mint.live.signature });
  return allows(mint, 'MintCancelled') ? { events: [{ type: 'MintCancelled', data }] } : refuse('state-forbids');
}

const sameAddress = (left: MintPlan, right: MintPlan): boolean =>
  left.asset === right.asset &&
  left.base === right.base &&
  left.seed === right.seed &&
  left.program === right.program &&
  left.genesisHash === right.genesisHash;

/**
 * Two plans made concurrently for one request differ in their salt and values derived from it; recipient, address and content must
 * agree.
 */
const samePlan = (left: MintPlan, right: MintPlan): boolean =>
  sameAddress(left, right) &&
  left.request === right.request &&
  left.wallet === right.wallet &&
  left.delegate === right.delegate &&
  left.compressed?.collection === right.compressed?.collection;
