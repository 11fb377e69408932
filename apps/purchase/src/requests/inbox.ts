import { JetStreamApiError, type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';
import { type Command, commandMessageId, commandSubject, encodeCommand } from './command.js';

/**
 * The result of storing a command: stored in COMMANDS; duplicate of a stored one; refused, because of a duplicate or a full stream; or
 * unknown. None of them means that the command is or will be decided.
 */
export type Stored = 'stored' | 'duplicate' | 'refused' | 'unknown';

const PUBLISH_TIMEOUT_MS = 2_000;
/**
 * Concurrent publishes to the broker; further commands wait in this process. Without a limit a burst moves as one wave, and the broker
 * idles while the wave is decided and answered. With this limit one half is stored while the other is decided; with 8 the broker is idle
 * half of the time.
 */
const ON_THE_WAY = 32;
/** After this, a slow publish no longer counts against the limit and the next one starts; each has its own timeout. */
const LONGEST_WAY_MS = 50;

/**
 * The inbox: the stream COMMANDS, with the broker's two duplicate filters before the aggregate. It is a transport: a broker that crashes
 * may lose the newest commands. Only a decision allows a promise; a stored command does not.
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
    return this.publishes.run(() => this.publish(command), command.tenant); // a tenant's burst delays only that tenant
  }

  /** Whether COMMANDS has an undecided command with this key. @throws when the broker does not answer */
  async holds({ tenant, sale, keyHash }: Pick<Command, 'tenant' | 'sale' | 'keyHash'>): Promise<boolean> {
    return (await this.jsm.streams.getMessage(COMMANDS_STREAM, { last_by_subj: `cmd.*.${tenant}.${sale}.${keyHash}` })) !== null;
  }

  private async publish(command: Command): Promise<Stored> {
    try {
      const { duplicate } = await this.js.publish(commandSubject(command), encodeCommand(command), {
        // A reactor's command that changes nothing leaves no record, so a duplicate must reach the decider.
        ...(command.namespace !== 'internal' && { msgID: commandMessageId(command) }),
        timeout: PUBLISH_TIMEOUT_MS,
      });
      return duplicate ? 'duplicate' : 'stored';
    } catch (thrown) {
      return thrown instanceof JetStreamApiError ? 'refused' : 'unknown'; // the caller reads the log: only the log has the outcome
    }
  }
}
