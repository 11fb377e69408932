const [sale, order, ticket, buyer] = ['gala-2027', 'ord_abcdefghijklmnopqrstuvwxyz', 'tkt_abcdefghijklmnopqrstuvwxyz', 'b-42'];
const [unitOfAccount, position] = [`tickets:${sale}`, 'MTI.Mw'];
const page = { position, version: 3 };
const placedAt = '2027-01-01T19:30:00.000Z';

/** The sale of the examples, as query parameters. */
export const EXAMPLE_SALE = sale;

/** One example per answer schema, keyed by the schema's title. A test validates each against its schema. */
export const ANSWER_EXAMPLES: Readonly<Record<string, object>> = {
  Entries: {
    entries: [
      {
        ...{ position, entry: 0, at: placedAt, event: 'OrderConfirmed', sale, order, key: 'order-place-1' },
        ...{ debit: `sold/${buyer}`, credit: 'available', unitOfAccount, amount: '1' },
      },
    ],
    ...page,
  },
  Balances: {
    balances: [
      { sale, unitOfAccount, account: 'available', amount: '499' },
      { sale, unitOfAccount, account: 'sold', amount: '1' },
      { sale, unitOfAccount: 'EUR', account: 'revenue', amount: '5000' },
    ],
    ...page,
  },
  Orders: {
    orders: [
      {
        ...{ order, sale, buyer, status: 'confirmed', total: { amount: '5000', currency: 'EUR' }, tickets: [ticket] },
        ...{ key: 'order-place-1', placedAt, changedAt: placedAt },
      },
    ],
    ...page,
  },
  Tickets: {
    tickets: [{ ticket, sale, unit: 'A-1', price: '5000', order, buyer, status: 'sold', attempts: 0, changedAt: placedAt }],
    ...page,
  },
  Revenue: { revenue: [{ sale, currency: 'EUR', tickets: 1, amount: '5000' }], ...page },
};
