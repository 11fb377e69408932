import type { Moment } from '#shared/domain/sale/orders/order.js';
import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { TicketId } from '#shared/kernel/ids.js';
import type { MintView } from './views.js';

/** How far each ticket's mint is, as the minter wrote it down: only read here. */
export class MintProgressView {
  head: Head = NO_HEAD;
  readonly tickets = new Map<TicketId, MintView>();

  get weight(): number {
    return 1 + this.tickets.size;
  }

  apply(commit: Commit): void {
    for (const event of commit.events) this.note(event, commit);
    this.head = headOf(commit);
  }

  private note(event: Commit['events'][number], { version, sequence }: Commit): void {
    const moment: Moment = { at: event.at, version };
    const before = 'ticket' in event.data ? this.tickets.get(event.data.ticket) : undefined;
    if (event.type === 'MintPlanned') this.tickets.set(event.data.ticket, { status: 'minting', planned: sequence });
    else if (event.type === 'MintSubmitted') this.tickets.set(event.data.ticket, { submitted: moment, ...before, status: 'minting' });
    else if (event.type === 'MintVoided') this.tickets.set(event.data.ticket, { ...before, status: 'void' });
    else if (event.type === 'MintFailed') this.tickets.set(event.data.ticket, { ...before, status: 'mint-failed' });
    else if (event.type === 'MintCompleted') {
      const { ticket, asset, signature, slot } = event.data;
      this.tickets.set(ticket, { ...before, status: 'minted', asset, signature, slot, minted: moment });
    }
  }
}
