import type { StoredMsg } from '@nats-io/jetstream';
import type { Leaf, MintAttemptDied, MintEvent, MintPlan } from '#shared/domain/mint/events.js';
import { evolve, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { decodeCommit } from '#shared/event-store/commit.js';
import type { TicketId } from '#shared/kernel/ids.js';

/** A ticket's mint in the log. */
export interface LoggedTicket {
  readonly ticket: TicketId;
  readonly mint: TicketMint;
  /** Absent: refused before it was planned. */
  readonly plan?: MintPlan;
  /** The holder when its mint was confirmed. */
  readonly holder?: string | null;
  /** Only for a minted compressed ticket. */
  readonly leaf?: Leaf;
  /** The sequence of its last commit. */
  readonly sequence: number;
}

/** An attempt that the log records as dead. */
export type LoggedDeath = Pick<MintAttemptDied['data'], 'ticket' | 'attempt' | 'reason'>;

/** Every ticket of one sale with a mint request, as derived from its mint subject. */
export class LoggedTickets {
  readonly tickets = new Map<TicketId, LoggedTicket>();
  /** By signature. */
  readonly dead = new Map<string, LoggedDeath>();

  /** @param signatures collects every signature that was logged before its transaction was sent */
  constructor(private readonly signatures: Set<string>) {}

  take(message: StoredMsg): void {
    for (const event of mintEventsIn(message)) {
      const { ticket } = event.data;
      const before = this.tickets.get(ticket);
      if ((event.type === 'MintAttemptDied' || event.type === 'MintRevokeDied') && before !== undefined && 'live' in before.mint)
        this.dead.set(before.mint.live.signature, event.data);
      this.tickets.set(ticket, { ...before, ticket, mint: evolve(before?.mint, event), ...noted(event), sequence: message.seq });
    }
    for (const signature of signaturesIn(message)) this.signatures.add(signature);
  }
}

/** The signatures in a commit, logged before their transactions are sent. */
export const signaturesIn = (message: StoredMsg): string[] =>
  mintEventsIn(message).flatMap((event) =>
    event.type === 'MintSubmitted' || event.type === 'MintRevokeSubmitted' ? [event.data.signature] : [],
  );

const mintEventsIn = ({ subject, seq, data }: StoredMsg): readonly MintEvent[] =>
  decodeCommit(subject, seq, data).events as readonly MintEvent[];

function noted(event: MintEvent): Partial<LoggedTicket> {
  if (event.type === 'MintPlanned') return { plan: event.data };
  if (event.type !== 'MintCompleted') return {};
  const { holder, leaf } = event.data;
  return { holder, ...(leaf !== undefined && { leaf }) };
}
