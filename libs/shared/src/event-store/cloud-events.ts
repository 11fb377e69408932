import { inOrder } from './commit.js';
import { readStored, sourceOf } from './stored-commit.js';
import { type StoredEvent, timed } from './stored-form.js';

/** An event of the log in its public form: CloudEvents 1.0. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** `<version>.<index>`: unique for its source. */
  readonly id: string;
  /** `/<tenant>/<sale|mint|ledger>/<sale>` */
  readonly source: string;
  /** `admit.<name>.v<version>`, as written: an event is never published in another version than before. */
  readonly type: string;
  readonly time: string;
  readonly traceparent?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** All contents of a commit in order, one CloudEvent each, including events of a later version. */
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

/** Decisions are omitted: the caller has its response, and the effects follow as events. */
const PRIVATE_TYPE = 'admit.CommandDecided.';
/** The signed bytes of a mint stay private to the minter until they are public on the blockchain. */
const PRIVATE_MEMBER = 'transaction';

/** The events of a commit that its tenant may read, with the index of each in the commit. */
export function tenantEventsOf(subject: string, bytes: Uint8Array): { readonly index: number; readonly event: CloudEvent }[] {
  return cloudEventsOf(subject, bytes).flatMap((event, index) => {
    if (event.type.startsWith(PRIVATE_TYPE)) return [];
    const { [PRIVATE_MEMBER]: _, ...data } = event.data;
    return [{ index, event: { ...event, data } }];
  });
}
