import type { TicketId } from '../../kernel/ids.js';
import type { MintEvent } from './events.js';
import { type MintState, mintState, type TicketMint } from './ticket-mint.js';

export type MintRefusalCode =
  | 'state-forbids'
  | 'already-planned'
  | 'address-differs'
  | 'attempt-live'
  | 'held'
  | 'attempt-out-of-turn'
  | 'attempt-not-live'
  | 'asset-differs'
  | 'leaf-differs'
  | 'request-superseded'
  | 'irrevocable'
  | 'revocable';

export interface MintRefusal {
  readonly code: MintRefusalCode;
  readonly ticket: TicketId;
  readonly state: MintState;
  readonly facts: Readonly<Record<string, string | number | null>>;
}

export type MintDecision = { readonly events: readonly MintEvent[] } | { readonly refusal: MintRefusal };

export const NOTHING: MintDecision = { events: [] };

export const refusing =
  (mint: TicketMint | undefined, ticket: TicketId) =>
  (code: MintRefusalCode, facts: MintRefusal['facts'] = {}): MintDecision => ({ refusal: { code, ticket, state: mintState(mint), facts } });
