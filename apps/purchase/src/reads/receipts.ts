import type { EventStore } from '#shared/event-store/event-store.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { type Receipt, receiptOf } from '#shared/platform/receipt.js';
import type { MintView } from './views.js';

interface Whose {
  readonly tenant: string;
  readonly sale: string;
  readonly ticket: string;
}

/** The receipt of a minted ticket, read from the commit with its plan: all plans in memory would take a kilobyte a ticket. */
export async function receiptIn(
  store: Pick<EventStore, 'at'>,
  { tenant, sale, ticket }: Whose,
  { planned, signature, leaf }: MintView,
): Promise<Receipt | undefined> {
  if (planned === undefined || signature === undefined) throw new Error(`ticket ${ticket} is minted and was never planned`);
  const { events } = await store.at(mintSubject(tenant, sale), planned);
  for (const event of events)
    if (event.type === 'MintPlanned' && event.data.ticket === ticket)
      return receiptOf({ tenant, sale }, event.data, { signature, ...(leaf !== undefined && { leaf }) });
  throw new Error(`commit ${planned} of ${tenant}/${sale} does not plan ticket ${ticket}`);
}
