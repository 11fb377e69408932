import { type JetStreamManager, jetstreamManager, type PubAck, PubHeaders } from '@nats-io/jetstream';
import { headers, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';
import { type Command, commandMessageId, commandSubject, encodeCommand } from './command.js';
import { Replies } from './replies.js';

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
    private readonly connection: NatsConnection,
    private readonly acks: Replies<Stored>,
    private readonly jsm: JetStreamManager,
  ) {}

  static async on(connection: NatsConnection, user: string): Promise<Inbox> {
    const acks = new Replies<Stored>(connection, user, 'stored', storedBy);
    return new Inbox(connection, acks, await jetstreamManager(connection, { timeout: PUBLISH_TIMEOUT_MS, checkAPI: false }));
  }

  enqueue(command: Command): Promise<Stored> {
    return this.publishes.run(() => this.publish(command), command.tenant); // a tenant's burst delays only that tenant
  }

  /** Whether COMMANDS has an undecided command with this key. @throws when the broker does not answer */
  async holds({ tenant, sale, keyHash }: Pick<Command, 'tenant' | 'sale' | 'keyHash'>): Promise<boolean> {
    return (await this.jsm.streams.getMessage(COMMANDS_STREAM, { last_by_subj: `cmd.*.${tenant}.${sale}.${keyHash}` })) !== null;
  }

  private async publish(command: Command): Promise<Stored> {
    const ack = this.acks.expect(PUBLISH_TIMEOUT_MS);
    try {
      this.connection.publish(commandSubject(command), encodeCommand(command), { reply: ack.subject, ...withMessageId(command) });
    } catch {
      ack.forget(); // the connection is closed
    }
    return (await ack.answer) ?? 'unknown'; // the caller reads the log: only the log has the outcome
  }
}

/** A reactor's command that changes nothing leaves no record, so a duplicate of it must reach the decider: it has no message id. */
function withMessageId(command: Command): { readonly headers?: MsgHdrs } {
  if (command.namespace === 'internal') return {};
  const head = headers();
  head.set(PubHeaders.MsgIdHdr, commandMessageId(command));
  return { headers: head };
}

/** The acknowledgement of a stream. It is empty when no stream listens. */
function storedBy(message: Msg): Stored {
  if (message.data.length === 0) return 'unknown';
  const { error, duplicate } = message.json<Partial<PubAck> & { readonly error?: unknown }>();
  if (error !== undefined) return 'refused';
  return duplicate === true ? 'duplicate' : 'stored';
}
