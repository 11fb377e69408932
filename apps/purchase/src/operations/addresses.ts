import { ORDER_PATTERN, SALE_PATTERN, TICKET_PATTERN } from '#shared/kernel/ids.js';
import { ENDPOINT_PATTERN } from '#shared/platform/webhooks/endpoint.js';
import type { ProblemCode } from '../requests/answer.js';

/** Members of a request that an HTTP path can contain, and the problem for values that match no valid name. */
export const ADDRESS_PARTS = {
  sale: { pattern: SALE_PATTERN, unknown: 'sale-unknown', example: 'gala-2027', is: 'A sale of this tenant.' },
  order: { pattern: ORDER_PATTERN, unknown: 'order-unknown', example: 'ord_abcdefghijklmnopqrstuvwxyz', is: 'An order of this sale.' },
  ticket: { pattern: TICKET_PATTERN, unknown: 'ticket-unknown', example: 'tkt_abcdefghijklmnopqrstuvwxyz', is: 'A ticket of this sale.' },
  endpoint: { pattern: ENDPOINT_PATTERN, unknown: 'endpoint-unknown', example: 'crm', is: 'A webhook endpoint of this tenant.' },
} as const satisfies Readonly<Record<string, { pattern: RegExp; unknown: ProblemCode; example: string; is: string }>>;
export type AddressPart = keyof typeof ADDRESS_PARTS;

/** A path with parameters, such as `:sale`, that are members of the request. */
export type Path = `/v1/${string}`;
export const SALE_PATH = '/v1/sales/:sale';
export const ORDER_PATH = `${SALE_PATH}/orders/:order` as const;
/** All events as they happen; below it, a page of them. */
export const EVENTS_PATH = '/v1/events';
export const ENDPOINTS_PATH = '/v1/webhook-endpoints';
export const ENDPOINT_PATH = `${ENDPOINTS_PATH}/:endpoint` as const;
