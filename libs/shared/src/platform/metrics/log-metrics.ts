import { type ConsumerInfo, type JetStreamManager, jetstreamManager, type MsgRequest } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Gauge } from 'prom-client';
import { CONSUMERS } from '../topology/consumers.js';
import type { MetricsPage } from './metrics-page.js';

/** After this time without a response the server's metrics are reported as missing. Prometheus itself times out after 10 s. */
export const ASK_TIMEOUT_MS = 2_000;
const MS_PER_SECOND = 1_000;

export interface WatchedConsumer {
  readonly stream: string;
  readonly durable: string;
  /** The consumer's filter, if it is a single one and this app may read messages of the stream: then the message's age is available. */
  readonly readable?: string;
}

/** The consumers of the topology that satisfy `is`. @param readable streams of which this app may read single messages */
export function watchedConsumers(
  is: (stream: string, durable: string) => boolean,
  readable: readonly string[],
): readonly WatchedConsumer[] {
  return CONSUMERS.flatMap(({ stream, config }) => {
    if (!is(stream, config.durable_name)) return [];
    const watched = { stream, durable: config.durable_name };
    const hasOneFilter = config.filter_subjects === undefined;
    return [readable.includes(stream) && hasOneFilter ? { ...watched, readable: config.filter_subject ?? '>' } : watched];
  });
}

/** Publishes the server's state of an app's consumers: pending messages, unacknowledged messages, and the time without progress. */
export async function showConsumers(page: MetricsPage, connection: NatsConnection, watched: readonly WatchedConsumer[]): Promise<void> {
  const jsm = await jetstreamManager(connection, { timeout: ASK_TIMEOUT_MS, checkAPI: false });
  const show = consumerGauges(page);
  const stalls = new Stalls();
  page.gathers({
    part: 'consumers',
    gauges: show.all,
    gather: async () => {
      await Promise.all(
        watched.map(async ({ stream, durable: consumer, readable }) => {
          const info = await jsm.consumers.info(stream, consumer);
          const labels = { stream, consumer };
          show.pending.set(labels, info.num_pending);
          show.ackPending.set(labels, info.num_ack_pending);
          show.redelivered.set(labels, info.num_redelivered);
          show.stalled.set(labels, stalls.seconds({ name: info.name, first: hasWork(info) ? info.ack_floor.stream_seq : undefined }));
          if (readable !== undefined) show.oldest.set(labels, await oldestSeconds(jsm, info, readable));
        }),
      );
    },
  });
}

export interface WatchedQueue {
  readonly stream: string;
  /** The label of the gauges; it stands for one consumer in each tenant. */
  readonly consumer: string;
  /** Messages that this process holds unacknowledged. */
  readonly handedOut: () => number;
}

/** The same for a work queue with a consumer for each tenant: they are shown as one, by the stream's messages. */
export async function showQueue(
  page: MetricsPage,
  connection: NatsConnection,
  { stream, consumer, handedOut }: WatchedQueue,
): Promise<void> {
  const jsm = await jetstreamManager(connection, { timeout: ASK_TIMEOUT_MS, checkAPI: false });
  const show = consumerGauges(page);
  const stalls = new Stalls();
  page.gathers({
    part: 'consumers',
    gauges: [show.pending, show.ackPending, show.stalled, show.oldest],
    gather: async () => {
      const { state } = await jsm.streams.info(stream);
      const labels = { stream, consumer };
      const held = Math.min(handedOut(), state.messages);
      show.pending.set(labels, state.messages - held);
      show.ackPending.set(labels, held);
      show.stalled.set(labels, stalls.seconds({ name: consumer, first: state.messages === 0 ? undefined : state.first_seq }));
      show.oldest.set(labels, state.messages === 0 ? 0 : Math.max(0, (Date.now() - Date.parse(state.first_ts)) / MS_PER_SECOND));
    },
  });
}

function consumerGauges({ registry }: MetricsPage) {
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `admit_consumer_${name}`, help, labelNames: ['stream', 'consumer'] as const, registers: [registry] });
  const pending = gauge('pending', 'Messages that were not delivered yet');
  const ackPending = gauge('ack_pending', 'Messages that are handed out and not acknowledged');
  const redelivered = gauge('redelivered', 'Of those, the ones that were handed out more than once');
  const stalled = gauge('stalled_seconds', 'For so long its first message stays undone, as this process sees it');
  const oldest = gauge('oldest_seconds', 'Age of its first message that is not done');
  return { pending, ackPending, redelivered, stalled, oldest, all: [pending, ackPending, redelivered, stalled, oldest] };
}

const hasWork = ({ num_pending, num_ack_pending }: ConsumerInfo): boolean => num_pending + num_ack_pending > 0;

/** Since when a consumer has made no progress; the server does not report it. */
class Stalls {
  private readonly since = new Map<string, { readonly first: number; readonly at: number }>();

  /** @param first the first unfinished message, or what is known of its position; `undefined`: everything is done */
  seconds({ name, first }: { readonly name: string; readonly first: number | undefined }): number {
    const known = this.since.get(name);
    if (first !== undefined && known?.first === first) return (performance.now() - known.at) / MS_PER_SECOND;
    if (first !== undefined) this.since.set(name, { first, at: performance.now() });
    else this.since.delete(name);
    return 0;
  }
}

async function oldestSeconds(jsm: JetStreamManager, info: ConsumerInfo, subjects: string): Promise<number> {
  if (!hasWork(info)) return 0;
  const asked = { seq: info.ack_floor.stream_seq + 1, next_by_subj: subjects } as MsgRequest; // omitted from the client's type
  const oldest = await jsm.streams.getMessage(info.stream_name, asked);
  return oldest === null ? 0 : Math.max(0, (Date.now() - oldest.time.getTime()) / MS_PER_SECOND);
}
