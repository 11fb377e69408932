import { setTimeout as pause } from 'node:timers/promises';
import { type ConsumerInfo, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection, Status } from '@nats-io/transport-node';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { deciderSets } from '#shared/platform/topology/consumers.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';

const ASK_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;

/**
 * Compares the consumers of COMMANDS with the stream, at start and after every reconnect. A server that crashed may lose the end of the
 * stream and use its sequences again. A consumer that is ahead of that end, or has acknowledged a stored message, would skip commands. It
 * is reset to the first message. The stream keeps only undecided commands, and a redelivered command is decided once.
 */
export class CommandConsumers {
  private comparing: Promise<void> | undefined;
  private status: (AsyncIterable<Status> & { stop(): void }) | undefined;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly jsm: JetStreamManager,
    private readonly logger: Logger,
  ) {}

  static async on(connection: NatsConnection, logger: Logger): Promise<CommandConsumers> {
    return new CommandConsumers(connection, await jetstreamManager(connection, { timeout: ASK_TIMEOUT_MS, checkAPI: false }), logger);
  }

  /** Resolves after the first comparison; from then on every reconnect triggers another. */
  async start(): Promise<void> {
    this.status = this.connection.status() as AsyncIterable<Status> & { stop(): void }; // the client's type omits stop()
    void this.watch(this.status);
    await this.compare();
  }

  stop(): void {
    this.status?.stop();
  }

  /** @throws if they were not compared since the last reconnect */
  assertCompared(): void {
    if (this.comparing !== undefined) throw new Error('the consumers of COMMANDS are not compared with the stream yet');
  }

  private async watch(status: AsyncIterable<Status>): Promise<void> {
    for await (const { type } of status) if (type === 'reconnect') void this.compare();
  }

  /** One comparison at a time; a reconnect meanwhile triggers another one. */
  private compare(): Promise<void> {
    const before = this.comparing ?? Promise.resolve();
    const comparing = before
      .then(() => this.untilCompared())
      .finally(() => {
        if (this.comparing === comparing) this.comparing = undefined;
      });
    this.comparing = comparing;
    return comparing;
  }

  /** The server may have no leader for seconds. */
  private async untilCompared(): Promise<void> {
    while (!this.connection.isClosed()) {
      try {
        return await this.resetStranded();
      } catch (err) {
        this.logger.warn({ err }, 'the consumers of COMMANDS could not be compared with the stream; tried again');
      }
      await pause(RETRY_MS, undefined, { ref: false });
    }
  }

  private async resetStranded(): Promise<void> {
    const before = (await leaderInfo(this.jsm, COMMANDS_STREAM)).state;
    const consumers = await Promise.all(deciderSets().map((durable) => this.jsm.consumers.info(COMMANDS_STREAM, durable)));
    const { last_seq: last } = (await leaderInfo(this.jsm, COMMANDS_STREAM)).state;
    const ahead = consumers.filter(({ delivered, ack_floor }) => Math.max(delivered.stream_seq, ack_floor.stream_seq) > last);
    const stranded = before.messages - known(consumers);
    for (const { name } of stranded > 0 ? consumers : ahead) {
      await this.jsm.consumers.reset(COMMANDS_STREAM, name, Math.max(1, before.first_seq));
      this.logger.warn(
        { consumer: name, last, stranded },
        'a consumer of COMMANDS was behind the end of the stream, which lost some: it is reset',
      );
    }
  }
}

/**
 * Messages that a consumer will deliver or has delivered without an acknowledgement. Every message of the stream is one of those.
 * Acknowledgements during the comparison reduce the number. A needless reset only redelivers some commands.
 */
const known = (consumers: readonly ConsumerInfo[]): number =>
  consumers.reduce((sum, { num_pending, num_ack_pending }) => sum + num_pending + num_ack_pending, 0);
