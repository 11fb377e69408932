import { z } from 'zod';
import { CATEGORY_PATTERN, ORDER_PATTERN, SALE_PATTERN, TICKET_PATTERN, TYPE_PATTERN, UNIT_PATTERN } from '#shared/kernel/ids.js';

export { Receipt } from '#shared/platform/receipt.js';

/** Schemas of answers, for the documents. They are not checked while serving: a test validates every answer. */
const sale = z.string().regex(SALE_PATTERN);
const order = z.string().regex(ORDER_PATTERN);
const ticket = z.string().regex(TICKET_PATTERN);
const money = z.strictObject({ amount: z.string().regex(/^\d+$/).describe('Minor units'), currency: z.string().regex(/^[A-Z]{3}$/) });
const moment = z.iso.datetime();
/** A time that a caller set: outside of the years 0000 to 9999 in UTC it has an offset. */
const given = z.iso.datetime({ offset: true });
const count = z.number().int().min(0);
const version = z.number().int().min(1).describe('Version of the sale; it grows with everything that happens in it');
const orderStatus = z.enum(['held', 'confirmed', 'expired', 'cancelled', 'refund-owed', 'refunded']);
const ticketStatus = z.enum([...orderStatus.options, 'sold', 'minting', 'minted', 'mint-failed', 'revoking', 'released', 'void']);
const asset = {
  asset: z.string().optional().describe('Address of the asset on the chain; of a compressed ticket, its marker'),
  leaf: z
    .strictObject({
      tree: z.string(),
      index: count,
      asset: z.string().describe('The address that wallets show as its asset'),
    })
    .optional()
    .describe('Where a minted compressed ticket is: a leaf of a tree'),
  signature: z.string().optional().describe('Signature of the transaction that minted it'),
  slot: z.string().optional(),
};
const minorUnits = z.string().regex(/^\d+$/).describe('Minor units');
const category = z.string().regex(CATEGORY_PATTERN);
const type = z.string().regex(TYPE_PATTERN);
const ticketOfOrder = z.strictObject({
  ticket,
  unit: z.string().regex(UNIT_PATTERN),
  label: z.string().optional().describe('The text that people see instead of the unit'),
  category: category.optional(),
  type: type.optional(),
  price: minorUnits,
  status: ticketStatus,
  ...asset,
});
const units = z.strictObject({ opened: count, available: count, held: count, sold: count });

const code = z.strictObject({
  code: z.string(),
  uses: count,
  used: count,
  percentOff: count.optional(),
  amountOff: minorUnits.optional(),
  types: z.array(type).optional(),
  categories: z.array(category).optional(),
  from: given.optional(),
  until: given.optional(),
});

export const Sale = z
  .strictObject({
    sale,
    name: z.string(),
    price: money.optional().describe('Of every ticket; absent where the sale has categories or types'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
    categories: z
      .array(
        z.strictObject({ category, name: z.string().optional(), maxPerBuyer: count.optional(), maxPerWallet: count.optional(), units }),
      )
      .optional(),
    types: z.array(z.strictObject({ type, name: z.string().optional() })).optional(),
    prices: z
      .array(z.strictObject({ category: category.optional(), type: type.optional(), amount: minorUnits, held: count, sold: count }))
      .optional()
      .describe('Of each type of ticket in each category, and how many of them are held and sold'),
    maxPerBuyer: count,
    maxPerWallet: count.optional(),
    maxEndedHolds: count.optional(),
    holdSeconds: count,
    payment: z.enum(['none', 'webhook']),
    mint: z.enum(['on-confirm', 'on-request']),
    tickets: z.enum(['transferable', 'revocable']),
    asset: z.enum(['token-2022', 'compressed']),
    smartWallets: z.literal(true).optional(),
    image: z.string().optional(),
    externalUrl: z.string().optional(),
    opensAt: given.optional(),
    closesAt: given.optional(),
    closed: z.boolean().optional(),
    paused: z.boolean().optional(),
    codes: z.array(code).optional().describe('Discount codes, and how many live orders use each'),
    units,
    version,
  })
  .meta({ title: 'Sale' });

export const Units = z
  .strictObject({
    sale,
    version,
    currency: z.string().regex(/^[A-Z]{3}$/),
    prices: z
      .array(z.strictObject({ category: category.optional(), type: type.optional(), amount: minorUnits }))
      .describe('Price of a ticket in a category, by type; an absent member is the only one there'),
    units: z
      .array(
        z.strictObject({
          unit: z.string().regex(UNIT_PATTERN),
          label: z.string().optional().describe('The text that people see instead of the unit'),
          category: category.optional(),
          state: z.enum(['available', 'held', 'sold']),
        }),
      )
      .describe('In the order of the plan. A unit that is given back is sold until it may be sold again'),
    next: z.string().optional().describe('`cursor` of the next page, of the same version; absent on the last, and over HTTP'),
  })
  .meta({ title: 'Units' });

export const Sales = z
  .strictObject({
    sales: z.array(
      z.strictObject({
        sale,
        name: z.string(),
        opensAt: given.optional(),
        closesAt: given.optional(),
        closed: z.boolean().optional(),
        paused: z.boolean().optional(),
      }),
    ),
    next: z.string().optional().describe('`cursor` of the next page; absent on the last'),
  })
  .meta({ title: 'Sales' });

export const Order = z
  .strictObject({
    order,
    sale,
    buyer: z.string(),
    status: orderStatus,
    total: money,
    wallet: z.string().optional(),
    code: z.string().optional().describe('The discount code that it uses'),
    expiresAt: moment.optional(),
    payment: z.string().optional(),
    tickets: z.array(ticketOfOrder),
    points: z
      .array(z.strictObject({ point: z.string(), at: moment, version: count }))
      .optional()
      .describe('How far the order came, and when; only when it is read'),
    version,
  })
  .meta({ title: 'Order' });

export const Ticket = z
  .strictObject({ ...ticketOfOrder.shape, sale, order, wallet: z.string().optional(), version })
  .meta({ title: 'Ticket' });
export const Mints = z.strictObject({ tickets: z.array(Ticket), version }).meta({ title: 'Mints' });
const ofPayment = { payment: z.string(), order, ...money.shape };
export const RefundsDue = z
  .strictObject({
    refundsDue: z.array(z.strictObject({ ...ofPayment, reason: z.string(), receivedAt: moment })),
    problems: z
      .array(
        z.strictObject({
          ...ofPayment,
          reason: z.enum(['contradiction', 'more-than-received', 'not-received', 'another-order', 'another-currency']),
          report: z
            .enum(['received', 'refunded', 'dispute-opened', 'dispute-won', 'dispute-lost'])
            .optional()
            .describe('Of a contradiction: the reported value'),
          id: z.string().optional().describe('Of a contradiction: the refund or dispute'),
          reportedAt: moment,
        }),
      )
      .describe('Reports that contradict other reports of their payment. They change no order. Listed after the refunds due'),
    next: z.string().optional().describe('`cursor` of the next page'),
    version,
  })
  .meta({ title: 'RefundsDue' });

/** The payment's order, if it is known yet, and the refund due. */
const refundDue = RefundsDue.shape.refundsDue.element.optional();
export const Paid = z
  .union([Order.extend({ refundDue }), z.strictObject({ order, status: z.literal('unknown'), version: Order.shape.version, refundDue })])
  .meta({ title: 'Paid' });

/** 202 */
export const InProcess = z.strictObject({ status: z.literal('in-process'), sale, order: order.optional() }).meta({ title: 'InProcess' });
