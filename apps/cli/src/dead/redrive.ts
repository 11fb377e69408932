import { JetStreamApiError, type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { MintCommand } from '#shared/domain/mint/events.js';
import { Fault } from '#shared/kernel/fault.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import { standing } from '../mint/ticket-record.js';
import type { DeadLetterEntry, DeadLetterQueue } from './dead-letter-queue.js';

/** Result of a redrive: `redriven` now, `closed` before, or `refused` because sending it again would be wrong. */
export interface Redriven {
  readonly outcome: 'redriven' | 'closed' | 'refused';
  readonly note: string;
}

const COMMANDS = 'COMMANDS';
const MINTS = 'MINTS';
const REDRIVABLE = [COMMANDS, MINTS];
const TAKEN = 10077; // a message of this subject is there, or the stream is full: looked up
/** Headers that say how the broker should take a message, and not what it is: they would have the copy taken for the original. */
const FOR_THE_BROKER = /^Nats-/i;

/**
 * Sends a dead-lettered message again. Its consumer knows from the log what was done already, so an entry may be redriven twice or by two
 * operators at once; only the broker's filters must be passed. The entry is closed last: after a crash, redriving it again continues.
 */
export class Redrive {
  private constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
    private readonly messages: StoredMessages,
    private readonly queue: DeadLetterQueue,
  ) {}

  static async on(connection: NatsConnection, queue: DeadLetterQueue): Promise<Redrive> {
    const jsm = await jetstreamManager(connection, { checkAPI: false });
    return new Redrive(jetstream(connection), jsm, await StoredMessages.on(connection), queue);
  }

  async run(entry: DeadLetterEntry): Promise<Redriven> {
    if (entry.closed !== undefined) return { outcome: 'closed', note: `${entry.closed.how} already: ${entry.closed.note}` };
    if (!REDRIVABLE.includes(entry.stream)) return refused(`only messages of ${REDRIVABLE.join(' or ')} can be sent again`);
    const over = await this.failedMint(entry);
    if (over !== undefined) return refused(over);
    const lying = await this.lying(entry);
    if (lying !== undefined) return this.judge(entry, lying);
    await this.makeRoom(entry);
    const sequence = await this.publish(entry);
    return sequence === undefined ? this.judge(entry, await this.lying(entry)) : this.done(entry, sequence);
  }

  /** A request that failed for good would fail again: its ticket needs another request. */
  private async failedMint({ stream, original }: DeadLetterEntry): Promise<string | undefined> {
    const asked = stream === MINTS ? mintIn(original) : undefined;
    if (asked === undefined) return undefined;
    const { tenant, ticket, request } = asked;
    const mint = await standing(this.messages, tenant, { ticket, body: asked });
    if (mint?.state !== 'failed' || mint.request < request) return undefined;
    return `its mint failed permanently (${mint.reason}); admit mint redrive ${tenant} ${ticket} requests it again`;
  }

  /** What lies on the original's subject now, other than the original itself. */
  private async lying({ stream, subject, sequence }: DeadLetterEntry): Promise<Lying | undefined> {
    const message = await this.messages.last(stream, subject);
    return message === undefined || message.seq === sequence ? undefined : { sequence: message.seq, body: message.data };
  }

  /** COMMANDS keeps one message per subject, also a dead-lettered one: it is deleted to make room for its copy. Its content is in the entry. */
  private async makeRoom({ stream, sequence, subject }: DeadLetterEntry): Promise<void> {
    if (stream !== COMMANDS || (await this.messages.last(stream, subject)) === undefined) return;
    try {
      await this.jsm.streams.deleteMessage(stream, sequence, false);
    } catch (cause) {
      const gone = (await this.messages.at(stream, sequence)) === undefined; // somebody else was redriving it at the same time
      if (!gone) throw new Fault('log-unreachable', { stream, sequence }, { cause });
    }
  }

  /** @returns undefined when somebody else's message took the subject meanwhile */
  private async publish({ number, stream, subject, original, headers: of = {} }: DeadLetterEntry): Promise<number | undefined> {
    const head = headers();
    for (const [name, value] of Object.entries(of)) if (!FOR_THE_BROKER.test(name)) head.set(name, value);
    const msgID = `redrive:${number}`; // not the original's, which the broker may still remember
    try {
      const body = Buffer.from(original, 'base64');
      return (await this.js.publish(asAsked(subject), body, { headers: head, msgID, expect: { streamName: stream } })).seq;
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === TAKEN) return undefined;
      throw new Fault('log-unreachable', { stream, subject }, { cause });
    }
  }

  private judge(entry: DeadLetterEntry, lying: Lying | undefined): Promise<Redriven> | Redriven {
    if (lying === undefined) return refused(`${entry.stream} did not take it: its original is still in work there, or the stream is full`);
    if (sameRequest(Buffer.from(entry.original, 'base64'), lying.body)) return this.done(entry, lying.sequence);
    return refused(`another request has taken its key (${entry.stream} ${lying.sequence}); drop this entry, or answer its caller yourself`);
  }

  private async done(entry: DeadLetterEntry, sequence: number): Promise<Redriven> {
    const note = `${entry.stream} ${sequence}`;
    await this.queue.close(entry.number, { how: 'redriven', note });
    return { outcome: 'redriven', note };
  }
}

interface Lying {
  readonly sequence: number;
  readonly body: Uint8Array;
}

const refused = (note: string): Redriven => ({ outcome: 'refused', note });

/** COMMANDS puts the bucket in itself. */
const asAsked = (subject: string): string => subject.replace(/^cmd\.\d+\./, 'cmd.');

/** The caller may have sent its request once more by itself: then only the inbox for the answer and the trace differ. */
function sameRequest(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0 || (nameOf(left) !== undefined && nameOf(left) === nameOf(right));
}

/** The mint that an entry requests; undefined for a revocation, or if it cannot be read. */
function mintIn(original: string): MintCommand | undefined {
  const body = parsed(Buffer.from(original, 'base64')) as Partial<MintCommand> | undefined;
  const names = [body?.tenant, body?.sale, body?.ticket];
  return names.every((name) => typeof name === 'string') && typeof body?.request === 'number' ? (body as MintCommand) : undefined;
}

function nameOf(body: Uint8Array): string | undefined {
  const { operation, key, fingerprint } = parsed(body) ?? {};
  return fingerprint === undefined ? undefined : JSON.stringify([operation, key, fingerprint]);
}

function parsed(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined; // it cannot be read: only the very same bytes are the same request
  }
}
