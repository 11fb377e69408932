import type { AggregateDefinition } from '#shared/aggregate/aggregate.js';
import { MintAggregate, type MintProgress } from '#shared/aggregate/mint-aggregate.js';
import type { TicketMint } from '#shared/domain/mint/ticket-mint.js';
import type { MintView, MintViews } from './views.js';

/** The minter's mint state, read-only here. Four million entries are 800 MB. */
export const MINTS_READ: AggregateDefinition<MintAggregate> = { empty: (subject) => new MintAggregate(subject), maxWeight: 4_000_000 };

/** The public name of each state. A burned asset was minted all the same: the order shows that it was given up. */
const STATUS: Readonly<Record<TicketMint['state'], MintView['status']>> = {
  planned: 'minting',
  submitted: 'minting',
  cancelled: 'minting',
  failed: 'mint-failed',
  minted: 'minted',
  revoking: 'minted',
  revoked: 'minted',
  voided: 'void',
};

export const mintViews = (mints: MintAggregate): MintViews => ({
  get: (ticket) => {
    const progress = mints.progressOf(ticket);
    return progress && mintView(progress);
  },
});

const mintView = ({ mint, ...facts }: MintProgress): MintView => ({ status: STATUS[mint.state], ...facts });
