import { z } from 'zod';
import { BUYER_PATTERN, type BuyerId, ORDER_PATTERN, type OrderId, TICKET_PATTERN, type TicketId, type Wallet } from '../../kernel/ids.js';
import { holderProblem } from '../../kernel/wallet-holder.js';
import {
  areaId,
  categoryId,
  codeId,
  fitting,
  matching,
  moment,
  name,
  namesOf,
  newSaleId,
  saleId,
  typeId,
  unitId,
  whole,
} from '../commands.js';
import {
  MAX_HOLD_SECONDS,
  MAX_ITEMS_PER_ORDER,
  MAX_TICKETS_PER_REQUEST,
  MAX_UNITS_PER_ORDER,
  MAX_UNITS_PER_SALE,
  personalProblem,
} from '../values.js';
import { assetChosen } from './assets/commands.js';
import { MAX_ENDED_HOLDS } from './limits.js';
import { limits, offered, readCode } from './offer/commands.js';
import { offerProblems } from './offer/offer-problems.js';

export { ChangeSale, readChange } from './change/commands.js';

const buyer = z
  .string('must be a string: an opaque pseudonym of the buyer')
  .regex(BUYER_PATTERN, 'must be an opaque pseudonym of 1 to 64 of A-Z a-z 0-9 _ -, never a name or an e-mail address')
  .transform((text) => text as BuyerId)
  .check(fitting<BuyerId>(personalProblem));

const wallet = z
  .string('must be a string: a base58 address')
  .check(fitting(holderProblem))
  .transform((text) => text as Wallet);

const payment = z.enum(['none', 'webhook'], 'must be "none" or "webhook"');
const mint = z.enum(['on-confirm', 'on-request'], 'must be "on-confirm" or "on-request"');

/** `holdSeconds`: ten minutes, enough time for a buyer to pay. */
const DEFAULT_TERMS = { maxPerBuyer: MAX_UNITS_PER_ORDER, holdSeconds: 600, payment: 'none' } as const;

/** `sale.open` */
export const OpenSale = z
  .strictObject({
    sale: newSaleId,
    name,
    ...offered,
    maxPerBuyer: limits.maxPerBuyer
      .default(DEFAULT_TERMS.maxPerBuyer)
      .describe('Units of one buyer at a time; `Alice` and `alice` are one buyer'),
    maxPerWallet: limits.maxPerWallet.describe('Units of one wallet at a time. Left out: any number'),
    maxEndedHolds: whole(1, MAX_UNITS_PER_SALE)
      .optional()
      .describe(`Holds of one buyer that may end without a payment before its orders are refused. Left out: ${MAX_ENDED_HOLDS}`),
    holdSeconds: whole(1, MAX_HOLD_SECONDS).default(DEFAULT_TERMS.holdSeconds),
    payment: payment.default(DEFAULT_TERMS.payment),
    mint: mint.optional(),
    ...assetChosen,
    opensAt: moment.optional(),
    closesAt: moment.optional(),
  })
  .refine(({ opensAt, closesAt }) => opensAt === undefined || closesAt === undefined || opensAt < closesAt, {
    message: 'must be later than opensAt',
    path: ['closesAt'],
  })
  .check(({ value, issues }) => {
    for (const { path, message } of offerProblems(value)) issues.push({ code: 'custom', path: [...path], message, input: value });
  });
export type OpenSale = z.infer<typeof OpenSale>;

/** The body of an accepted opening, with defaults and times. Not validated again: the version that accepted it did so. */
export function readOpening({ opensAt, closesAt, codes, ...terms }: z.input<typeof OpenSale>): OpenSale {
  return {
    ...DEFAULT_TERMS,
    ...(terms as OpenSale),
    ...(codes !== undefined && { codes: codes.map(readCode) }),
    ...(opensAt !== undefined && { opensAt: Date.parse(opensAt) }),
    ...(closesAt !== undefined && { closesAt: Date.parse(closesAt) }),
  };
}

/** A unit by name, or a quantity of an area or a category. */
const orderItem = z
  .strictObject({
    unit: unitId.optional(),
    area: areaId.optional(),
    category: categoryId.optional(),
    quantity: whole(1, MAX_UNITS_PER_ORDER).optional(),
    adjacent: z.literal(true, 'must be true, or left out').optional().describe('Units of one range of a row, next to each other'),
    type: typeId.optional().describe('Needed where tickets of several types are sold'),
  })
  .check(({ value: { unit, area, category, quantity, adjacent }, issues }) => {
    const refuse = (member: string, message: string): unknown => issues.push({ code: 'custom', path: [member], message, input: unit });
    if ((unit === undefined) === (quantity === undefined)) refuse('unit', 'must be given, or else quantity, and not both');
    if (unit !== undefined && area !== undefined) refuse('area', 'must be left out where a unit is named');
    if (unit !== undefined && category !== undefined) refuse('category', 'must be left out where a unit is named');
    if (area !== undefined && category !== undefined) refuse('category', 'must be left out where an area is named');
    if (adjacent !== undefined && (unit !== undefined || area !== undefined))
      refuse('adjacent', 'must be left out but for a quantity of a category');
  });
