import type { Aggregate, AggregateDefinition } from '#shared/aggregate/aggregate.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { TicketId } from '#shared/kernel/ids.js';

/**
 * The tickets of one sale whose mints a dispute holds, read from the sale's log, because a message could arrive too late. Every hold
 * committed before the minter's read counts.
 */
export class HeldMints implements Aggregate {
  head: Head = NO_HEAD;
  private readonly tickets = new Set<TicketId>();

  constructor(readonly subject: string) {}

  get weight(): number {
    return 1 + this.tickets.size;
  }

  has(ticket: TicketId): boolean {
    return this.tickets.has(ticket);
  }

  apply(commit: Commit): void {
    for (const event of commit.events) this.note(event);
    this.head = headOf(commit);
  }

  /** The minter writes to no sale, so it only reads. */
  remember(commit: Commit): void {
    this.apply(commit);
  }

  private note({ type, data }: Recorded): void {
    if (type === 'MintsHeld') for (const { ticket } of data.tickets) this.tickets.add(ticket);
    if (type === 'MintsResumed' || type === 'MintsRequested') for (const { ticket } of data.tickets) this.tickets.delete(ticket);
  }
}

/** 100,000 sales without a dispute, or as many held tickets. */
export const HELD_MINTS: AggregateDefinition<HeldMints> = { empty: (subject) => new HeldMints(subject), maxWeight: 100_000 };
