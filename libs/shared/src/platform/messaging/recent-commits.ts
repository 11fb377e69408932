import { type ConsumerMessages, DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Commit, decodeCommit } from '../../event-store/commit.js';
import { Fault } from '../../kernel/fault.js';

const EVENTS_STREAM = 'EVENTS';
const RETRY_MS = 1_000;

export interface RecentOptions {
  /** Subjects of EVENTS, with wildcards. */
  readonly filter: string;
  /**
   * How far back it starts, and restarts after a lost connection: commits are delivered at least once, so the listener must be
   * idempotent.
   */
  readonly sinceMs: number;
  /** How long the first read is repeated while the log does not respond. */
  readonly startWithinMs: number;
  readonly onCommit: (commit: Commit) => void;
  readonly onTrouble: (thrown: unknown) => void;
}

/** Delivers every recent commit and all that follow, of any writer. There is no order across subjects. */
export class RecentCommits {
  private messages: ConsumerMessages | undefined;
  private stopped = false;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly options: RecentOptions,
  ) {}

  /**
   * Resolves when all commits that existed before have been delivered. While the log does not respond, as during an election, it is
   * tried again. @throws Fault `log-unreachable` after `startWithinMs`
   */
  static async follow(connection: NatsConnection, options: RecentOptions): Promise<RecentCommits> {
    const recent = new RecentCommits(connection, options);
    await new Promise<void>((caughtUp, failed) => void recent.keepReading(caughtUp, failed));
    return recent;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.messages?.close();
  }

  private get isOver(): boolean {
    return this.stopped || this.connection.isClosed() || this.connection.isDraining();
  }

  private async keepReading(caughtUp: () => void, failed: (fault: Fault) => void): Promise<void> {
    const deadline = performance.now() + this.options.startWithinMs;
    let isStarting = true;
    let cause: unknown;
    const onCaughtUp = (): void => {
      isStarting = false;
      caughtUp();
    };
    while (!this.isOver) {
      try {
        await this.read(onCaughtUp);
      } catch (thrown) {
        cause = thrown;
        if (isStarting && performance.now() >= deadline) break;
        this.options.onTrouble(thrown);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
    failed(new Fault('log-unreachable', { stream: EVENTS_STREAM }, { cause })); // without effect once it has caught up
  }

  private async read(caughtUp: () => void): Promise<void> {
    const since = new Date(Date.now() - this.options.sinceMs).toISOString();
    const consumer = await jetstream(this.connection).consumers.get(EVENTS_STREAM, {
      filter_subjects: this.options.filter,
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: since,
    });
    const { num_pending } = await consumer.info();
    if (num_pending === 0) caughtUp();
    this.messages = await consumer.consume();
    for await (const message of this.messages) {
      this.options.onCommit(decodeCommit(message.subject, message.seq, message.data));
      if (message.info.pending === 0) caughtUp();
    }
  }
}
