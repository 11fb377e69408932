import { type ConsumerMessages, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { tenantEventsOf } from '#shared/event-store/cloud-events.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { BEGINNING, EventCursors, type EventPosition, WHOLE_MESSAGE } from '#shared/platform/http/event-cursor.js';

const REQUEST_TIMEOUT_MS = 2_000;
/** Commits handed out ahead of a reader: with the one under way, what a stream may hold in memory. */
const COMMITS_AHEAD = 8;
/** The server removes a killed process's consumers after this. */
const LEFT_BEHIND_MS = 60_000;

/** An event in the form that its tenant receives. */
export interface StreamedEvent {
  /** What resumes right after this event. */
  readonly cursor: string;
  readonly type: string;
  /** A CloudEvent as JSON. */
  readonly data: string;
}

/** Streams of tenants' events, read from the log in order, from any position. */
export class EventStreams {
  constructor(
    private readonly connection: NatsConnection,
    private readonly epoch: string,
  ) {}

  cursors(cursorKey: string): EventCursors {
    return new EventCursors(cursorKey, this.epoch);
  }

  /** The place of a cursor, if it was given to this tenant and the log still goes that far. */
  async place(cursors: EventCursors, cursor: string): Promise<EventPosition | undefined> {
    const place = cursors.open(cursor);
    return place === undefined || place.sequence > (await this.last()).sequence ? undefined : place;
  }

  /** The end of the log as it is now. */
  async last(): Promise<EventPosition> {
    const jsm = await jetstreamManager(this.connection, { checkAPI: false, timeout: REQUEST_TIMEOUT_MS });
    const { last_seq: sequence } = (await leaderInfo(jsm, EVENTS_STREAM)).state;
    return sequence === 0 ? BEGINNING : { sequence, index: WHOLE_MESSAGE };
  }

  /**
   * All events of a tenant after a position, including future ones, until `ended` fires. After a failure the consumer resumes at its
   * position.
   */
  async *after(place: EventPosition, tenant: string, cursors: EventCursors, ended: AbortSignal): AsyncGenerator<StreamedEvent> {
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

function* told({ subject, seq: sequence, data: bytes }: JsMsg, from: number, cursors: EventCursors): Generator<StreamedEvent> {
  for (const { index, event } of tenantEventsOf(subject, bytes)) {
    if (index >= from) yield { cursor: cursors.seal({ sequence, index }), type: event.type, data: JSON.stringify(event) };
  }
}
