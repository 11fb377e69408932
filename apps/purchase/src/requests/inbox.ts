import { JetStreamApiError, type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import { type Command, commandMessageId, commandSubject, encodeCommand } from './command.js';

/**
 * The result of storing a command: stored in COMMANDS; a duplicate of a stored one; refused, because of a duplicate or a full stream; or
 * unknown.
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

/** The inbox: the stream COMMANDS, with the broker's two duplicate filters before the aggregate. */
export class Inbox {
  private readonly lane = new Semaphore(ON_THE_WAY, LONGEST_WAY_MS);

  private constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
  ) {}

  static async on(connection: NatsConnection): Promise<Inbox> {
    const options = { timeout: PUBLISH_TIMEOUT_MS };
    return new Inbox(jetstream(connection, options), await jetstreamManager(connection, { ...options, checkAPI: false }));
  }

  enqueue(command: Command): Promise<Stored> {
    return this.lane.run(() => this.publish(command), command.tenant); // a tenant's rush delays only that tenant
  }

  /** Where a command of this key lies in COMMANDS now; `undefined` when none does. @throws when the broker does not answer */
  async sequenceOf({ tenant, sale, keyHash }: Pick<Command, 'tenant' | 'sale' | 'keyHash'>): Promise<number | undefined> {
    return (await this.jsm.streams.getMessage('COMMANDS', { last_by_subj: `cmd.*.${tenant}.${sale}.${keyHash}` }))?.seq;
  }

  private async publish(command: Command): Promise<Stored> {
    try {
      const { duplicate } = await this.js.publish(commandSubject(command), encodeCommand(command), {
        msgID: commandMessageId(command),
        timeout: PUBLISH_TIMEOUT_MS,
      });
      return duplicate ? 'duplicate' : 'stored';
    } catch (thrown) {
      return thrown instanceof JetStreamApiError ? 'refused' : 'unknown'; // the caller reads the log: only the log has the outcome
    }
  }
}
