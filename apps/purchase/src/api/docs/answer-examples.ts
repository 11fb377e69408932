import { ADDRESS_PARTS } from '../../operations/addresses.js';

const [sale, order, ticket] = [ADDRESS_PARTS.sale.example, ADDRESS_PARTS.order.example, ADDRESS_PARTS.ticket.example];
const total = { amount: '10000', currency: 'EUR' };
const wallet = '4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm';
const asset = 'Ei37k95CAEiDivjy66yZnPfhULr1voxyH2ghD1QszhSi';
const signature = '5Yd3kBn1sRzRUjVxMnKk7Lw2tQcPfZbGvHrAe9uXoSiDq4mTjNyW6pEhCa8sFgL1BzMxRvKt3JdUwQoYiPnHcZe2';
const first = { ticket, unit: 'A-1', label: 'Row A, seat 1', price: '5000' };
const second = { ticket: 'tkt_bcdefghijklmnopqrstuvwxyz2', unit: 'A-2', label: 'Row A, seat 2', price: '5000' };
const minted = { ...first, status: 'minted', asset, signature, slot: '71' };

const placed = {
  ...{ order, sale, buyer: 'b-42', status: 'confirmed', total },
  tickets: [first, second].map((one) => ({ ...one, status: 'sold' })),
  version: 3,
};

const CURSOR = 'hT0cXq2bWmVY1s9rLk4uJdPfEz7aNgQi5oR8xSvB3yHtCwKM';
const endpoint = 'crm';
const at = '2027-01-02T19:30:00.000Z';
const event = 'evt_abcdefghijklmnopqrstuvwxyz';
const settings = {
  endpoint,
  url: 'https://crm.example/admit',
  types: ['OrderConfirmed', 'MintCompleted'],
  createdAt: at,
  changedAt: at,
  secrets: [{}],
};

/** One example per answer schema, keyed by the schema's title. A test validates each against its schema. */
export const ANSWER_EXAMPLES: Readonly<Record<string, object>> = {
  Sale: {
    ...{ sale, name: 'Gala', price: { amount: '5000', currency: 'EUR' }, currency: 'EUR' },
    ...{ maxPerBuyer: 4, holdSeconds: 600, payment: 'webhook', mint: 'on-request', asset: 'token-2022', tickets: 'transferable' },
    units: { opened: 500, available: 498, held: 0, sold: 2 },
    version: 3,
  },
  Sales: { sales: [{ sale, name: 'Gala', opensAt: '2027-01-01T10:00:00Z' }] },
  Units: {
    ...{ sale, version: 3, currency: 'EUR', prices: [{ amount: '5000' }] },
    units: [
      { unit: 'A-1', label: 'Row A, seat 1', state: 'sold' },
      { unit: 'A-2', label: 'Row A, seat 2', state: 'available' },
    ],
  },
  Order: placed,
  Ticket: { ...minted, sale, order, wallet, version: 5 },
  Mints: { tickets: [{ ...first, status: 'minting', sale, order, wallet, version: 4 }], version: 4 },
  RefundsDue: {
    refundsDue: [{ payment: 'pay_7', order, ...total, reason: 'refunded', receivedAt: '2027-01-02T19:30:00.000Z' }],
    problems: [],
    version: 9,
  },
  Paid: placed,
  Receipt: {
    record: { tenant: 'demo', sale, order, ticket, unit: 'A-1', wallet, asset },
    salt: 'nb3cNYTvJVXhN2sJd2kq3g',
    memo: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    signature,
    genesisHash: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG',
    address: {
      base: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
      seed: 'q7ZrT1cXk0bD3mYwV5nL8sJ2hF4gK6pA',
      program: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
    },
    metadata: { name: 'Gala A-1', symbol: 'TICKET', uri: 'http://127.0.0.1:3002/m/34mwy7e6/tkt_abcdefghijklmnopqrstuvwxyz' },
  },
  Events: {
    events: [
      {
        ...{ cursor: CURSOR, specversion: '1.0', id: '2.0', source: `/demo/sale/${sale}`, type: 'admit.OrderConfirmed.v1', time: at },
        data: { order },
      },
    ],
    next: CURSOR,
    more: false,
  },
  Webhook: { ...settings, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  Webhooks: { endpoints: [settings] },
  WebhookRemoved: { endpoint, removed: true },
  WebhookTest: { endpoint, event },
  Redelivered: { endpoint, events: [event] },
  Deliveries: {
    endpoint,
    sales: [
      { sale, delivered: 7, failures: 1, failingSince: at, nextAttemptAt: at, last: { event, type: 'OrderConfirmed', at, status: 503 } },
    ],
    dead: [],
  },
  InProcess: { status: 'in-process', sale, order },
};
