import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { TicketId } from '#shared/kernel/ids.js';
import type { MintView } from './order-view.js';

/** How far each ticket's mint is, as the minter wrote it down: only read here. */
export class MintFold {
  head: Head = NO_HEAD;
  readonly tickets = new Map<TicketId, MintView>();

  get weight(): number {
    return 1 + this.tickets.size;
  }

  apply(commit: Commit): void {
    for (const { type, data } of commit.events) {
      if (type === 'MintCompleted')
        this.tickets.set(data.ticket, { status: 'minted', asset: data.asset, signature: data.signature, slot: data.slot });
      else if (type === 'MintFailed') this.tickets.set(data.ticket, { status: 'mint-failed' });
      else if (type === 'MintPlanned' || type === 'MintSubmitted') this.tickets.set(data.ticket, { status: 'minting' });
    }
    this.head = headOf(commit);
  }
}
