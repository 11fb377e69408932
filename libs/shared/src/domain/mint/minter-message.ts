import type { Recorded } from '../recorded.js';
import type { MintCommand, RevokeCommand } from './events.js';

/**
 * A message on MINTS with the subject `mint.<tenant>.<ticket>.<what>`. `what` is the number of the request, `revoke` or `override`. For
 * a mint that a dispute held, it is `<request>-<sequence>` with the commit that resumed it.
 */
export interface MinterMessage {
  readonly tenant: string;
  readonly ticket: string;
  readonly what: string;
  readonly body: MintCommand | RevokeCommand;
  /** The W3C trace context of the request that caused it. */
  readonly traceparent?: string;
}

/**
 * The commands to the minter that a sale's event causes; the same event always gives the same commands.
 * @param sequence of the event's commit in EVENTS
 */
export function minterMessagesOf(
  of: { readonly tenant: string; readonly sale: string },
  { type, data, traceparent }: Recorded,
  sequence: number,
): MinterMessage[] {
  const trace = traceparent !== undefined && { traceparent };
  if (type === 'MintsRequested' || type === 'MintsResumed') {
    const { order, wallet, name, tickets, ...asset } = data;
    const resumed = type === 'MintsResumed' ? { resumed: sequence } : {};
    return tickets.map(({ ticket, unit, request, ...kind }) => ({
      tenant: of.tenant,
      ticket,
      what: requestToken({ request, ...resumed }),
      body: { ...of, order, ticket, unit, ...kind, wallet, request, name, ...asset, ...resumed },
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

/** The last token of a mint command's subject. */
export const requestToken = ({ request, resumed }: { readonly request: number; readonly resumed?: number | undefined }): string =>
  resumed === undefined ? `${request}` : `${request}-${resumed}`;
