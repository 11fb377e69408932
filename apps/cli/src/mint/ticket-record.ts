import type { StoredMsg } from '@nats-io/jetstream';
import { type Asked, askedBy } from '#shared/domain/mint/asked.js';
import type { MintEvent } from '#shared/domain/mint/events.js';
import { evolve, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { decodeCommit } from '#shared/event-store/commit.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { bufferOf } from '#shared/kernel/bytes.js';
import type { StoredMessages } from '#shared/platform/messaging/stored-messages.js';

/** What the log tells of one ticket's mint: what was asked of the minter last, and how far that came. */
export interface TicketRecord {
  readonly sale: string;
  readonly asked: Asked;
  readonly mint: TicketMint | undefined;
  /** The sale knows of the failure: only then may it be asked for the mint again. */
  readonly failureNoted: boolean;
}

/** Looks through the sales of a tenant, or through one. @returns undefined when nothing was ever asked for this ticket */
export async function ticketRecord(
  messages: StoredMessages,
  { tenant, ticket, sale = '*' }: { readonly tenant: string; readonly ticket: string; readonly sale?: string },
): Promise<TicketRecord | undefined> {
  let asked: Asked | undefined;
  let failureNoted = false;
  for await (const message of messages.ofSubject(EVENTS_STREAM, `ev.${tenant}.sale.${sale}`, Number.MAX_SAFE_INTEGER)) {
    if (!speaksOf(message, ticket)) continue;
    const of = { tenant, sale: message.subject.split('.')[3] ?? '' };
    for (const event of decodeCommit(message.subject, message.seq, message.data).events) {
      const last = askedBy(of, event).find((each) => each.ticket === ticket);
      if (last !== undefined) [asked, failureNoted] = [last, false];
      if (event.type === 'MintFailureNoted' && event.data.ticket === ticket) failureNoted = true;
    }
  }
  if (asked === undefined) return undefined;
  return { sale: asked.body.sale, asked, mint: await standing(messages, tenant, asked), failureNoted };
}

/** Where the ticket's mint stands, folded from its sale's mint subject. */
export async function standing(
  messages: StoredMessages,
  tenant: string,
  { ticket, body: { sale } }: Pick<Asked, 'ticket' | 'body'>,
): Promise<TicketMint | undefined> {
  let mint: TicketMint | undefined;
  for await (const message of messages.ofSubject(EVENTS_STREAM, mintSubject(tenant, sale), Number.MAX_SAFE_INTEGER)) {
    if (!speaksOf(message, ticket)) continue;
    const events = decodeCommit(message.subject, message.seq, message.data).events as readonly MintEvent[];
    for (const event of events) if (event.data.ticket === ticket) mint = evolve(mint, event);
  }
  return mint;
}

/** Most commits are of other tickets: they are not parsed. */
const speaksOf = ({ data }: StoredMsg, ticket: string): boolean => bufferOf(data).includes(ticket);
