import type { MintEvent } from '#shared/domain/mint/events.js';
import { evolve, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import type { TicketId } from '#shared/kernel/ids.js';

/** The fold of one sale's mint subject. */
export class SaleMints {
  head: Head = NO_HEAD;
  /** Time of the last event: the next is never earlier. */
  at = 0;
  readonly tickets = new Map<TicketId, TicketMint>();

  constructor(readonly subject: string) {}

  async catchUp(store: EventStore): Promise<void> {
    for await (const commit of store.read(this.subject, this.head)) this.apply(commit);
  }

  apply(commit: Commit): void {
    for (const event of commit.events) {
      if (!isMintEvent(event)) throw new Fault('log-broken', { subject: this.subject, sequence: commit.sequence, event: event.type });
      const { ticket } = event.data;
      this.tickets.set(ticket, evolve(this.tickets.get(ticket), event));
      this.at = Math.max(this.at, event.at);
    }
    this.head = headOf(commit);
  }
}

const isMintEvent = (event: Recorded): event is Recorded<MintEvent> => event.type.startsWith('Mint') && event.type !== 'MintsRequested';
