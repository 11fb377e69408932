import { setTimeout as pause } from 'node:timers/promises';
import { type ConsumerInfo, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection, Status } from '@nats-io/transport-node';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { deciderSets } from '#shared/platform/topology/consumers.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';

const ASK_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;
/** Some 2 s: a backlog of thousands of commands is decided within it. */
const COMPARE_TRIES = 40;
const COMPARE_AGAIN_MS = 50;

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
    const { stranded, ahead, consumers, first, last } = await compareCommands(this.jsm);
    for (const { name } of stranded > 0 ? consumers : ahead) {
      await this.jsm.consumers.reset(COMMANDS_STREAM, name, Math.max(1, first));
      this.logger.warn(
        { consumer: name, last, stranded },
        'a consumer of COMMANDS was behind the end of the stream, which lost some: it is reset',
      );
    }
  }
}

interface Comparison {
  readonly consumers: readonly ConsumerInfo[];
  /** Those that are ahead of the stream's end. */
  readonly ahead: readonly ConsumerInfo[];
  /** Stored messages that no consumer will deliver. */
  readonly stranded: number;
  readonly first: number;
  readonly last: number;
}

/**
 * While other processes store and decide commands, stream and consumers are read at different instants, and a decided command looks
 * stranded. So a doubtful comparison is repeated. A stream that never rests is compared as it is: a needless reset only redelivers.
 */
export async function compareCommands(jsm: JetStreamManager): Promise<Comparison> {
  let wasStranded = false;
  for (let tries = 1; ; tries++) {
    const { least, most, ...comparison } = await compareOnce(jsm);
    if (most <= 0) return { ...comparison, stranded: 0 };
    if ((wasStranded && least > 0) || tries === COMPARE_TRIES) return comparison;
    wasStranded = least > 0; // an acknowledged message may be removed an instant later
    await pause(COMPARE_AGAIN_MS);
  }
}

/** Every message of the stream will be delivered, or was delivered and is not acknowledged, unless it is stranded. */
async function compareOnce(jsm: JetStreamManager): Promise<Comparison & { readonly least: number; readonly most: number }> {
  const before = (await leaderInfo(jsm, COMMANDS_STREAM)).state;
  const consumers = await Promise.all(deciderSets().map((durable) => jsm.consumers.info(COMMANDS_STREAM, durable)));
  const after = (await leaderInfo(jsm, COMMANDS_STREAM)).state;
  const known = consumers.reduce((sum, { num_pending, num_ack_pending }) => sum + num_pending + num_ack_pending, 0);
  const stranded = before.messages - known;
  const stored = after.last_seq - before.last_seq;
  return {
    consumers,
    ahead: consumers.filter(({ delivered, ack_floor }) => Math.max(delivered.stream_seq, ack_floor.stream_seq) > after.last_seq),
    stranded,
    least: stranded - (before.messages + stored - after.messages), // all that were removed meanwhile
    most: stranded + stored,
    first: before.first_seq,
    last: after.last_seq,
  };
}
