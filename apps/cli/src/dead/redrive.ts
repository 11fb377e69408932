import { JetStreamApiError, type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { MintCommand } from '#shared/domain/mint/events.js';
import { Fault } from '#shared/kernel/fault.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import { standing } from '../mint/ticket-record.js';
import type { DeadLetterEntry, DeadLetterQueue } from './dead-letter-queue.js';

/** The result: `redriven` now, `closed` before, or `refused` because a resend would be wrong. */
export interface Redriven {
  readonly outcome: 'redriven' | 'closed' | 'refused';
  readonly note: string;
}

const COMMANDS = 'COMMANDS';
const MINTS = 'MINTS';
const REDRIVABLE = [COMMANDS, MINTS];
const TAKEN = 10077; // a message of this subject exists, or the stream is full: a read tells which
/** Headers that instruct the broker and are no content: with them the broker would take the copy for the original. */
const FOR_THE_BROKER = /^Nats-/i;

/**
 * Sends a dead-lettered message again. Consumers detect work already done by the log, so an entry may be redriven twice or concurrently.
 * Only the broker's duplicate filters must be passed. The closing record is written last: after a crash, a second redrive resumes.
 */
export class Redrive {
  private constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
    private readonly messages: StoredMessages,
    private readonly box: DeadLetterQueue,
  ) {}

  static async on(connection: NatsConnection, box: DeadLetterQueue): Promise<Redrive> {
    const jsm = await jetstreamManager(connection, { checkAPI: false });
    return new Redrive(jetstream(connection), jsm, await StoredMessages.on(connection), box);
  }

  async run(letter: DeadLetterEntry): Promise<Redriven> {
    if (letter.closed !== undefined) return { outcome: 'closed', note: `${letter.closed.how} already: ${letter.closed.note}` };
    if (!REDRIVABLE.includes(letter.stream)) return refused(`only what lay on ${REDRIVABLE.join(' or ')} can be sent again`);
    const over = await this.failedMint(letter);
    if (over !== undefined) return refused(over);
    const lying = await this.lying(letter);
    if (lying !== undefined) return this.judge(letter, lying);
    await this.makeRoom(letter);
    const sequence = await this.publish(letter);
    return sequence === undefined ? this.judge(letter, await this.lying(letter)) : this.done(letter, sequence);
  }

  /** A mint that failed permanently fails again: a redrive would dead-letter it again. Its ticket needs a new request. */
  private async failedMint({ stream, original }: DeadLetterEntry): Promise<string | undefined> {
    const asked = stream === MINTS ? mintIn(original) : undefined;
    if (asked === undefined) return undefined;
    const { tenant, ticket, request } = asked;
    const mint = await standing(this.messages, tenant, { ticket, body: asked });
    if (mint?.state !== 'failed' || mint.request < request) return undefined;
    return `its mint failed for good (${mint.reason}); admit mint redrive ${tenant} ${ticket} asks for it anew`;
  }

  /** The message on the original's subject now, unless it is the original itself. */
  private async lying({ stream, subject, sequence }: DeadLetterEntry): Promise<Lying | undefined> {
    const message = await this.messages.last(stream, subject);
    return message === undefined || message.seq === sequence ? undefined : { sequence: message.seq, body: message.data };
  }

  /**
   * COMMANDS keeps one message per subject, including a dead-lettered one. This deletes it for its copy; the dead letter holds its
   * content.
   */
  private async makeRoom({ stream, sequence, subject }: DeadLetterEntry): Promise<void> {
    if (stream !== COMMANDS || (await this.messages.last(stream, subject)) === undefined) return;
    try {
      await this.jsm.streams.deleteMessage(stream, sequence, false);
    } catch (cause) {
      const gone = (await this.messages.at(stream, sequence)) === undefined; // another operator redrove it at the same time
      if (!gone) throw new Fault('log-unreachable', { stream, sequence }, { cause });
    }
  }

  /** @returns undefined when another message took the subject meanwhile */
  private async publish({ letter, stream, subject, original, headers: of = {} }: DeadLetterEntry): Promise<number | undefined> {
    const head = headers();
    for (const [name, value] of Object.entries(of)) if (!FOR_THE_BROKER.test(name)) head.set(name, value);
    const msgID = `redrive:${letter}`; // differs from the original's id, which the broker may still remember
    try {
      const body = Buffer.from(original, 'base64');
      return (await this.js.publish(asAsked(subject), body, { headers: head, msgID, expect: { streamName: stream } })).seq;
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === TAKEN) return undefined;
      throw new Fault('log-unreachable', { stream, subject }, { cause });
    }
  }

  private judge(letter: DeadLetterEntry, lying: Lying | undefined): Promise<Redriven> | Redriven {
    if (lying === undefined) return refused(`${letter.stream} did not take it: its original is still in work there, or the stream is full`);
    if (sameRequest(Buffer.from(letter.original, 'base64'), lying.body)) return this.done(letter, lying.sequence);
    return refused(
      `another request has taken its key (${letter.stream} ${lying.sequence}); drop this letter, or answer its caller yourself`,
    );
  }

  private async done(letter: DeadLetterEntry, sequence: number): Promise<Redriven> {
    const note = `${letter.stream} ${sequence}`;
    await this.box.close(letter.letter, { how: 'redriven', note });
    return { outcome: 'redriven', note };
  }
}

interface Lying {
  readonly sequence: number;
  readonly body: Uint8Array;
}

const refused = (note: string): Redriven => ({ outcome: 'refused', note });

/** The subject that callers use: COMMANDS adds the bucket itself. */
const asAsked = (subject: string): string => subject.replace(/^cmd\.\d+\./, 'cmd.');

/** True when the caller has resent the request itself: then only the reply inbox and the trace differ. */
function sameRequest(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0 || (nameOf(left) !== undefined && nameOf(left) === nameOf(right));
}

/** The mint command of a dead letter; undefined for a revocation or unreadable bytes. */
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
    return undefined; // unreadable: only identical bytes are the same request
  }
}
