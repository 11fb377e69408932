import { Fault } from '../../kernel/fault.js';
import type { Leaf, MintAttempt, MintCompleted, MintEvent, MintPlan, MintRevokeDied, MintRevokeSubmitted } from './events.js';

/** An attempt that is proven to have no further effect. */
export interface DeadAttempt {
  readonly attempt: number;
  readonly signature: string;
  readonly reason: string;
}

/** A mint between plan and end. `firstAttempt` belongs to the current request: earlier attempts failed under another. */
interface Underway {
  readonly plan: MintPlan;
  readonly dead: readonly DeadAttempt[];
  readonly firstAttempt: number;
}

/** The data for burning an asset: its plan names the delegate. `dead` are the ineffective attempts to burn it. */
interface Revocable {
  readonly plan: MintPlan;
  readonly leaf?: Leaf;
  readonly dead: readonly DeadAttempt[];
}

/** The state of one ticket's mint; `undefined` when there is no mint request yet. */
export type TicketMint =
  | ({ readonly state: 'planned' } & Underway)
  | ({ readonly state: 'submitted'; readonly live: MintAttempt } & Underway)
  /**
   * Only the data that repeated commands need: a sale's aggregate holds one for every minted ticket. Without `revocable` this state is
   * final.
   */
  | { readonly state: 'minted'; readonly asset: string; readonly signature: string; readonly revocable?: Revocable }
  /** A transaction that burns the asset may land. `signature` is still that of the mint. */
  | ({ readonly state: 'revoking'; readonly asset: string; readonly signature: string; readonly live: MintAttempt } & Revocable)
  | { readonly state: 'revoked'; readonly asset: string }
  /** Minted, but no longer valid for admission: its asset could not be burned. */
  | { readonly state: 'voided'; readonly asset: string; readonly signature: string }
  /** Revoked before an asset could exist at its address: it is never minted. */
  | { readonly state: 'cancelled' }
  /** `plan` is kept: a corrected request mints at the same address. Absent when the request was refused before it was planned. */
  | {
      readonly state: 'failed';
      readonly request: number;
      readonly reason: string;
      readonly plan?: MintPlan;
      readonly dead: readonly DeadAttempt[];
    };

export type MintState = 'unknown' | TicketMint['state'];

/**
 * The permitted transitions by state. A minted ticket can only be burned if it is revocable, or voided if not. Only a proven death ends
 * `submitted` without an asset, or `revoking` with one. A corrected request may plan a failed ticket again.
 */
export const TRANSITIONS: Readonly<Record<MintState, Readonly<Partial<Record<MintEvent['type'], TicketMint['state']>>>>> = {
  unknown: { MintPlanned: 'planned', MintFailed: 'failed', MintCancelled: 'cancelled' },
  planned: { MintSubmitted: 'submitted', MintFailed: 'failed', MintCancelled: 'cancelled' },
  submitted: { MintAttemptDied: 'planned', MintCompleted: 'minted' },
  minted: { MintRevokeSubmitted: 'revoking', MintVoided: 'voided' },
  revoking: { MintRevokeDied: 'minted', MintRevoked: 'revoked' },
  revoked: {},
  voided: {},
  failed: { MintPlanned: 'planned', MintFailed: 'failed', MintCancelled: 'cancelled' },
  cancelled: {},
};

export const mintState = (mint: TicketMint | undefined): MintState => mint?.state ?? 'unknown';

export const allows = (mint: TicketMint | undefined, event: MintEvent['type']): boolean =>
  TRANSITIONS[mintState(mint)][event] !== undefined;

