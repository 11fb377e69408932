import { randomUUID } from 'node:crypto';
import { JetStreamApiError, jetstream } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { MinterMessage } from '#shared/domain/mint/minter-message.js';
import { Fault } from '#shared/kernel/fault.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import { type TicketRecord, ticketRecord } from './ticket-record.js';

export interface MintRedriven {
  /**
   * `over`: nothing is left to do; `working`: the minter has the command; `given`: the command was sent again; `refused`: a redrive is
   * not possible.
   */
  readonly outcome: 'over' | 'working' | 'given' | 'refused';
  readonly says: string;
}

export interface RedriveOptions {
  readonly tenant: string;
  readonly ticket: string;
  readonly sale?: string;
  /** For a mint that failed because of its wallet. */
  readonly wallet?: string;
}

const MINTS = 'MINTS';
const ONE_PER_SUBJECT = 10077;
const ASK_TIMEOUT_MS = 10_000;

/**
 * Sends the mint command in the log to the minter again, unchanged. The minter reads its progress from the log and resumes at the
 * planned address. A mint that failed permanently is requested again through the public API, as its tenant would do.
 */
export async function redriveMint(connection: NatsConnection, options: RedriveOptions): Promise<MintRedriven> {
  const messages = await StoredMessages.on(connection);
  const record = await ticketRecord(messages, options);
  if (record === undefined) return { outcome: 'refused', says: 'this ticket has no mint request; ticket.mint creates one' };
  const { asked, mint } = record;
  const isRevocation = 'revoke' in asked.body;
  const ends = ['revoked', 'voided', 'cancelled'];
  const wanted = isRevocation ? ends : ['minted', 'revoking', ...ends];
  if (mint !== undefined && wanted.includes(mint.state)) return { outcome: 'over', says: ended(record) };
  const subject = `mint.${options.tenant}.${options.ticket}.${asked.what}`;
  const lying = await messages.last(MINTS, subject);
  const state = mint === undefined ? 'not begun' : mint.state;
  if (lying !== undefined)
    return {
      outcome: 'working',
      says: `${MINTS} ${lying.seq} is with the minter; its state in the log is ${state}. The minter's log has the reason`,
    };
  if (isRevocation && asked.what === 'revoke' && mint?.state === 'minted' && mint.revocable === undefined) return irrevocable(record);
  if (!isRevocation && mint?.state === 'failed' && 'request' in asked.body && mint.request >= asked.body.request)
    return requestAgain(connection, options, record, mint.reason);
  const sequence = await give(connection, subject, asked);
  return { outcome: 'given', says: `${MINTS} ${sequence}; its state in the log is ${state}, and the minter continues from there` };
}

const ended = ({ mint }: TicketRecord): string =>
  mint !== undefined && 'asset' in mint ? `${mint.state}: ${mint.asset}` : `${mint?.state}`;

/** A resent revocation would be dead-lettered again. */
const irrevocable = ({ sale, asked: { body } }: TicketRecord): MintRedriven => ({
  outcome: 'refused',
  says: `minted, and sold as transferable: order.refund (of an order without payment: order.cancel) {"sale": "${sale}", "order": "${body.order}", "override": true} makes it void and gives its unit back`,
});

/** Its message is gone from MINTS, so a new one replaces it; two concurrent ones leave one. */
async function give(connection: NatsConnection, subject: string, { body, traceparent }: MinterMessage): Promise<number | string> {
  const head = headers();
  if (traceparent !== undefined) head.set('traceparent', traceparent);
  try {
    const options = { headers: head, msgID: `redrive:${randomUUID()}`, expect: { streamName: MINTS } };
    return (await jetstream(connection).publish(subject, JSON.stringify(body), options)).seq;
  } catch (cause) {
    if (cause instanceof JetStreamApiError && cause.code === ONE_PER_SUBJECT) return 'was filled by another operator at the same time';
    throw new Fault('log-unreachable', { stream: MINTS, subject }, { cause });
  }
}

/** Sends a new request to the sale, which counts it. Its key names the failure, so two equal requests are one. */
async function requestAgain(
  connection: NatsConnection,
  options: RedriveOptions,
  record: TicketRecord,
  reason: string,
): Promise<MintRedriven> {
  const { asked, sale, failureNoted } = record;
  if (!failureNoted)
    return { outcome: 'refused', says: `failed (${reason}); its sale has not recorded it yet: is the purchase app running?` };
  const head = headers();
  const wallet = options.wallet ?? ('wallet' in asked.body ? asked.body.wallet : '');
  if (asked.traceparent !== undefined) head.set('traceparent', asked.traceparent);
  head.set('Idempotency-Key', `redrive:${options.ticket}:${asked.what}:${wallet}`);
  const body = JSON.stringify({ sale, tickets: [options.ticket], wallet });
  const answer = await connection
    .request(`admit.${options.tenant}.ticket.mint`, body, { headers: head, timeout: ASK_TIMEOUT_MS })
    .catch((cause) => {
      throw new Fault('log-unreachable', { subject: `admit.${options.tenant}.ticket.mint` }, { cause });
    });
  const status = answer.headers?.get('Admit-Status');
  if (status === '200') return { outcome: 'given', says: `failed (${reason}); requested again, for ${wallet}` };
  return { outcome: 'refused', says: `failed (${reason}); requested again; the response was ${status}: ${answer.string()}` };
}
