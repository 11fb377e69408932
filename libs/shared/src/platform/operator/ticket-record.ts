import type { StoredMsg } from '@nats-io/jetstream';
import type { MintEvent } from '#shared/domain/mint/events.js';
import { type MinterMessage, minterMessagesOf } from '#shared/domain/mint/minter-message.js';
import { evolve, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { decodeCommit } from '#shared/event-store/commit.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { bufferOf } from '#shared/kernel/bytes.js';
import type { StoredMessages } from '#shared/platform/messaging/stored-messages.js';

/** The log's record of one ticket's mint: the last command to the minter, and its progress. */
export interface TicketRecord {
  readonly sale: string;
  readonly asked: MinterMessage;
  readonly mint: TicketMint | undefined;
  /** True when the sale has recorded the failure; only then can the mint be requested again. */
  readonly failureNoted: boolean;
}

/** Searches the sales of a tenant, or one sale. @returns undefined when this ticket has no mint command */
export async function ticketRecord(
  messages: StoredMessages,
  { tenant, ticket, sale = '*' }: { readonly tenant: string; readonly ticket: string; readonly sale?: string },
): Promise<TicketRecord | undefined> {
  let asked: MinterMessage | undefined;
  let failureNoted = false;
  for await (const message of messages.ofSubject(EVENTS_STREAM, `ev.${tenant}.sale.${sale}`, Number.MAX_SAFE_INTEGER)) {
    if (!speaksOf(message, ticket)) continue;
    const of = { tenant, sale: message.subject.split('.')[3] ?? '' };
    for (const event of decodeCommit(message.subject, message.seq, message.data).events) {
      const last = minterMessagesOf(of, event, message.seq).find((each) => each.ticket === ticket);
      if (last !== undefined) [asked, failureNoted] = [last, false];
      if (event.type === 'MintFailureNoted' && event.data.ticket === ticket) failureNoted = true;
    }
  }
  if (asked === undefined) return undefined;
  return { sale: asked.body.sale, asked, mint: await standing(messages, tenant, asked), failureNoted };
}

/** The state of the ticket's mint, folded from its sale's mint subject. */
export async function standing(
  messages: StoredMessages,
  tenant: string,
  { ticket, body: { sale } }: Pick<MinterMessage, 'ticket' | 'body'>,
): Promise<TicketMint | undefined> {
  let mint: TicketMint | undefined;
  for await (const message of messages.ofSubject(EVENTS_STREAM, mintSubject(tenant, sale), Number.MAX_SAFE_INTEGER)) {
    if (!speaksOf(message, ticket)) continue;
    const events = decodeCommit(message.subject, message.seq, message.data).events as readonly MintEvent[];
    for (const event of events) if (event.data.ticket === ticket) mint = evolve(mint, event);
  }
  return mint;
}

/** Most commits concern other tickets; this check avoids parsing them. */
const speaksOf = ({ data }: StoredMsg, ticket: string): boolean => bufferOf(data).includes(ticket);
