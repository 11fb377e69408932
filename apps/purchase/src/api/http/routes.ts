import type { z } from 'zod';
import { CloseSale, EndOrder, GetOrder, GetSale, GetTicket, MintTickets, OpenSale, PlaceOrder } from '#shared/domain/sale/commands.js';
import { ORDER_PATTERN, SALE_PATTERN, TICKET_PATTERN } from '#shared/kernel/ids.js';
import type { OperationName } from '../../operations/operations.js';
import type { ProblemCode } from '../../requests/answer.js';
import { Mints, Order, Receipt, RefundsDue, Sale, Ticket } from '../docs/shapes.js';

/** What can stand in an address, and what it means when nothing can be called that. */
export const ADDRESS_PARTS = {
  sale: { pattern: SALE_PATTERN, unknown: 'sale-unknown', example: 'gala-2027', is: 'A sale of this tenant.' },
  order: { pattern: ORDER_PATTERN, unknown: 'order-unknown', example: 'ord_abcdefghijklmnopqrstuvwxyz', is: 'An order of this sale.' },
  ticket: { pattern: TICKET_PATTERN, unknown: 'ticket-unknown', example: 'tkt_abcdefghijklmnopqrstuvwxyz', is: 'A ticket of this sale.' },
} as const satisfies Readonly<Record<string, { pattern: RegExp; unknown: ProblemCode; example: string; is: string }>>;
export type AddressPart = keyof typeof ADDRESS_PARTS;

interface Described {
  readonly path: `/v1/${string}`;
  /** The name it has over NATS. */
  readonly operation: string;
  readonly summary: string;
  /** The request with everything that the address says. */
  readonly schema: z.ZodType;
  readonly answer: z.ZodType;
  /** Members that the address says after a question mark. */
  readonly query?: readonly AddressPart[];
}

/** Changes something: wants a key, and is answered from the log for ever. */
export interface Mutation extends Described {
  readonly method: 'POST';
  readonly operation: OperationName;
  readonly status: 200 | 201;
  /** Where the result can be read. */
  readonly location: `/v1/${string}`;
  readonly example: Readonly<Record<string, unknown>>;
}

/** Only looks. */
export interface Look extends Described {
  readonly method: 'GET';
  readonly read: 'sale' | 'refundsDue' | 'order' | 'ticket' | 'receipt';
  /** What else can be said than that there is no such thing. */
  readonly problems?: readonly ProblemCode[];
}

export type Route = Mutation | Look;

const SALE = '/v1/sales/:sale';
const ORDER = `${SALE}/orders/:order` as const;
const WALLET = '4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm';

const mutation = (
  path: Described['path'],
  operation: OperationName,
  row: Pick<Mutation, 'status' | 'location' | 'summary' | 'schema' | 'answer' | 'example'>,
): Mutation => ({ method: 'POST', path, operation, ...row });
const look = (
  path: Described['path'],
  operation: string,
  row: Pick<Look, 'read' | 'summary' | 'schema' | 'answer' | 'query' | 'problems'>,
): Look => ({
  method: 'GET',
  path,
  operation,
  ...row,
});

/** Everything that can be asked over HTTP, one row each: routes, documentation and tests are made of it. */
export const ROUTES: readonly Route[] = [
  mutation('/v1/sales', 'sale.open', {
    status: 201,
    location: SALE,
    summary: 'Open a sale',
    schema: OpenSale,
    answer: Sale,
    example: { sale: 'gala-2027', name: 'Gala', units: { quota: 500 }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' },
  }),
  look(SALE, 'sale.get', { read: 'sale', summary: 'Read a sale', schema: GetSale, answer: Sale }),
  mutation(`${SALE}/close`, 'sale.close', {
    status: 200,
    location: SALE,
    summary: 'Close a sale: nothing more is sold in it',
    schema: CloseSale,
    answer: Sale,
    example: {},
  }),
  look(`${SALE}/refunds-due`, 'sale.refunds-due', {
    read: 'refundsDue',
    summary: 'List the money that has to go back, and reports of payments that do not fit',
    schema: GetSale,
    answer: RefundsDue,
  }),
  mutation(`${SALE}/orders`, 'order.place', {
    status: 201,
    location: ORDER,
    summary: 'Order units: all of them or none',
    schema: PlaceOrder,
    answer: Order,
    example: { buyer: 'b-42', quantity: 2 },
  }),
  look(ORDER, 'order.get', { read: 'order', summary: 'Read an order', schema: GetOrder, answer: Order }),
  mutation(`${ORDER}/cancel`, 'order.cancel', {
    status: 200,
    location: ORDER,
    summary: 'Cancel an order that nobody paid for',
    schema: EndOrder,
    answer: Order,
    example: {},
  }),
  mutation(`${ORDER}/refund`, 'order.refund', {
    status: 200,
    location: ORDER,
    summary: 'Refund an order',
    schema: EndOrder,
    answer: Order,
    example: {},
  }),
  mutation('/v1/mints', 'ticket.mint', {
    status: 200,
    location: SALE,
    summary: 'Ask for tickets to be minted: all of them or none',
    schema: MintTickets,
    answer: Mints,
    example: { sale: 'gala-2027', tickets: [ADDRESS_PARTS.ticket.example], wallet: WALLET },
  }),
  look('/v1/tickets/:ticket', 'ticket.get', {
    read: 'ticket',
    query: ['sale'],
    summary: 'Read a ticket',
    schema: GetTicket,
    answer: Ticket,
  }),
  look('/v1/tickets/:ticket/receipt', 'ticket.receipt', {
    read: 'receipt',
    query: ['sale'],
    summary: 'Read the receipt of a ticket that is minted: proof of it for its buyer',
    schema: GetTicket,
    answer: Receipt,
    problems: ['ticket-not-minted', 'ticket-void', 'receipt-unknown'],
  }),
];

/** The parts that a path names, in their order. */
export const partsOf = (path: string): AddressPart[] => [...path.matchAll(/:([a-z]+)/g)].map(([, name]) => name as AddressPart);

/** Whether the address of a mutation leaves nothing for its body to say. */
export const saysEverything = ({ example }: Mutation): boolean => Object.keys(example).length === 0;

/** A path with its parts filled in. */
export const fill = (path: string, parts: Readonly<Record<string, unknown>>): string =>
  path.replace(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(String(parts[name])));
