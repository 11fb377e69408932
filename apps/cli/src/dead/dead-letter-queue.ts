import { JetStreamApiError, type JetStreamClient, jetstream, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { Fault } from '#shared/kernel/fault.js';
import { type ClosedLetter, closedSubject, closes, DEAD_STREAM, type DeadLetter } from '#shared/platform/messaging/dead-letters.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';

const WRONG_LAST_SEQUENCE = 10071;

/** A dead letter with its number on DEAD, the time it was stored, and how it was closed, if it was. */
export interface DeadLetterEntry extends DeadLetter {
  readonly letter: number;
  readonly buriedAt: string;
  readonly closed?: ClosedLetter & { readonly at: string };
}

/** Reads and closes the dead letters of DEAD for an operator. */
export class DeadLetterQueue {
  private constructor(
    private readonly messages: StoredMessages,
    private readonly js: JetStreamClient,
    private readonly connection: NatsConnection,
  ) {}

  static async on(connection: NatsConnection): Promise<DeadLetterQueue> {
    return new DeadLetterQueue(await StoredMessages.on(connection), jetstream(connection), connection);
  }

  /** All dead letters in stored order; includes closed ones only if `closed` is set. */
  async list({ closed }: { readonly closed: boolean }): Promise<DeadLetterEntry[]> {
    const jsm = await jetstreamManager(this.connection, { checkAPI: false });
    const { first_seq, last_seq } = (await leaderInfo(jsm, DEAD_STREAM)).state;
    const found = new Map<number, DeadLetterEntry>();
    for await (const { message } of this.messages.range(DEAD_STREAM, first_seq, last_seq)) {
      if (message === undefined) continue;
      const ended = closes(message.subject);
      const entry = ended === undefined ? undefined : found.get(ended);
      if (ended === undefined) found.set(message.seq, boxed(message));
      else if (entry !== undefined && closed) found.set(ended, { ...entry, closed: closingOf(message) });
      else found.delete(ended);
    }
    return [...found.values()];
  }

  async letter(sequence: number): Promise<DeadLetterEntry | undefined> {
    const message = await this.messages.at(DEAD_STREAM, sequence);
    if (message === undefined || closes(message.subject) !== undefined) return undefined;
    const closing = await this.messages.last(DEAD_STREAM, closedSubject(sequence));
    return { ...boxed(message), ...(closing !== undefined && { closed: closingOf(closing) }) };
  }

  /** Records how a dead letter was closed. @returns false when another operator closed it first */
  async close(letter: number, ending: ClosedLetter): Promise<boolean> {
    try {
      await this.js.publish(closedSubject(letter), JSON.stringify(ending), { expect: { streamName: DEAD_STREAM, lastSubjectSequence: 0 } });
      return true;
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === WRONG_LAST_SEQUENCE) return false;
      throw new Fault('log-unreachable', { stream: DEAD_STREAM, letter }, { cause });
    }
  }
}

const boxed = (message: StoredMsg): DeadLetterEntry => ({
  ...read(message),
  letter: message.seq,
  buriedAt: message.time.toISOString(),
});

/** Messages that other programs put on DEAD are shown unchanged. */
function read(message: StoredMsg): DeadLetter {
  try {
    const letter = message.json<DeadLetter>();
    if (typeof letter.subject === 'string' && typeof letter.original === 'string') return letter;
  } catch {
    // not JSON: shown as text
  }
  const original = Buffer.from(message.data).toString('base64');
  return { stream: '?', subject: message.subject, sequence: 0, deliveries: 0, storedAt: '', reason: 'no letter of ours', original };
}

const closingOf = (message: StoredMsg): ClosedLetter & { readonly at: string } => ({
  ...message.json<ClosedLetter>(),
  at: message.time.toISOString(),
});
