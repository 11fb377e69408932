import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { MintCommand } from '#shared/domain/mint/events.js';
import { Fault } from '#shared/kernel/fault.js';
import { isSameRequest, objectIn } from '#shared/platform/messaging/same-request.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';
import { type AskedAgain, askAgain, DECIDED_WITHIN_MS, KEY_REUSED } from './ask-again.js';
import type { DeadLetterEntry, DeadLetterQueue } from './dead-letter-queue.js';
import { standing } from './ticket-record.js';

/** Result of a redrive: `redriven` now, `closed` before, or `refused` because it had no effect, or sending it again would be wrong. */
export interface Redriven {
  readonly outcome: 'redriven' | 'closed' | 'refused';
  readonly note: string;
}

const MINTS = 'MINTS';
const TAKEN = 10077; // a message with this subject exists, or the stream is full: looked up
/** Headers with instructions for the broker. With them the copy would count as the original. */
const FOR_THE_BROKER = /^Nats-/i;

/**
 * Sends a dead-lettered message again. Its consumer knows completed work from the log, so two operators may redrive an entry twice or
 * at once; only the broker's duplicate filters must be passed. The entry is closed last: after a crash, a redrive continues.
 */
export class Redrive {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly js: JetStreamClient,
    private readonly messages: StoredMessages,
    private readonly queue: DeadLetterQueue,
    private readonly decidedWithinMs: number,
  ) {}

  static async on(connection: NatsConnection, queue: DeadLetterQueue, decidedWithinMs = DECIDED_WITHIN_MS): Promise<Redrive> {
    return new Redrive(connection, jetstream(connection), await StoredMessages.on(connection), queue, decidedWithinMs);
  }

  async run(entry: DeadLetterEntry): Promise<Redriven> {
    if (entry.closed !== undefined) return { outcome: 'closed', note: `${entry.closed.how} already: ${entry.closed.note}` };
    if (entry.stream === COMMANDS_STREAM) return this.command(entry);
    return entry.stream === MINTS ? this.mint(entry) : refused(`only messages of ${COMMANDS_STREAM} or ${MINTS} can be sent again`);
  }

  private async command(entry: DeadLetterEntry): Promise<Redriven> {
    const asked = await askAgain(this.connection, entry, { headers: headersOf(entry), decidedWithinMs: this.decidedWithinMs });
    return asked.became === 'decided' ? this.done(entry, `decided: ${asked.status}`) : refused(whyNot(asked));
  }

  private async mint(entry: DeadLetterEntry): Promise<Redriven> {
    const over = await this.failedMint(entry);
    if (over !== undefined) return refused(over);
    const lying = await this.lying(entry);
    if (lying !== undefined) return this.judge(entry, lying);
    const sequence = await this.publish(entry);
    return sequence === undefined ? this.judge(entry, await this.lying(entry)) : this.done(entry, `${MINTS} ${sequence}`);
  }

  /** A permanently failed request would fail again: its ticket needs a new request. */
  private async failedMint({ original }: DeadLetterEntry): Promise<string | undefined> {
    const asked = mintIn(original);
    if (asked === undefined) return undefined;
    const { tenant, ticket, request } = asked;
    const mint = await standing(this.messages, tenant, { ticket, body: asked });
    if (mint?.state !== 'failed' || mint.request < request) return undefined;
    return `its mint failed permanently (${mint.reason}); admit mint redrive ${tenant} ${ticket} requests it again`;
  }

  /** The message that is on the original's subject now, if it is not the original. */
  private async lying({ subject, sequence }: DeadLetterEntry): Promise<Lying | undefined> {
    const message = await this.messages.last(MINTS, subject);
    return message === undefined || message.seq === sequence ? undefined : { sequence: message.seq, body: message.data };
  }

  /** @returns undefined when another message took the subject meanwhile */
  private async publish(entry: DeadLetterEntry): Promise<number | undefined> {
    const { number, subject, original } = entry;
    const msgID = `redrive:${number}`; // not the original's, which the broker may still remember
    try {
      const body = Buffer.from(original, 'base64');
      return (await this.js.publish(subject, body, { headers: headersOf(entry), msgID, expect: { streamName: MINTS } })).seq;
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === TAKEN) return undefined;
      throw new Fault('log-unreachable', { stream: MINTS, subject }, { cause });
    }
  }

  private judge(entry: DeadLetterEntry, lying: Lying | undefined): Promise<Redriven> | Redriven {
    if (lying === undefined) return refused(`${MINTS} rejected it: its original is still being processed, or the stream is full`);
    if (isSameRequest(Buffer.from(entry.original, 'base64'), lying.body)) return this.done(entry, `${MINTS} ${lying.sequence}`);
    return refused(`another message is on its subject (${MINTS} ${lying.sequence}); drop this entry`);
  }

  private async done(entry: DeadLetterEntry, note: string): Promise<Redriven> {
    await this.queue.close(entry.number, { how: 'redriven', note });
    return { outcome: 'redriven', note };
  }
}

interface Lying {
  readonly sequence: number;
  readonly body: Uint8Array;
}

const refused = (note: string): Redriven => ({ outcome: 'refused', note });

function whyNot({ became, ...result }: AskedAgain): string {
  if (became === 'unreadable') return 'it is no JSON object, so no version can read it; drop this entry';
  if (became === 'in-work') return 'a request with its key is being decided; run this again';
  if (!('status' in result)) return 'no decision arrived in time; run this again when a purchase app is ready';
  return result.status === KEY_REUSED
    ? 'another request used its key; drop this entry, or respond to its caller yourself'
    : `the decision failed again (${result.status}); see the log of the purchase app`;
}

function headersOf({ headers: of = {} }: DeadLetterEntry): MsgHdrs {
  const head = headers();
  for (const [name, value] of Object.entries(of)) if (!FOR_THE_BROKER.test(name)) head.set(name, value);
  return head;
}

/** The mint that an entry requests; undefined for a revocation, or if it cannot be read. */
function mintIn(original: string): MintCommand | undefined {
  const body = objectIn(Buffer.from(original, 'base64')) as Partial<MintCommand> | undefined;
  const names = [body?.tenant, body?.sale, body?.ticket];
  return names.every((name) => typeof name === 'string') && typeof body?.request === 'number' ? (body as MintCommand) : undefined;
}
