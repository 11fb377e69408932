import { z } from 'zod';
import {
  BUYER_PATTERN,
  type BuyerId,
  ORDER_PATTERN,
  type OrderId,
  SALE_PATTERN,
  type SaleId,
  TICKET_PATTERN,
  type TicketId,
  UNIT_PATTERN,
  type UnitId,
  type Wallet,
} from '../../kernel/ids.js';
import { holderProblem } from '../../kernel/wallet-holder.js';
import {
  amountPattern,
  CURRENCY_PATTERN,
  CURRENCY_RULE,
  currencyProblem,
  MAX_HOLD_SECONDS,
  MAX_LISTED_SEATS,
  MAX_NAME_LENGTH,
  MAX_PRICE_DIGITS,
  MAX_ROWS,
  MAX_SEAT_NUMBER,
  MAX_TICKETS_PER_REQUEST,
  MAX_UNITS_PER_ORDER,
  MAX_UNITS_PER_SALE,
  NAME_RULE,
  nameProblem,
  personalProblem,
  TIME_RULE,
  timeProblem,
} from '../values.js';
import { MAX_ENDED_HOLDS } from './limits.js';

const ROW_PATTERN = /^[A-Za-z0-9_-]{1,26}$/;

export const matching = <T extends string>(pattern: RegExp, allowed: string) =>
  z
    .string(`must be a string: ${allowed}`)
    .regex(pattern, `must be ${allowed}`)
    .transform((text) => text as T);
