import { type ConsumerMessages, DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Commit, decodeCommit } from '../../event-store/commit.js';

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

  /** Resolves when all commits that existed before have been delivered. */
  static async follow(connection: NatsConnection, options: RecentOptions): Promise<RecentCommits> {
    const recent = new RecentCommits(connection, options);
    await new Promise<void>((caughtUp, failed) => {
      recent
        .tell(caughtUp)
        .catch(failed)
        .finally(() => void recent.goOn());
    });
    return recent;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.messages?.close();
  }

  private get isOver(): boolean {
    return this.stopped || this.connection.isClosed() || this.connection.isDraining();
  }

  private async goOn(): Promise<void> {
    while (!this.isOver) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      if (!this.isOver) await this.tell(() => undefined).catch(this.options.onTrouble);
    }
  }

  private async tell(caughtUp: () => void): Promise<void> {
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
