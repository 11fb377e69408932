import { z } from 'zod';
import { CONTROL_ACCOUNTS } from '#shared/domain/ledger/account.js';
import { BUYER_PATTERN, ORDER_PATTERN, SALE_PATTERN, TICKET_PATTERN } from '#shared/kernel/ids.js';

/** Rows of one response: some hundred kilobytes at most. */
export const MAX_LIMIT = 1_000;
export const USUAL_LIMIT = 100;
/** A query parameter is text that represents a number. */
export const LIMIT_SCHEMA = { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: USUAL_LIMIT };
/** Longer than any issued cursor. */
const MAX_CURSOR = 400;
const MAX_ACCOUNT = 160;

const sale = z.string().regex(SALE_PATTERN, 'must be 1 to 64 of A-Z a-z 0-9 _ -').describe('Of this sale alone.');
const order = z.string().regex(ORDER_PATTERN, 'must be an order such as ord_ and 26 letters').describe('Of this order alone.');
const ticket = z.string().regex(TICKET_PATTERN, 'must be a ticket such as tkt_ and 26 letters').describe('Of this ticket alone.');
const buyer = z.string().regex(BUYER_PATTERN, 'must be 1 to 64 of A-Z a-z 0-9 _ -').describe('Of this buyer alone.');
const wallet = z
  .string()
  .regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/, 'must be an address of 32 to 44 base58 characters')
  .describe('For this wallet alone.');
const unitOfAccount = z
  .string()
  .regex(/^(?:(?:tickets|mints|events):[A-Za-z0-9_-]{1,64}|[A-Z]{3})$/, 'must be tickets:<sale>, mints:<sale>, events:<sale> or a currency')
  .describe('The unit: `tickets:<sale>`, `mints:<sale>`, `events:<sale>` (in suspense) or a currency.');
const controlAccount = z.enum(CONTROL_ACCOUNTS as [string, ...string[]], `must be one of ${CONTROL_ACCOUNTS.join(', ')}`);
const account = z
  .string()
  .max(MAX_ACCOUNT)
  .refine((name) => CONTROL_ACCOUNTS.includes(name.split('/', 1)[0] as (typeof CONTROL_ACCOUNTS)[number]), {
    message: `must be one of ${CONTROL_ACCOUNTS.join(', ')}, or one under it such as sold/<buyer>`,
  })
  .describe('That move this account, or one under it: `sold`, or `sold/<buyer>`.');
const place = (about: string) =>
  z.string().min(1).max(MAX_CURSOR).describe(`${about} The id of an event of \`/v1/events\`, or a \`position\` from the ledger.`);
const time = (about: string) =>
  z.iso
    .datetime({ offset: true, error: 'must be a time such as 2027-01-01T00:00:00Z', abort: true })
    .refine((text) => Date.parse(text) >= 0, 'must be a time since 1970')
    .transform((text) => new Date(text)) // Postgres accepts fewer time zone offsets than RFC 3339; events have no fraction of a millisecond
    .describe(about);

const page = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, `must be 1 to ${MAX_LIMIT}`)
    .transform(Number)
    .pipe(z.number().min(1, `must be 1 to ${MAX_LIMIT}`).max(MAX_LIMIT, `must be 1 to ${MAX_LIMIT}`))
    .default(USUAL_LIMIT)
    .describe(`The maximum number of rows, 1 to ${MAX_LIMIT}; default ${USUAL_LIMIT}.`),
  cursor: z.string().min(1).max(MAX_CURSOR).optional().describe('`next` of the previous page; all other parameters must be the same.'),
};

export const EntriesQuery = z.strictObject({
  sale: sale.optional(),
  order: order.optional(),
  ticket: ticket.optional(),
  unitOfAccount: unitOfAccount.optional(),
  account: account.optional(),
  after: place('Entries after this position.').optional(),
  upTo: place('Entries up to and including this position.').optional(),
  afterTime: time('Entries after this time.').optional(),
  upToTime: time('Entries up to and including this time.').optional(),
  ...page,
});

export const BalancesQuery = z
  .strictObject({
    sale: sale.optional(),
    unitOfAccount: unitOfAccount.optional(),
    account: controlAccount.optional().describe('Of this account alone, with all that is under it.'),
    at: place('The balances at this place of the log.').optional(),
    atTime: time('The balances at the last place of the log that happened up to this time.').optional(),
    ...page,
  })
  .refine(({ at, atTime }) => at === undefined || atTime === undefined, { path: ['atTime'], message: 'must not be combined with at' });

export const OrdersQuery = z.strictObject({
  sale: sale.optional(),
  buyer: buyer.optional(),
  status: z.enum(['held', 'confirmed', 'expired', 'cancelled', 'refund-owed', 'refunded']).optional().describe('In this state alone.'),
  ...page,
});

export const TicketsQuery = z.strictObject({
  sale: sale.optional(),
  order: order.optional(),
  wallet: wallet.optional(),
  status: z
    .enum(['held', 'sold', 'minting', 'minted', 'mint-failed', 'revoking', 'released', 'void'])
    .optional()
    .describe('In this state alone.'),
  ...page,
});

export const RevenueQuery = z.strictObject({ sale: sale.optional(), ...page });
