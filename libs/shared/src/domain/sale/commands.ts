import { z } from 'zod';
import {
  BUYER_PATTERN,
  type BuyerId,
  ORDER_PATTERN,
  type OrderId,
  PAYMENT_PATTERN,
  type PaymentId,
  SALE_PATTERN,
  type SaleId,
  TICKET_PATTERN,
  type TicketId,
  UNIT_PATTERN,
  type UnitId,
  type Wallet,
} from '../../kernel/ids.js';
import { holdsCardNumber } from '../../kernel/personal.js';
import { walletProblem } from '../../kernel/wallet.js';

/** Units in one order. */
export const MAX_UNITS_PER_ORDER = 100;
/** Units of one sale: what the fold of a sale is budgeted for. */
export const MAX_UNITS_PER_SALE = 100_000;
/** Rows of one sale. */
const MAX_ROWS = 2_000;
/** Seats listed one by one: more are given as rows, so that the command fits a commit. */
export const MAX_LISTED_SEATS = 5_000;
const MAX_SEAT_NUMBER = 99_999;
const MAX_HOLD_SECONDS = 7 * 24 * 3_600;
const MAX_NAME_LENGTH = 120;
/** No control characters, of which Postgres cannot store NUL, and no half of a surrogate pair, which has no UTF-8. */
const NAME_PATTERN = /^[^\p{Cc}\p{Cs}]*$/u;
/** 18 digits: the total of an order of 100 units stays far below the bigint of Postgres. */
const AMOUNT_PATTERN = /^(0|[1-9]\d{0,14})$/;
const ROW_PATTERN = /^[A-Za-z0-9_-]{1,26}$/;

const matching = <T extends string>(pattern: RegExp, allowed: string) =>
  z
    .string(`must be a string: ${allowed}`)
    .regex(pattern, `must be ${allowed}`)
    .transform((text) => text as T);
const whole = (from: number, to: number) => {
  const allowed = `must be a whole number from ${from} to ${to}`;
  return z.number(allowed).int(allowed).min(from, allowed).max(to, allowed);
};

const saleId = matching<SaleId>(SALE_PATTERN, '1 to 64 of A-Z a-z 0-9 _ -');
const unitId = matching<UnitId>(UNIT_PATTERN, '1 to 32 of A-Z a-z 0-9 _ -');
const moment = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2027-01-31T19:00:00Z' })
  .transform((text) => Date.parse(text));
const money = z.strictObject({
  amount: z
    .string('must be a string of minor units such as "5000"')
    .regex(AMOUNT_PATTERN, 'must be 1 to 15 digits of minor units, such as "5000" for 50.00'),
  currency: matching<string>(/^[A-Z]{3}$/, 'a currency of ISO 4217, such as EUR'),
});

const buyer = z
  .string('must be a string: an opaque pseudonym of the buyer')
  .regex(BUYER_PATTERN, 'must be an opaque pseudonym of 1 to 64 of A-Z a-z 0-9 _ -, never a name or an e-mail address')
  .refine((text) => !holdsCardNumber(text), 'looks like a card number; it must be an opaque pseudonym')
  .transform((text) => text as BuyerId);

const wallet = z
  .string('must be a string: a base58 address')
  .check(({ value, issues }) => {
    const problem = walletProblem(value);
    if (problem !== undefined) issues.push({ code: 'custom', message: problem, input: value });
  })
  .transform((text) => text as Wallet);

/** Says where a value stands a second time. */
function refuseRepeats(context: { value: readonly string[]; issues: z.core.$ZodRawIssue[] }): void {
  const seen = new Set<string>();
  for (const [index, value] of context.value.entries()) {
    if (seen.has(value)) context.issues.push({ code: 'custom', message: `${value} is named twice`, path: [index], input: value });
    seen.add(value);
  }
}

const seats = z
  .array(unitId, 'must be a list of seats')
  .min(1, 'must name at least one seat')
  .max(MAX_LISTED_SEATS, `must name at most ${MAX_LISTED_SEATS} seats; give more as rows`)
  .check(refuseRepeats);
