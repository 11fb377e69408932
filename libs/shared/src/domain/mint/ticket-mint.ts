import { Fault } from '../../kernel/fault.js';
import type { MintAttempt, MintCompleted, MintEvent, MintPlan, MintRevokeDied, MintRevokeSubmitted } from './events.js';

/** An attempt that is proven to change nothing any more. */
export interface DeadAttempt {
  readonly attempt: number;
  readonly signature: string;
  readonly reason: string;
}

/** Between plan and end. `firstAttempt` is that of the present request: earlier ones failed under another. */
interface Underway {
  readonly plan: MintPlan;
  readonly dead: readonly DeadAttempt[];
  readonly firstAttempt: number;
}

/** What it takes to burn an asset: its plan names the delegate. `dead` are the attempts to burn it that changed nothing. */
interface Revocable {
  readonly plan: MintPlan;
  readonly dead: readonly DeadAttempt[];
}

/** Where the mint of one ticket stands. `undefined` stands for a ticket nobody has asked to mint yet. */
export type TicketMint =
  | ({ readonly state: 'planned' } & Underway)
  | ({ readonly state: 'submitted'; readonly live: MintAttempt } & Underway)
  /** Only what a repeated question needs: a sale's fold holds one of these for every ticket it ever minted. Without `revocable` it stands for ever. */
  | { readonly state: 'minted'; readonly asset: string; readonly signature: string; readonly revocable?: Revocable }
  /** A transaction that burns the asset may land. `signature` is still that of the mint. */
  | ({ readonly state: 'revoking'; readonly asset: string; readonly signature: string; readonly live: MintAttempt } & Revocable)
  | { readonly state: 'revoked'; readonly asset: string }
  /** Minted, and worth nothing at the door: its asset could not be burned. */
  | { readonly state: 'voided'; readonly asset: string; readonly signature: string }
  /** Given back before anything could stand at its address: it is never minted. */
  | { readonly state: 'cancelled' }
  /** `plan` is kept: a corrected request mints at the same address. It is absent when the request was refused before it was planned. */
  | {
      readonly state: 'failed';
      readonly request: number;
      readonly reason: string;
      readonly plan?: MintPlan;
      readonly dead: readonly DeadAttempt[];
    };

export type MintState = 'unknown' | TicketMint['state'];

/**
 * What may happen in which state, and where it leads. `minted` leads nowhere but to the burning of a revocable asset, or for one that is
 * not to a ticket that is void; only a proven death
 * leads out of `submitted` without an asset, or out of `revoking` with one; a failed ticket may be planned again by a corrected request.
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

/** The fold of one ticket's events. An event that cannot follow is no news to live with but a log that was not written by us. */
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

function mintedOf({ plan }: Underway, { asset, signature }: MintCompleted['data']): TicketMint {
  return { state: 'minted', asset, signature, ...(plan.delegate !== undefined && { revocable: { plan, dead: [] } }) };
}

/** From `minted` to `revoking`, and back when the burning is proven to have changed nothing. */
function burning(mint: TicketMint | undefined, event: MintRevokeSubmitted | MintRevokeDied): TicketMint {
  if (event.type === 'MintRevokeSubmitted' && mint?.state === 'minted' && mint.revocable !== undefined) {
    const { asset, signature, revocable } = mint;
    return { state: 'revoking', asset, signature, ...revocable, live: event.data };
  }
  if (event.type === 'MintRevokeDied' && mint?.state === 'revoking' && mint.live.attempt === event.data.attempt) {
    const { asset, signature, plan, dead, live } = mint;
    const { attempt, reason } = event.data;
    return { state: 'minted', asset, signature, revocable: { plan, dead: [...dead, { attempt, signature: live.signature, reason }] } };
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
