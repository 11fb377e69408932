import { z } from 'zod';
import { ORDER_PATTERN, PAYMENT_PATTERN, SALE_PATTERN, TICKET_PATTERN, UNIT_PATTERN } from '#shared/kernel/ids.js';

/** What views.ts answers, as schemas for the documents that callers read. They are told to ignore members they do not know. */
const version = z.int().min(0).describe("The sale's own version: how many commits it has.");
const time = z.iso.datetime();
const wallet = z.string().describe('A Solana address, base58.');
const amount = z.string().regex(/^\d+$/).describe('Minor units: "5000" is 50.00 EUR.');
const currency = z.string().regex(/^[A-Z]{3}$/);
const money = z.object({ amount, currency });
const sale = z.string().regex(SALE_PATTERN);
const order = z.string().regex(ORDER_PATTERN);
const payment = z.string().regex(PAYMENT_PATTERN);

export const ORDER_STATUSES = ['held', 'confirmed', 'expired', 'cancelled', 'refund-owed', 'refunded'] as const;
const TICKET_STATUSES = [...ORDER_STATUSES, 'sold', 'minting', 'minted', 'mint-failed', 'revoking', 'released'] as const;
const POINTS = ['received', 'decided', 'held', 'paid', 'mint-asked', 'submitted', 'minted'] as const;

export const SaleAnswer = z.object({
  sale,
  name: z.string(),
  price: money,
  maxPerBuyer: z.int(),
  holdSeconds: z.int(),
  payment: z.enum(['none', 'webhook']),
  mint: z.enum(['on-confirm', 'on-request']),
  opensAt: time.optional(),
  closesAt: time.optional(),
  closed: z.literal(true).optional(),
  units: z.object({ opened: z.int(), available: z.int(), held: z.int(), sold: z.int() }),
  version,
});

const ticketMembers = {
  ticket: z.string().regex(TICKET_PATTERN),
  unit: z.string().regex(UNIT_PATTERN),
  status: z.enum(TICKET_STATUSES),
  asset: z.string().optional().describe('The address of the minted asset.'),
  signature: z.string().optional().describe('The transaction that minted it.'),
  slot: z.string().optional().describe('The finalized slot at which it was seen.'),
};

export const TicketAnswer = z.object({ ...ticketMembers, sale, order, wallet: wallet.optional(), version });

export const OrderAnswer = z.object({
  order,
  sale,
  buyer: z.string(),
  status: z.enum(ORDER_STATUSES),
  total: money,
  wallet: wallet.optional(),
  expiresAt: time.optional(),
  payment: payment.optional().describe('The payment that confirmed it.'),
  tickets: z.array(z.object(ticketMembers)),
  points: z
    .array(z.object({ point: z.enum(POINTS), at: time, version }))
    .optional()
    .describe('How far it came, and when; only when it is read.'),
  version,
});

export const OwedMoney = z.object({ payment, order, amount, currency, reason: z.string(), receivedAt: time });
export const OwedAnswer = z.object({ owed: z.array(OwedMoney), version });

export const PaymentAnswer = z.union([
  OrderAnswer.extend({ owed: OwedMoney.optional() }),
  z.object({ order, status: z.literal('unknown'), version, owed: OwedMoney.optional() }),
]);

export const MintsAnswer = z.object({ tickets: z.array(TicketAnswer), version });

export const AcceptedAnswer = z.object({ status: z.literal('in-process'), sale, order });
