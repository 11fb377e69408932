import type { EventsOptions, TenantEvent } from './events.js';
import type { Events, ListEvents } from './operations.js';
import type { Outcome } from './outcome.js';
import { RequestRejected } from './problem.js';
import { backoffAfter, type Clock, type RetryPolicy } from './retry-policy.js';

/** Events of one request. */
const PAGE = 500;
/** At the end of the log it is asked again after this. */
const POLL_MS = 500;

/**
 * Follows a tenant's events by pages, for transports that have no stream.
 * @throws RequestRejected where the service refuses the cursor
 */
export async function* followPages(
  page: (body: ListEvents) => Promise<Outcome<Events>>,
  { after, from, signal }: EventsOptions,
  policy: RetryPolicy,
  clock: Clock,
): AsyncGenerator<TenantEvent> {
  let place: ListEvents = after === undefined ? { ...(from && { from }) } : { after };
  const isOver = (): boolean => signal?.aborted === true;
  for (let failures = 0; !isOver(); ) {
    const read = await page({ ...place, limit: PAGE });
    if (read.outcome === 'refused') throw new RequestRejected(read.problem, undefined);
    if (read.outcome === 'unknown') {
      failures += 1;
      await clock.wait(backoffAfter(failures, policy, undefined, clock.random()));
      continue;
    }
    failures = 0;
    const { events, next, more } = read.value;
    for (const event of events) if (!isOver()) yield event;
    place = { after: next };
    if (!more && !isOver()) await clock.wait(POLL_MS);
  }
}
