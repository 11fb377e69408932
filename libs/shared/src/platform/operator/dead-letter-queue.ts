import { JetStreamApiError, type JetStreamClient, jetstream, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { Fault } from '#shared/kernel/fault.js';
import { type ClosedLetter, closedSubject, closes, DEAD_STREAM, type DeadLetter } from '#shared/platform/messaging/dead-letters.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';

const WRONG_LAST_SEQUENCE = 10071;

/** A dead letter: its sequence on DEAD, when it was stored there, and how it was closed. */
export interface DeadLetterEntry extends DeadLetter {
  readonly number: number;
  readonly deadLetteredAt: string;
  readonly closed?: ClosedLetter & { readonly at: string };
}

/** The stream DEAD, as an operator reads it. */
export class DeadLetterQueue {
  private constructor(
    private readonly messages: StoredMessages,
    private readonly js: JetStreamClient,
    private readonly connection: NatsConnection,
  ) {}

  static async on(connection: NatsConnection): Promise<DeadLetterQueue> {
    return new DeadLetterQueue(await StoredMessages.on(connection), jetstream(connection), connection);
  }

  /** All entries in the order of arrival; closed ones only if `closed`. */
  async list({ closed }: { readonly closed: boolean }): Promise<DeadLetterEntry[]> {
    const jsm = await jetstreamManager(this.connection, { checkAPI: false });
    const { first_seq, last_seq } = (await leaderInfo(jsm, DEAD_STREAM)).state;
    const found = new Map<number, DeadLetterEntry>();
    for await (const { message } of this.messages.range(DEAD_STREAM, first_seq, last_seq)) {
      if (message === undefined) continue;
      const ended = closes(message.subject);
      const entry = ended === undefined ? undefined : found.get(ended);
      if (ended === undefined) found.set(message.seq, entryOf(message));
      else if (entry !== undefined && closed) found.set(ended, { ...entry, closed: closingOf(message) });
      else found.delete(ended);
    }
    return [...found.values()];
  }

  async find(sequence: number): Promise<DeadLetterEntry | undefined> {
    const message = await this.messages.at(DEAD_STREAM, sequence);
    if (message === undefined || closes(message.subject) !== undefined) return undefined;
    const closing = await this.messages.last(DEAD_STREAM, closedSubject(sequence));
    return { ...entryOf(message), ...(closing !== undefined && { closed: closingOf(closing) }) };
  }

  /** Records how an entry was closed. @returns false if it was closed before: the first record counts. */
  async close(entry: number, ending: ClosedLetter): Promise<boolean> {
    try {
      await this.js.publish(closedSubject(entry), JSON.stringify(ending), { expect: { streamName: DEAD_STREAM, lastSubjectSequence: 0 } });
      return true;
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === WRONG_LAST_SEQUENCE) return false;
      throw new Fault('log-unreachable', { stream: DEAD_STREAM, entry }, { cause });
    }
  }
}

const entryOf = (message: StoredMsg): DeadLetterEntry => ({
  ...read(message),
  number: message.seq,
  deadLetteredAt: message.time.toISOString(),
});

/** Shows a message that this software did not write unchanged. */
function read(message: StoredMsg): DeadLetter {
  try {
    const entry = message.json<DeadLetter>();
    if (typeof entry.subject === 'string' && typeof entry.original === 'string') return entry;
  } catch {
    // not JSON: shown as bytes
  }
  const original = Buffer.from(message.data).toString('base64');
  return {
    stream: '?',
    subject: message.subject,
    sequence: 0,
    deliveries: 0,
    storedAt: '',
    reason: 'not written by this software',
    original,
  };
}

const closingOf = (message: StoredMsg): ClosedLetter & { readonly at: string } => ({
  ...message.json<ClosedLetter>(),
  at: message.time.toISOString(),
});