/** Applies one event of a ticket. An event that cannot follow throws: only this code writes the log, so the log is broken. */
export function evolve(mint: TicketMint | undefined, event: MintEvent): TicketMint {
  if (!allows(mint, event.type)) throw new Fault('log-broken', { ticket: event.data.ticket, state: mintState(mint), event: event.type });
  switch (event.type) {
    case 'MintPlanned':
      return { state: 'planned', plan: event.data, dead: deadOf(mint), firstAttempt: deadOf(mint).length + 1 };
    case 'MintSubmitted':
      return { ...underway(mint, event), state: 'submitted', live: event.data };
    case 'MintAttemptDied': {
      const { plan, dead, firstAttempt } = underway(mint, event);
      return { state: 'planned', plan, dead: [...dead, burialOf(mint, event.data)], firstAttempt };
    }
    case 'MintCompleted':
      return mintedOf(underway(mint, event), event.data);
    case 'MintRevokeSubmitted':
    case 'MintRevokeDied':
      return burning(mint, event);
    case 'MintRevoked':
      return { state: 'revoked', asset: event.data.asset };
    case 'MintVoided':
      return voidedOf(mint, event);
    case 'MintCancelled':
      return { state: 'cancelled' };
    case 'MintFailed':
      return failedOf(mint, event.data);
  }
}

function mintedOf({ plan }: Underway, { asset, signature, leaf }: MintCompleted['data']): TicketMint {
  if (plan.delegate === undefined) return { state: 'minted', asset, signature };
  return { state: 'minted', asset, signature, revocable: { plan, ...(leaf !== undefined && { leaf }), dead: [] } };
}

/** From `minted` to `revoking`, and back when the burn is proven to have had no effect. */
function burning(mint: TicketMint | undefined, event: MintRevokeSubmitted | MintRevokeDied): TicketMint {
  if (event.type === 'MintRevokeSubmitted' && mint?.state === 'minted' && mint.revocable !== undefined) {
    const { asset, signature, revocable } = mint;
    return { state: 'revoking', asset, signature, ...revocable, live: event.data };
  }
  if (event.type === 'MintRevokeDied' && mint?.state === 'revoking' && mint.live.attempt === event.data.attempt) {
    const { asset, signature, plan, leaf, dead, live } = mint;
    const { attempt, reason } = event.data;
    const after = [...dead, { attempt, signature: live.signature, reason }];
    return { state: 'minted', asset, signature, revocable: { plan, ...(leaf !== undefined && { leaf }), dead: after } };
  }
  throw new Fault('log-broken', { ticket: event.data.ticket, state: mintState(mint), event: event.type });
}

function voidedOf(mint: TicketMint | undefined, event: MintEvent): TicketMint {
  if (mint?.state === 'minted' && mint.revocable === undefined) return { state: 'voided', asset: mint.asset, signature: mint.signature };
  throw new Fault('log-broken', { ticket: event.data.ticket, state: mintState(mint), event: event.type });
}

const deadOf = (mint: TicketMint | undefined): readonly DeadAttempt[] => (mint !== undefined && 'dead' in mint ? mint.dead : []);

function underway(mint: TicketMint | undefined, event: MintEvent): Underway {
  if (mint?.state === 'planned' || mint?.state === 'submitted') return mint;
  throw new Fault('log-broken', { ticket: event.data.ticket, state: mintState(mint), event: event.type });
}

function burialOf(
  mint: TicketMint | undefined,
  death: { readonly ticket: string; readonly attempt: number; readonly reason: string },
): DeadAttempt {
  if (mint?.state !== 'submitted' || mint.live.attempt !== death.attempt) {
    throw new Fault('log-broken', { ticket: death.ticket, state: mintState(mint), event: 'MintAttemptDied', attempt: death.attempt });
  }
  return { attempt: death.attempt, signature: mint.live.signature, reason: death.reason };
}

function failedOf(mint: TicketMint | undefined, { request, reason }: { readonly request: number; readonly reason: string }): TicketMint {
  const plan = mint?.state === 'planned' || mint?.state === 'failed' ? mint.plan : undefined;
  return { state: 'failed', request, reason, dead: deadOf(mint), ...(plan !== undefined && { plan }) };
}

/** Attempts are numbered over the ticket's whole life, corrected requests included. */
export const nextAttempt = (mint: { readonly dead: readonly DeadAttempt[] }): number => mint.dead.length + 1;
