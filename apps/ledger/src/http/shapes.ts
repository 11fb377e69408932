import { z } from 'zod';

/** The documented response schemas. Serving does not validate against them; a test checks every response. */
const place = z.string().describe('A place in the log: the id that the event has in `/v1/events`');
const amount = z.string().regex(/^\d+$/);
const moment = z.iso.datetime();
const page = {
  next: z.string().optional().describe('`cursor` of the next page; absent on the last'),
  position: place.describe('How far the ledger is: everything of this tenant up to here is in the answer'),
  halted: z.literal(true).optional().describe('Events after this position are missing from the ledger until it is repaired'),
  version: z.number().int().min(0).optional().describe('For a query of one sale: its version, as in its own responses'),
};

const Entry = z
  .strictObject({
    position: place,
    entry: z.number().int().min(0).describe('Of the entries of one event'),
    at: moment,
    event: z.string(),
    sale: z.string(),
    order: z.string().optional(),
    ticket: z.string().optional(),
    category: z.string().optional(),
    type: z.string().optional().describe('Of ticket'),
    key: z.string().optional().describe('Of the request that caused it'),
    debit: z.string(),
    credit: z.string(),
    unitOfAccount: z.string().describe('`tickets:<sale>`, `mints:<sale>`, `events:<sale>` or a currency, in minor units'),
    amount,
  })
  .describe('The debit account gains the amount that the credit account loses. It never changes');

const Balance = z
  .strictObject({ sale: z.string(), unitOfAccount: z.string(), account: z.string(), amount })
  .describe('On the normal side of the account, and so never negative');

const Order = z.strictObject({
  order: z.string(),
  sale: z.string(),
  buyer: z.string(),
  status: z.string(),
  total: z.strictObject({ amount, currency: z.string() }),
  tickets: z.array(z.string()),
  wallet: z.string().optional(),
  payment: z.string().optional(),
  key: z.string().optional(),
  placedAt: moment,
  expiresAt: moment.optional(),
  changedAt: moment,
});

const Ticket = z.strictObject({
  ticket: z.string(),
  sale: z.string(),
  unit: z.string(),
  label: z.string().optional().describe('The text that people see instead of the unit'),
  category: z.string().optional(),
  type: z.string().optional(),
  price: amount.describe('In minor units'),
  order: z.string(),
  buyer: z.string(),
  status: z.string(),
  attempts: z.number().int().min(0).describe('Transactions signed so far to mint it'),
  wallet: z.string().optional(),
  asset: z
    .string()
    .optional()
    .describe(
      'Its planned address; the asset exists when the status is minted. Of a compressed ticket its marker: `ticket.get` has the leaf',
    ),
  signature: z.string().optional(),
  slot: z.string().optional(),
  holder: z.string().optional(),
  failure: z.string().optional(),
  changedAt: moment,
});

export const Entries = z.strictObject({ entries: z.array(Entry), ...page }).meta({ title: 'Entries' });
export const Balances = z.strictObject({ balances: z.array(Balance), ...page }).meta({ title: 'Balances' });
export const Orders = z.strictObject({ orders: z.array(Order), ...page }).meta({ title: 'Orders' });
export const Tickets = z.strictObject({ tickets: z.array(Ticket), ...page }).meta({ title: 'Tickets' });

const Revenue = z.strictObject({
  sale: z.string(),
  currency: z.string(),
  category: z.string().optional(),
  type: z.string().optional(),
  ofNoTicket: z
    .literal(true)
    .optional()
    .describe('Money of no certain ticket: a payment provider gave a part of a payment back, or a part is disputed'),
  tickets: z.number().int().min(0).describe('Sold, and not on their way back'),
  amount: z
    .string()
    .regex(/^-?\d+$/)
    .describe('What these tickets cost, in minor units. All amounts of a sale are its balance of revenue'),
});
export const RevenueLines = z.strictObject({ revenue: z.array(Revenue), ...page }).meta({ title: 'Revenue' });
