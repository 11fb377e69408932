import type { Recorded } from '../recorded.js';
import type { MintCommand, RevokeCommand } from './events.js';

/** A message on MINTS: `what` is the number of the request, `revoke` or `override`. Its subject is `mint.<tenant>.<ticket>.<what>`. */
export interface Asked {
  readonly tenant: string;
  readonly ticket: string;
  readonly what: string;
  readonly body: MintCommand | RevokeCommand;
  /** The W3C trace context of the request that caused it. */
  readonly traceparent?: string;
}

/** The command to the minter that a sale's event causes; the same event always gives the same command. */
export function askedBy(of: { readonly tenant: string; readonly sale: string }, { type, data, traceparent }: Recorded): Asked[] {
  const trace = traceparent !== undefined && { traceparent };
  if (type === 'MintsRequested') {
    const { order, wallet, name, revocable } = data;
    return data.tickets.map(({ ticket, unit, request }) => ({
      tenant: of.tenant,
      ticket,
      what: `${request}`,
      body: { ...of, order, ticket, unit, wallet, request, name, ...(revocable && { revocable }) },
      ...trace,
    }));
  }
  if (type !== 'RevocationsRequested') return [];
  const { order, override } = data;
  return data.tickets.map(({ ticket, unit }) => ({
    tenant: of.tenant,
    ticket,
    what: override ? 'override' : 'revoke',
    body: { ...of, order, ticket, unit, revoke: true, ...(override && { override }) },
    ...trace,
  }));
}