const rowRange = z
  .strictObject({
    row: matching<string>(ROW_PATTERN, '1 to 26 of A-Z a-z 0-9 _ -'),
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

const payment = z.enum(['none', 'webhook'], 'must be "none" or "webhook"');
const mint = z.enum(['on-confirm', 'on-request'], 'must be "on-confirm" or "on-request"');
const tickets = z.enum(['transferable', 'revocable'], 'must be "transferable" or "revocable"');

/** `sale.open` */
export const OpenSale = z
  .strictObject({
    sale: saleId,
    name: z
      .string('must be a string')
      .min(1, 'must not be empty')
      .max(MAX_NAME_LENGTH, `must be at most ${MAX_NAME_LENGTH} characters`)
      .regex(NAME_PATTERN, 'must be of whole, printable characters'),
    units: unitsOffered,
    price: money,
    maxPerBuyer: whole(1, MAX_UNITS_PER_SALE).default(MAX_UNITS_PER_ORDER),
    holdSeconds: whole(1, MAX_HOLD_SECONDS).default(600),
    payment: payment.default('none'),
    mint: mint.optional(),
    tickets: tickets.optional(),
    opensAt: moment.optional(),
    closesAt: moment.optional(),
  })
  .refine(({ opensAt, closesAt }) => opensAt === undefined || closesAt === undefined || opensAt < closesAt, {
    message: 'must be later than opensAt',
    path: ['closesAt'],
  });
export type OpenSale = z.infer<typeof OpenSale>;

/** `order.place`: named seats, or a quantity of a quota's places. */
export const PlaceOrder = z
  .strictObject({
    sale: saleId,
    buyer,
    units: z
      .array(unitId, 'must be a list of units')
      .min(1, 'must name at least one unit')
      .max(MAX_UNITS_PER_ORDER, `must name at most ${MAX_UNITS_PER_ORDER} units`)
      .check(refuseRepeats)
      .optional(),
    quantity: whole(1, MAX_UNITS_PER_ORDER).optional(),
    wallet: wallet.optional(),
  })
  .refine(({ units, quantity }) => (units === undefined) !== (quantity === undefined), {
    message: 'must be given, or else quantity, and not both',
    path: ['units'],
  });
export type PlaceOrder = z.infer<typeof PlaceOrder>;

const orderId = matching<OrderId>(ORDER_PATTERN, 'an order such as ord_ and 26 letters');
const ticketId = matching<TicketId>(TICKET_PATTERN, 'a ticket such as tkt_ and 26 letters');

/** `order.get` */
export const GetOrder = z.strictObject({ sale: saleId, order: orderId });
export type GetOrder = z.infer<typeof GetOrder>;

/** `order.cancel`, `order.refund`. `override`: also where a ticket is minted that cannot be taken back. */
export const EndOrder = GetOrder.extend({ override: z.literal(true, 'must be true, or left out').optional() });
export type EndOrder = z.infer<typeof EndOrder>;

/** `sale.close` */
export const CloseSale = z.strictObject({ sale: saleId });
export type CloseSale = z.infer<typeof CloseSale>;

/** `payment.confirm`, `payment.fail`, `payment.refunded`: what a provider tells of a payment. */
export const PaymentNews = z.strictObject({
  sale: saleId,
  order: orderId,
  payment: matching<PaymentId>(PAYMENT_PATTERN, '1 to 128 of A-Z a-z 0-9 _ . : -'),
  amount: money.shape.amount,
  currency: money.shape.currency,
});
export type PaymentNews = z.infer<typeof PaymentNews>;

/** Tickets in one request to mint. */
export const MAX_TICKETS_PER_REQUEST = 500;

/** `ticket.mint` */
export const MintTickets = z.strictObject({
  sale: saleId,
  tickets: z
    .array(ticketId, 'must be a list of tickets')
    .min(1, 'must name at least one ticket')
    .max(MAX_TICKETS_PER_REQUEST, `must name at most ${MAX_TICKETS_PER_REQUEST} tickets`)
    .check(refuseRepeats),
  wallet,
});
export type MintTickets = z.infer<typeof MintTickets>;

/** `ticket.get` */
export const GetTicket = z.strictObject({ sale: saleId, ticket: ticketId });

/** `sale.get`, `sale.owed` */
export const GetSale = CloseSale;