export type OrderItem = z.infer<typeof orderItem>;

/** `order.place`: named units, a quantity of places, or items of both. */
export const PlaceOrder = z
  .strictObject({
    sale: saleId,
    buyer,
    units: namesOf('unit', unitId, MAX_UNITS_PER_ORDER).optional(),
    quantity: whole(1, MAX_UNITS_PER_ORDER).optional(),
    items: z
      .array(orderItem, 'must be a list of items')
      .min(1, 'must have at least one item')
      .max(MAX_ITEMS_PER_ORDER, `must have at most ${MAX_ITEMS_PER_ORDER} items`)
      .check(({ value, issues }) => {
        const named = value.map(({ unit }, index) => [unit, index] as const);
        const first = new Map([...named].reverse());
        for (const [unit, index] of named)
          if (unit !== undefined && first.get(unit) !== index)
            issues.push({ code: 'custom', message: `${unit} is named twice`, path: [index, 'unit'], input: unit });
      })
      .refine(
        (items) => items.reduce((sum, { quantity = 1 }) => sum + quantity, 0) <= MAX_UNITS_PER_ORDER,
        `must be at most ${MAX_UNITS_PER_ORDER} units in all`,
      )
      .optional()
      .describe('Named units are taken first, then the others item by item: the earliest free ones in the order of the plan'),
    wallet: wallet.optional(),
    code: codeId.optional().describe('A discount code of the sale. The order uses it until it ends'),
  })
  .refine((command) => [command.units, command.quantity, command.items].filter((member) => member !== undefined).length === 1, {
    message: 'must be given, or else quantity or items, and only one of them',
    path: ['units'],
  });
export type PlaceOrder = z.infer<typeof PlaceOrder>;

export const orderId = matching<OrderId>(ORDER_PATTERN, 'an order such as ord_ and 26 letters');
const ticketId = matching<TicketId>(TICKET_PATTERN, 'a ticket such as tkt_ and 26 letters');

/** `order.get` */
export const GetOrder = z.strictObject({ sale: saleId, order: orderId });
export type GetOrder = z.infer<typeof GetOrder>;

/** `order.cancel`, `order.refund`. `tickets`: a part of the order. `override`: also if a minted ticket cannot be burned. */
export const EndOrder = GetOrder.extend({
  tickets: namesOf('ticket', ticketId, MAX_UNITS_PER_ORDER)
    .optional()
    .describe('Only these tickets of the order end, and the others stay. Its last ticket ends the order. Left out: the whole order'),
  override: z
    .literal(true, 'must be true, or left out')
    .optional()
    .describe('Also if a minted ticket cannot be revoked. It becomes void, and its asset stays with its holder'),
});
export type EndOrder = z.infer<typeof EndOrder>;

/** `sale.close` */
export const CloseSale = z.strictObject({ sale: saleId });
export type CloseSale = z.infer<typeof CloseSale>;

/** `ticket.mint` */
export const MintTickets = z.strictObject({
  sale: saleId,
  tickets: namesOf('ticket', ticketId, MAX_TICKETS_PER_REQUEST),
  wallet,
});
export type MintTickets = z.infer<typeof MintTickets>;

/** `ticket.get` */
export const GetTicket = z.strictObject({ sale: saleId, ticket: ticketId });

const pageCursor = z
  .string('must be a string')
  .regex(/^[A-Za-z0-9_-]{1,200}$/, 'must be `next` of the page before')
  .optional()
  .describe('`next` of the page before');

/** Sales on one page. */
const MAX_LISTED = 200;

/** `sale.list` */
export const ListSales = z.strictObject({
  limit: whole(1, MAX_LISTED).optional().describe(`Sales of one page, 1 to ${MAX_LISTED}. Left out: 50`),
  cursor: pageCursor,
});

/** `sale.units` */
export const ListUnits = CloseSale.extend({
  cursor: z
    .string('must be a string')
    .regex(/^\d{1,15}\.\d{1,4}$/, 'must be `next` of the page before')
    .optional()
    .describe('`next` of the page before. Over HTTP there are no pages'),
});

/** `sale.get` */
export const GetSale = CloseSale;

/** Refunds due and payment problems on one page: some 250 KB. */
export const MAX_REFUNDS_LISTED = 1_000;

/** `sale.refunds-due` */
export const ListRefundsDue = CloseSale.extend({
  limit: whole(1, MAX_REFUNDS_LISTED)
    .optional()
    .describe(`Entries of one page, 1 to ${MAX_REFUNDS_LISTED}. Left out: ${MAX_REFUNDS_LISTED}`),
  cursor: pageCursor,
});
