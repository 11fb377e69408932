import { JetStreamApiError, type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';
import { type Command, commandMessageId, commandSubject, encodeCommand } from './command.js';

/**
 * The result of storing a command: stored in COMMANDS; a duplicate of one that was; refused, because of a duplicate or a full stream; or
 * unknown. None of them says that the command is decided, or will be.
 */
export type Stored = 'stored' | 'duplicate' | 'refused' | 'unknown';

const PUBLISH_TIMEOUT_MS = 2_000;
/**
 * Commands on their way to the broker at once; the rest waits in this process. Without a bound a crowd moves as one wave, and the broker
 * idles while that is decided and answered; so one half is stored while the other is decided. With 8 the way is half empty.
 */
const ON_THE_WAY = 32;
/** A broker that answers this slowly is not kept busy by waiting for it: the next goes out, and each has its own time limit. */
const LONGEST_WAY_MS = 50;

/**
 * The inbox: the stream COMMANDS, with the broker's two duplicate filters before the aggregate. It is a transport: a broker that crashes may
 * lose what it took last. Nothing may be promised because a command is stored, only because it is decided.
 */
export class Inbox {
  private readonly publishes = new Semaphore({ width: ON_THE_WAY, longestMs: LONGEST_WAY_MS });

  private constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
  ) {}

  static async on(connection: NatsConnection): Promise<Inbox> {
    const options = { timeout: PUBLISH_TIMEOUT_MS };
    return new Inbox(jetstream(connection, options), await jetstreamManager(connection, { ...options, checkAPI: false }));
  }

  enqueue(command: Command): Promise<Stored> {
    return this.publishes.run(() => this.publish(command), command.tenant); // a tenant's rush delays only that tenant
  }

  /** Whether a command of this key lies in COMMANDS, undecided. @throws when the broker does not answer */
  async holds({ tenant, sale, keyHash }: Pick<Command, 'tenant' | 'sale' | 'keyHash'>): Promise<boolean> {
    return (await this.jsm.streams.getMessage(COMMANDS_STREAM, { last_by_subj: `cmd.*.${tenant}.${sale}.${keyHash}` })) !== null;
  }

  private async publish(command: Command): Promise<Stored> {
    try {
      const { duplicate } = await this.js.publish(commandSubject(command), encodeCommand(command), {
        // A command of a reactor that is decided leaves no record where it changes nothing, so a copy must reach the decider.
        ...(command.namespace !== 'internal' && { msgID: commandMessageId(command) }),
        timeout: PUBLISH_TIMEOUT_MS,
      });
      return duplicate ? 'duplicate' : 'stored';
    } catch (thrown) {
      return thrown instanceof JetStreamApiError ? 'refused' : 'unknown'; // the caller reads the log: only the log has the outcome
    }
  }
}
