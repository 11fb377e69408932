import type { NatsConnection } from '@nats-io/transport-node';
import { LookupNames } from './lookup-names.js';
import { UNMATCHED, type UnmatchedEvent } from './payment-index.js';

export interface UnmatchedOfTenant extends UnmatchedEvent {
  readonly tenant: string;
}

/** Every event whose payment is still unknown, in order of arrival. @throws Fault `log-unreachable` */
export async function* unmatchedEvents(connection: NatsConnection): AsyncIterable<UnmatchedOfTenant> {
  const names = await LookupNames.on(connection);
  for (let found = await names.next(UNMATCHED, 0); found !== undefined; found = await names.next(UNMATCHED, found.place)) {
    const event = JSON.parse(Buffer.from(found.bytes).toString('utf8')) as UnmatchedEvent;
    const [, tenant = ''] = found.name.split('.');
    if (event.taken === undefined) yield { tenant, ...event };
  }
}