/** Adds what one of the checks of `values.ts` finds. */
const fitting =
  <T>(problemOf: (value: T) => string | undefined) =>
  (context: { value: T; issues: z.core.$ZodRawIssue[] }): void => {
    const message = problemOf(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  };
const whole = (from: number, to: number) => {
  const allowed = `must be a whole number from ${from} to ${to}`;
  return z.number(allowed).int(allowed).min(from, allowed).max(to, allowed);
};

/** Chosen by a caller: never what looks like personal data. */
const chosen = <T extends string>(pattern: RegExp, allowed: string) => matching<T>(pattern, allowed).check(fitting<T>(personalProblem));

export const saleId = matching<SaleId>(SALE_PATTERN, '1 to 64 of A-Z a-z 0-9 _ -');
/** Of a sale that is there it was checked when it was opened; requests for others are not stored. */
const newSaleId = saleId.check(fitting<SaleId>(personalProblem));
const unitId = chosen<UnitId>(UNIT_PATTERN, '1 to 32 of A-Z a-z 0-9 _ -');
const moment = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2027-01-31T19:00:00Z' })
  .meta(TIME_RULE)
  .transform((text) => Date.parse(text))
  .check(fitting(timeProblem));
export const amount = (digits: number) =>
  z
    .string('must be a string of minor units such as "5000"')
    .regex(amountPattern(digits), `must be 1 to ${digits} digits of minor units, such as "5000" for 50.00`);
export const currency = matching<string>(CURRENCY_PATTERN, 'a currency of ISO 4217, such as EUR');
const price = z.strictObject({ amount: amount(MAX_PRICE_DIGITS), currency: currency.check(fitting(currencyProblem)).meta(CURRENCY_RULE) });

const buyer = z
  .string('must be a string: an opaque pseudonym of the buyer')
  .regex(BUYER_PATTERN, 'must be an opaque pseudonym of 1 to 64 of A-Z a-z 0-9 _ -, never a name or an e-mail address')
  .transform((text) => text as BuyerId)
  .check(fitting<BuyerId>(personalProblem));

const wallet = z
  .string('must be a string: a base58 address')
  .check(fitting(holderProblem))
  .transform((text) => text as Wallet);

/** Says where a value stands a second time. */
function refuseRepeats(context: { value: readonly string[]; issues: z.core.$ZodRawIssue[] }): void {
  const seen = new Set<string>();
  for (const [index, value] of context.value.entries()) {
    if (seen.has(value)) context.issues.push({ code: 'custom', message: `${value} is named twice`, path: [index], input: value });
    seen.add(value);
  }
}

const namesOf = <T extends string>(what: string, name: z.ZodType<T>, most: number) =>
  z
    .array(name, `must be a list of ${what}s`)
    .min(1, `must name at least one ${what}`)
    .max(most, `must name at most ${most} ${what}s`)
    .check(refuseRepeats);

const seats = z
  .array(unitId, 'must be a list of seats')
  .min(1, 'must name at least one seat')
  .max(MAX_LISTED_SEATS, `must name at most ${MAX_LISTED_SEATS} seats; give more as rows`)
  .check(refuseRepeats);
const rowRange = z
  .strictObject({
    row: chosen<string>(ROW_PATTERN, '1 to 26 of A-Z a-z 0-9 _ -'),
    from: whole(1, MAX_SEAT_NUMBER),
    to: whole(1, MAX_SEAT_NUMBER),
  })
  .refine(({ from, to }) => from <= to, 'must not end before it begins');
const rows = z
  .array(rowRange, 'must be a list of rows')
  .min(1, 'must name at least one row')
  .max(MAX_ROWS, `must name at most ${MAX_ROWS} rows`)
  .check((context) => refuseRepeats({ value: context.value.map(({ row }) => row), issues: context.issues }))
  .refine(
    (all) => all.reduce((sum, { from, to }) => sum + to - from + 1, 0) <= MAX_UNITS_PER_SALE,
    `must hold at most ${MAX_UNITS_PER_SALE} seats`,
  );

const unitsOffered = z.union(
  [z.strictObject({ seats }), z.strictObject({ rows }), z.strictObject({ quota: whole(1, MAX_UNITS_PER_SALE) })],
  {
    error: 'must be {"seats": […]}, {"rows": […]} or {"quota": n}',
  },
);

/** The lengths stand in the documents; `nameProblem` says the rest. */
const name = z
  .string('must be a string')
  .min(1, { error: 'must not be empty', abort: true })
  .max(MAX_NAME_LENGTH, { error: `must be at most ${MAX_NAME_LENGTH} characters`, abort: true })
  .check(fitting(nameProblem))
  .meta(NAME_RULE);
const payment = z.enum(['none', 'webhook'], 'must be "none" or "webhook"');
const mint = z.enum(['on-confirm', 'on-request'], 'must be "on-confirm" or "on-request"');
const tickets = z.enum(['transferable', 'revocable'], 'must be "transferable" or "revocable"');

/** `holdSeconds`: ten minutes, which people need to pay. */
const DEFAULT_TERMS = { maxPerBuyer: MAX_UNITS_PER_ORDER, holdSeconds: 600, payment: 'none' } as const;

/** `sale.open` */
export const OpenSale = z
  .strictObject({
    sale: newSaleId,
    name,
    units: unitsOffered,
    price,
    maxPerBuyer: whole(1, MAX_UNITS_PER_SALE)
      .default(DEFAULT_TERMS.maxPerBuyer)
      .describe('Units of one buyer at a time; `Alice` and `alice` are one buyer'),
    maxPerWallet: whole(1, MAX_UNITS_PER_SALE).optional().describe('Units of one wallet at a time. Left out: any number'),
    maxEndedHolds: whole(1, MAX_UNITS_PER_SALE)
      .optional()
      .describe(`Holds of one buyer that may end without a payment before its orders are refused. Left out: ${MAX_ENDED_HOLDS}`),
    holdSeconds: whole(1, MAX_HOLD_SECONDS).default(DEFAULT_TERMS.holdSeconds),
    payment: payment.default(DEFAULT_TERMS.payment),
    mint: mint.optional(),
    tickets: tickets
      .optional()
      .describe('`revocable`: assets cannot be given away, and are burned before a refunded unit is sold again. Left out: `transferable`'),
    opensAt: moment.optional(),
    closesAt: moment.optional(),
  })
  .refine(({ opensAt, closesAt }) => opensAt === undefined || closesAt === undefined || opensAt < closesAt, {
    message: 'must be later than opensAt',
    path: ['closesAt'],
  });
export type OpenSale = z.infer<typeof OpenSale>;

/**
 * What the body of an accepted opening says, with defaults and times. It is not checked again: it was, by the version that accepted it,
 * and what that version promised is decided.
 */
export function readOpening({ opensAt, closesAt, ...terms }: z.input<typeof OpenSale>): OpenSale {
  return {
    ...DEFAULT_TERMS,
    ...(terms as OpenSale),
    ...(opensAt !== undefined && { opensAt: Date.parse(opensAt) }),
    ...(closesAt !== undefined && { closesAt: Date.parse(closesAt) }),
  };
}

/** `order.place`: named seats, or a quantity of a quota's places. */
export const PlaceOrder = z
  .strictObject({
    sale: saleId,
    buyer,
    units: namesOf('unit', unitId, MAX_UNITS_PER_ORDER).optional(),
    quantity: whole(1, MAX_UNITS_PER_ORDER).optional(),
    wallet: wallet.optional(),
  })
  .refine(({ units, quantity }) => (units === undefined) !== (quantity === undefined), {
    message: 'must be given, or else quantity, and not both',
    path: ['units'],
  });
export type PlaceOrder = z.infer<typeof PlaceOrder>;

export const orderId = matching<OrderId>(ORDER_PATTERN, 'an order such as ord_ and 26 letters');
const ticketId = matching<TicketId>(TICKET_PATTERN, 'a ticket such as tkt_ and 26 letters');

/** `order.get` */
export const GetOrder = z.strictObject({ sale: saleId, order: orderId });
export type GetOrder = z.infer<typeof GetOrder>;

/** `order.cancel`, `order.refund`. `tickets`: a part of the order. `override`: also where a ticket is minted that cannot be taken back. */
export const EndOrder = GetOrder.extend({
  tickets: namesOf('ticket', ticketId, MAX_UNITS_PER_ORDER)
    .optional()
    .describe('Only these tickets of the order end, and the others stay. Its last ticket ends the order. Left out: the whole order'),
  override: z
    .literal(true, 'must be true, or left out')
    .optional()
    .describe('Also where a ticket is minted that cannot be taken back. It becomes void, and its asset stays with its holder'),
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

/** Sales of one page. */
const MAX_LISTED = 200;

/** `sale.list` */
export const ListSales = z.strictObject({
  limit: whole(1, MAX_LISTED).optional().describe(`Sales of one page, 1 to ${MAX_LISTED}. Left out: 50`),
  cursor: z
    .string('must be a string')
    .min(1, 'must not be empty')
    .max(200, 'must be at most 200 characters')
    .optional()
    .describe('`next` of the page before'),
});

/** `sale.get`, `sale.refunds-due` */
export const GetSale = CloseSale;
