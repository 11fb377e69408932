import type { StoredMsg } from '@nats-io/jetstream';
import type { MintAttemptDied, MintEvent, MintPlan } from '#shared/domain/mint/events.js';
import { evolve, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { decodeCommit } from '#shared/event-store/commit.js';
import type { TicketId } from '#shared/kernel/ids.js';

/** A ticket as the log tells of its mint. */
export interface LoggedTicket {
  readonly ticket: TicketId;
  readonly mint: TicketMint;
  /** Absent: refused before it was planned. */
  readonly plan?: MintPlan;
  /** Who held it when its mint was confirmed. */
  readonly holder?: string | null;
  /** Of the commit that speaks of it last. */
  readonly sequence: number;
}

/** An attempt that the log says will never land. */
export type LoggedDeath = Pick<MintAttemptDied['data'], 'ticket' | 'attempt' | 'reason'>;

/** Every ticket of one sale that a mint was asked for, folded from its mint subject. */
export class LoggedTickets {
  readonly tickets = new Map<TicketId, LoggedTicket>();
  /** By signature. */
  readonly dead = new Map<string, LoggedDeath>();

  /** @param signatures where every signature goes that was written down before it was sent */
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

/** What was about to be sent when this commit was written. */
export const signaturesIn = (message: StoredMsg): string[] =>
  mintEventsIn(message).flatMap((event) =>
    event.type === 'MintSubmitted' || event.type === 'MintRevokeSubmitted' ? [event.data.signature] : [],
  );

const mintEventsIn = ({ subject, seq, data }: StoredMsg): readonly MintEvent[] =>
  decodeCommit(subject, seq, data).events as readonly MintEvent[];

function noted(event: MintEvent): Partial<LoggedTicket> {
  if (event.type === 'MintPlanned') return { plan: event.data };
  return event.type === 'MintCompleted' ? { holder: event.data.holder } : {};
}
