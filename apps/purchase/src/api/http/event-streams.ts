import { type ConsumerMessages, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { cloudEventsOf } from '#shared/event-store/cloud-events.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { BEGINNING, EventCursors, type Place, WHOLE_MESSAGE } from '#shared/platform/http/event-cursor.js';

const REQUEST_TIMEOUT_MS = 2_000;
/** Commits handed out ahead of a reader: with the one under way, what a stream may hold in memory. */
const COMMITS_AHEAD = 8;
/** What a killed process leaves behind on the server ends after this. */
const LEFT_BEHIND_MS = 60_000;
/** The record of a decision is what the caller heard already; what it did follows it. */
const UNTOLD = 'admit.CommandDecided.';
/** The signed bytes of a mint's transaction are the minter's, until they are on the chain for everybody to see. */
const UNTOLD_MEMBER = 'transaction';

/** An event as its tenant is told it. */
export interface Told {
  /** What resumes right after this event. */
  readonly cursor: string;
  readonly type: string;
  /** A CloudEvent as JSON. */
  readonly data: string;
}

/** Where the events of tenants come from: the log itself, from any place in it on, in its order. */
export class EventStreams {
  constructor(
    private readonly connection: NatsConnection,
    private readonly epoch: string,
  ) {}

  cursors(cursorKey: string): EventCursors {
    return new EventCursors(cursorKey, this.epoch);
  }

  /** The place of a cursor, if it was given to this tenant and the log still goes that far. */
  async place(cursors: EventCursors, cursor: string): Promise<Place | undefined> {
    const place = cursors.open(cursor);
    return place === undefined || place.sequence > (await this.last()).sequence ? undefined : place;
  }

  /** The end of the log as it is now. */
  async last(): Promise<Place> {
    const jsm = await jetstreamManager(this.connection, { checkAPI: false, timeout: REQUEST_TIMEOUT_MS });
    const { last_seq: sequence } = (await leaderInfo(jsm, EVENTS_STREAM)).state;
    return sequence === 0 ? BEGINNING : { sequence, index: WHOLE_MESSAGE };
  }

  /** Every event of a tenant after a place, and those to come, until `ended` fires. The consumer starts again by itself where it was. */
  async *after(place: Place, tenant: string, cursors: EventCursors, ended: AbortSignal): AsyncGenerator<Told> {
    const consumer = await jetstream(this.connection, { timeout: REQUEST_TIMEOUT_MS }).consumers.get(EVENTS_STREAM, {
      filter_subjects: `ev.${tenant}.>`,
      opt_start_seq: Math.max(place.sequence, 1), // the message of the place may have more events
      inactive_threshold: LEFT_BEHIND_MS,
    });
    const messages: ConsumerMessages = await consumer.consume({ max_messages: COMMITS_AHEAD });
    const stop = (): void => messages.stop(); // not close(), which waits for a loop that may be over
    ended.addEventListener('abort', stop, { once: true });
    try {
      if (ended.aborted) return;
      for await (const message of messages) {
        const from = message.seq === place.sequence ? place.index + 1 : 0;
        yield* told(message, from, cursors);
      }
    } finally {
      ended.removeEventListener('abort', stop);
      messages.stop();
      await consumer.delete().catch(() => undefined); // it ends by itself where nobody asks for more
    }
  }
}

function* told({ subject, seq: sequence, data: bytes }: JsMsg, from: number, cursors: EventCursors): Generator<Told> {
  for (const [index, event] of cloudEventsOf(subject, bytes).entries()) {
    if (index < from || event.type.startsWith(UNTOLD)) continue;
    const { [UNTOLD_MEMBER]: untold, ...data } = event.data;
    yield { cursor: cursors.seal({ sequence, index }), type: event.type, data: JSON.stringify({ ...event, data }) };
  }
}
