import { type Problem, RequestRejected } from './problem.js';
import { backoffAfter, type Clock, type RetryPolicy } from './retry-policy.js';
import type { HttpAccess } from './transport.js';

const PATH = '/v1/events';
/** The service writes every 15 s: a connection that is silent for longer is dead, and is reopened. */
const SILENT_MS = 45_000;
/** Not caused by the caller: retried. */
const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

export interface EventsOptions {
  /** The cursor of an event: the stream starts after it. Default: from the beginning. */
  readonly after?: string;
  /** Without `after`: only new events. */
  readonly from?: 'now';
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

/** A CloudEvent with its cursor. */
export interface TenantEvent {
  /** Store it with the result of processing the event, and pass it as `after` next time: then no event is missing or repeated. */
  readonly cursor: string;
  readonly id: string;
  /** `/<tenant>/<sale|mint|ledger>/<sale>` */
  readonly source: string;
  /** `admit.<name>.v<version>` */
  readonly type: string;
  readonly time: string;
  readonly traceparent?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Position {
  cursor: string | undefined;
  /** Failed connections since the last event. */
  failures: number;
}

/**
 * Follows a tenant's events for ever, in the order of the log. After a lost connection it resumes after the last event.
 * @throws RequestRejected if the service rejects the cursor or the API key
 */
export async function* followEvents(
  { url, apiKey }: HttpAccess,
  { after, from, signal }: EventsOptions,
  policy: RetryPolicy,
  clock: Clock,
): AsyncGenerator<TenantEvent> {
  const position: Position = { cursor: after, failures: 0 };
  const isOver = (): boolean => signal?.aborted === true;
  while (!isOver()) {
    yield* oneConnection({ url, apiKey }, { ...(from && { from }), ...(signal && { signal }) }, position);
    position.failures += 1;
    if (!isOver()) await clock.wait(backoffAfter(position.failures, policy, undefined, clock.random()));
  }
}

/** The events of one connection, until it ends. */
async function* oneConnection(
  { url, apiKey }: HttpAccess,
  { from, signal }: EventsOptions,
  position: Position,
): AsyncGenerator<TenantEvent> {
  const cut = new AbortController();
  const onAbort = (): void => cut.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const { cursor } = position;
  const address = `${url.replace(/\/$/, '')}${PATH}${cursor === undefined && from !== undefined ? `?from=${from}` : ''}`;
  const headers = {
    Authorization: `Bearer ${apiKey}`,
    Accept: 'text/event-stream',
    ...(cursor !== undefined && { 'Last-Event-ID': cursor }),
  };
  try {
    const response = await inTime(fetch(address, { headers, signal: cut.signal, redirect: 'manual' }), cut);
    if (response.ok && response.body !== null) yield* eventsIn(response.body, position, cut);
    else if (!isPassing(response.status)) throw new RequestRejected((await response.json()) as Problem, undefined);
  } catch (thrown) {
    if (thrown instanceof RequestRejected) throw thrown;
    // the connection failed; another one resumes
  } finally {
    signal?.removeEventListener('abort', onAbort);
    cut.abort();
  }
}

/** Aborts a read that takes too long. */
async function inTime<T>(work: Promise<T>, cut: AbortController): Promise<T> {
  const timer = setTimeout(() => cut.abort(), SILENT_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

async function* eventsIn(body: ReadableStream<Uint8Array>, position: Position, cut: AbortController): AsyncGenerator<TenantEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let held = '';
  for (;;) {
    const { done, value } = await inTime(reader.read(), cut);
    if (done) return;
    held += decoder.decode(value, { stream: true });
    const blocks = held.split('\n\n');
    held = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = fieldsOf(block);
      const cursor = fields.get('id');
      const data = fields.get('data');
      if (cursor === undefined) continue; // a heartbeat
      position.failures = 0;
      position.cursor = cursor;
      if (data !== undefined) yield { cursor, ...(JSON.parse(data) as Omit<TenantEvent, 'cursor'>) };
    }
  }
}

/** The lines of a server-sent event; comments have no name. */
const fieldsOf = (block: string): ReadonlyMap<string, string> =>
  new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
    }),
  );
