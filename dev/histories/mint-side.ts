import type { Delivery } from '#shared/consumer/delivery.js';
import { decideMint, type MintRequest } from '#shared/domain/mint/decide.js';
import type { MintCommand, MintEvent, MintPlan, RevokeCommand } from '#shared/domain/mint/events.js';
import { minterMessagesOf } from '#shared/domain/mint/minter-message.js';
import { evolve, nextAttempt, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import type { Recorded } from '#shared/domain/recorded.js';
import type { SaleId, TenantId, TicketId } from '#shared/kernel/ids.js';

/** A request to the minter for one ticket. */
interface TicketRequests {
  mint?: MintCommand;
  revoke?: RevokeCommand;
}

/** The minter of one sale on a chain with arbitrary behaviour: it takes every step of the real minter, in any order. */
export class MintSide {
  readonly tickets = new Map<TicketId, TicketMint>();
  private readonly asked = new Map<TicketId, TicketRequests>();
  private readonly held = new Set<TicketId>();

  constructor(
    private readonly tenant: TenantId,
    private readonly sale: SaleId,
  ) {}

  /** As in a MINTS message for a commit of the sale. */
  hear(events: readonly Recorded[]): void {
    for (const event of events) {
      this.noteHold(event);
      for (const { body } of minterMessagesOf({ tenant: this.tenant, sale: this.sale }, event, 0)) {
        const known = this.asked.get(body.ticket) ?? {};
        if ('revoke' in body) known.revoke = { ...known.revoke, ...body };
        else known.mint = body;
        this.asked.set(body.ticket, known);
      }
    }
  }

  private noteHold({ type, data }: Recorded): void {
    if (type === 'MintsHeld') for (const { ticket } of data.tickets) this.held.add(ticket);
    if (type === 'MintsResumed' || type === 'MintsRequested') for (const { ticket } of data.tickets) this.held.delete(ticket);
  }

  /** One valid step of one ticket. @returns its events, already applied; none if no step is possible */
  step(ticket: number, move: number): readonly MintEvent[] {
    const all = [...this.asked.entries()];
    const [id, asked] = all[ticket % Math.max(all.length, 1)] ?? [];
    if (id === undefined || asked === undefined) return [];
    const mint = this.tickets.get(id);
    const moves = movesOf(mint, asked);
    const decided = moves
      .map((request) => decideMint(mint, request, this.held.has(id)))
      .flatMap((decision) => ('events' in decision && decision.events.length > 0 ? [decision.events] : []));
    const events = decided[move % Math.max(decided.length, 1)] ?? [];
    const after = events.reduce<TicketMint | undefined>(evolve, mint);
    if (after !== undefined) this.tickets.set(id, after);
    return events;
  }
}

function movesOf(mint: TicketMint | undefined, { mint: command, revoke }: TicketRequests): MintRequest[] {
  const moves: MintRequest[] = command === undefined ? [] : mintMoves(mint, command);
  if (revoke === undefined) return moves;
  const { ticket, order, unit, override } = revoke;
  const cancel: MintRequest = { type: 'CancelMint', data: { ticket, order, unit } };
  return [...moves, cancel, ...burnMoves(mint, revoke, override === true)];
}

function mintMoves(mint: TicketMint | undefined, command: MintCommand): MintRequest[] {
  const { ticket, order, unit, wallet, request } = command;
  const fail = (reason: string): MintRequest => ({ type: 'FailMint', data: { ticket, request, reason } });
  switch (mint?.state) {
    case undefined:
    case 'failed':
      return [{ type: 'PlanMint', data: planOf(command) }, fail('wallet-invalid')];
    case 'planned':
      return [{ type: 'SubmitAttempt', data: attemptOf(ticket, nextAttempt(mint)) }, fail('program-refused')];
    case 'submitted': {
      const { asset } = mint.plan;
      const done = { ticket, order, unit, wallet, asset, signature: mint.live.signature, slot: LARGEST_SLOT, supply: '0', holder: null };
      return [
        { type: 'CompleteMint', data: done },
        { type: 'BuryAttempt', data: { ticket, attempt: mint.live.attempt, reason: 'expired', evidence: {} } },
      ];
    }
    default:
      return [];
  }
}

function burnMoves(mint: TicketMint | undefined, { ticket, order, unit }: RevokeCommand, override: boolean): MintRequest[] {
  if (mint?.state === 'minted') {
    const { asset, revocable } = mint;
    if (revocable === undefined) return override ? [{ type: 'VoidMint', data: { ticket, order, unit, asset } }] : [];
    return [{ type: 'SubmitRevoke', data: attemptOf(ticket, nextAttempt(revocable)) }];
  }
  if (mint?.state !== 'revoking') return [];
  const { asset, live } = mint;
  return [
    { type: 'CompleteRevoke', data: { ticket, order, unit, asset, signature: null, slot: '1' } },
    { type: 'BuryRevoke', data: { ticket, attempt: live.attempt, reason: 'expired', evidence: {} } },
  ];
}

/** u64, as in Solana. */
const LARGEST_SLOT = '9223372036854775807';

const attemptOf = (ticket: TicketId, attempt: number) => ({
  ...{ ticket, attempt, signature: `signature ${ticket} ${attempt}`, transaction: 'AQ==' },
  ...{ blockhash: 'hash', lastValidBlockHeight: 150 },
});

/** A plan of a sale without its own links has the form of plans before documents showed links. */
function planOf({ ticket, order, unit, wallet, request, name, revocable, image, externalUrl }: MintCommand): MintPlan {
  const links = { ...(image !== undefined && { image }), ...(externalUrl !== undefined && { externalUrl }) };
  return {
    ...{ ticket, order, unit, wallet, request, name },
    ...{ base: 'base', seed: 'seed', program: 'program', asset: `asset ${ticket}`, genesisHash: 'genesis' },
    ...{ symbol: 'ADMIT', uri: 'urn:admit-one', memo: 'memo', salt: 'salt', document: 'document' },
    ...(Object.keys(links).length > 0 && { shown: { name, ...links } }),
    ...(revocable && { delegate: 'delegate' }),
  };
}

/** A commit as delivered to a reactor. */
export const deliveryOf = (subject: string, sequence: number, body: Uint8Array, storedAt: number): Delivery => ({
  ...{ subject, sequence, body, deliveries: 1, storedAt },
  header: () => undefined,
  headers: () => ({}),
  working: () => undefined,
  settle: () => undefined,
});
