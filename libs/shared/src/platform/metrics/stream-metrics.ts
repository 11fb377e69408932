import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Gauge } from 'prom-client';
import { wholeCopies } from '../../event-store/jetstream/leader-info.js';
import { closes, DEAD_STREAM } from '../messaging/dead-letters.js';
import { STREAMS } from '../topology/streams.js';
import { ASK_TIMEOUT_MS } from './log-metrics.js';
import type { MetricsPage } from './metrics-page.js';

/** The streams whose dead letters are counted; a dead letter of another stream is shown under its stream's name. */
const BURYING = ['COMMANDS', 'MINTS'];

/** Publishes stream sizes, used storage and open dead letters. One app of a deployment does this. */
export async function showStreams(page: MetricsPage, connection: NatsConnection): Promise<void> {
  const jsm = await jetstreamManager(connection, { timeout: ASK_TIMEOUT_MS, checkAPI: false });
  const { messages, bytes, last, copies, used, limit, all } = streamGauges(page);
  const dead = new DeadCount(page);
  page.gathers({
    part: 'streams',
    gauges: [...all, dead.gauge],
    gather: async () => {
      await Promise.all(
        STREAMS.map(async ({ name: stream }) => {
          const info = await jsm.streams.info(stream);
          const { state } = info;
          copies.set({ stream }, Math.max(0, info.config.num_replicas - wholeCopies(info)));
          messages.set({ stream }, state.messages);
          bytes.set({ stream }, state.bytes);
          last.set({ stream }, state.last_seq);
          if (stream === DEAD_STREAM) await dead.count(jsm, state.last_seq, state.messages);
        }),
      );
      const { storage, limits } = await jsm.getAccountInfo();
      used.set(storage);
      limit.set(Math.max(0, limits.max_storage)); // -1 means no limit
    },
  });
}

function streamGauges({ registry }: MetricsPage) {
  const registers = [registry];
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `admit_stream_${name}`, help, labelNames: ['stream'] as const, registers });
  const messages = gauge('messages', 'Messages in a stream');
  const bytes = gauge('bytes', 'Their size on disk');
  const last = gauge('last_sequence', 'The number of its newest message');
  const copies = gauge('copies_missing', 'Copies of it that are wanted and not whole; all of them while it has no leader');
  const used = new Gauge({ name: 'admit_log_storage_bytes', help: 'Used storage of the account of all streams', registers });
  const limit = new Gauge({ name: 'admit_log_storage_limit_bytes', help: 'The storage limit of the account; 0: no limit', registers });
  return { messages, bytes, last, copies, used, limit, all: [messages, bytes, last, copies, used, limit] };
}

/** Open dead letters by stream of origin. DEAD is read again only when a message was added. */
class DeadCount {
  readonly gauge: Gauge<'stream'>;
  private counted = '';
  private byStream = new Map<string, number>();
  /** The stream of origin of each closed dead letter, by the closing message: this never changes. */
  private readonly closed = new Map<number, string>();

  constructor({ registry }: MetricsPage) {
    const help = 'Open dead letters, by their stream of origin';
    this.gauge = new Gauge({ name: 'admit_dead_letters', help, labelNames: ['stream'], registers: [registry] });
  }

  async count(jsm: JetStreamManager, last: number, messages: number): Promise<void> {
    if (this.counted !== `${last}/${messages}`) {
      const { state } = await jsm.streams.info(DEAD_STREAM, { subjects_filter: 'dead.>' });
      this.byStream = new Map(BURYING.map((stream) => [stream, 0]));
      for (const [subject, letters] of Object.entries(state.subjects ?? {})) {
        const ended = closes(subject);
        if (ended === undefined) this.add(streamOf(subject), letters);
        else this.add(await this.fromWhere(jsm, ended), -1);
      }
      this.counted = `${last}/${messages}`;
    }
    this.gauge.reset();
    for (const [stream, letters] of this.byStream) this.gauge.set({ stream }, letters);
  }

  private add(stream: string, letters: number): void {
    this.byStream.set(stream, (this.byStream.get(stream) ?? 0) + letters);
  }

  private async fromWhere(jsm: JetStreamManager, letter: number): Promise<string> {
    const stream = this.closed.get(letter) ?? streamOf((await jsm.streams.getMessage(DEAD_STREAM, { seq: letter }))?.subject ?? '');
    this.closed.set(letter, stream);
    return stream;
  }
}

const streamOf = (subject: string): string => subject.split('.', 2)[1] ?? '';
