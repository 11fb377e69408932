import {
  type ConsumerMessages,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  type SeqMsgRequest,
  type StoredMsg,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Injectable } from '@nestjs/common';
import { type CloudEvent, tenantEventsOf } from '#shared/event-store/cloud-events.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { BEGINNING, EventCursors, type EventPosition, WHOLE_MESSAGE } from '#shared/platform/http/event-cursor.js';
import { LOG_EPOCH, NATS } from '#shared/platform/messaging/nats.module.js';

const REQUEST_TIMEOUT_MS = 2_000;
/** Commits prefetched for one reader. With the commit in transit, this bounds the memory of a stream. */
const COMMITS_AHEAD = 8;
/** The server removes a killed process's consumers after this. */
const LEFT_BEHIND_MS = 60_000;
/** Characters of the events of a page: with one event of the largest commit it stays below what a tenant's connection takes, 2 MiB. */
const MAX_PAGE_LENGTH = 1_000_000;

/** An event in its public form. */
export interface StreamedEvent {
  /** The cursor that resumes right after this event. */
  readonly cursor: string;
  readonly type: string;
  /** A CloudEvent as JSON. */
  readonly data: string;
}

export interface EventPage {
  readonly events: readonly (CloudEvent & { readonly cursor: string })[];
  readonly next: string;
  readonly more: boolean;
}

/** Streams of tenants' events, read from the log in order, from any position. */
@Injectable()
export class EventStreams {
  constructor(
    @Inject(NATS) private readonly connection: NatsConnection,
    @Inject(LOG_EPOCH) private readonly epoch: string,
  ) {}

  cursors(cursorKey: string): EventCursors {
    return new EventCursors(cursorKey, this.epoch);
  }

  /** A reader's first position: after a cursor, at the beginning, or now. `undefined`: the cursor is not one of this tenant. */
  async start(cursors: EventCursors, after: string | undefined, from: unknown): Promise<EventPosition | undefined> {
    if (after !== undefined) return this.place(cursors, after);
    return from === 'now' ? this.last() : BEGINNING;
  }

  /** The position of a cursor. `undefined` unless it was issued to this tenant and is within the log. */
  private async place(cursors: EventCursors, cursor: string): Promise<EventPosition | undefined> {
    const place = cursors.open(cursor);
    return place === undefined || place.sequence > (await this.last()).sequence ? undefined : place;
  }

  /** The current end of the log. */
  async last(): Promise<EventPosition> {
    const jsm = await this.manager();
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
      opt_start_seq: Math.max(place.sequence, 1), // the commit at this position may contain further events
      inactive_threshold: LEFT_BEHIND_MS,
    });
    const messages: ConsumerMessages = await consumer.consume({ max_messages: COMMITS_AHEAD });
    const stop = (): void => messages.stop(); // not close(): it waits for the loop, which may have ended
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
      await consumer.delete().catch(() => undefined); // the server removes an inactive consumer by itself
    }
  }

  /** A page of a tenant's events after a position. It needs no consumer: each commit is read by its own request. */
  async page(start: EventPosition, tenant: string, cursors: EventCursors, limit: number): Promise<EventPage> {
    const jsm = await this.manager();
    const events: EventPage['events'][number][] = [];
    let length = 0;
    let last = start;
    for (let from = Math.max(start.sequence, 1); ; ) {
      // the client's type omits next_by_subj
      const query = { seq: from, next_by_subj: `ev.${tenant}.>` } as unknown as SeqMsgRequest;
      const message: StoredMsg | null = await jsm.streams.getMessage(EVENTS_STREAM, query);
      if (message === null) return { events, next: cursors.seal(last), more: false };
      const { subject, seq: sequence, data } = message;
      for (const { index, event } of tenantEventsOf(subject, data)) {
        if (sequence === start.sequence && index <= start.index) continue;
        length += JSON.stringify(event).length;
        const isFull = events.length === limit || (events.length > 0 && length > MAX_PAGE_LENGTH);
        if (isFull) return { events, next: cursors.seal(last), more: true };
        last = { sequence, index };
        events.push({ cursor: cursors.seal(last), ...event });
      }
      from = sequence + 1;
    }
  }

  private manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.connection, { checkAPI: false, timeout: REQUEST_TIMEOUT_MS });
  }
}

function* told({ subject, seq: sequence, data: bytes }: JsMsg, from: number, cursors: EventCursors): Generator<StreamedEvent> {
  for (const { index, event } of tenantEventsOf(subject, bytes)) {
    if (index >= from) yield { cursor: cursors.seal({ sequence, index }), type: event.type, data: JSON.stringify(event) };
  }
}
