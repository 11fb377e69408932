import { inOrder } from './commit.js';
import { readStored, sourceOf } from './stored-commit.js';
import { type StoredEvent, timed } from './stored-form.js';

/** An event of the log as others are told it: CloudEvents 1.0. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** `<version>.<index>`: unique for its source. */
  readonly id: string;
  /** `/<tenant>/<sale|mint|ledger>/<sale>` */
  readonly source: string;
  /** `admit.<name>.v<version>`, as it was written: an event is never told in another version than before. */
  readonly type: string;
  readonly time: string;
  readonly traceparent?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a commit holds in its order, one CloudEvent each, also those of a later version. */
export function cloudEventsOf(subject: string, bytes: Uint8Array): CloudEvent[] {
  const { version, at: start, types, events, decisions } = readStored(subject, bytes);
  const at = <S extends StoredEvent>(event: S, time: number): S & { readonly at: number } => ({ ...event, at: time });
  const all = inOrder({ events: timed(events, start, at), decisions: timed(decisions(), start, at) });
  return all.map(({ type, at: time, traceparent, data }, index) => ({
    specversion: '1.0',
    id: `${version}.${index}`,
    source: sourceOf(subject),
    type: `admit.${types[type]}`,
    time: new Date(time).toISOString(),
    ...(traceparent !== undefined && { traceparent }),
    data: data as CloudEvent['data'],
  }));
}
