import { readStripeEvent, STRIPE_EVENTS } from './stripe-event.js';

const order = `ord_${'a'.repeat(26)}`;
const metadata = { admit_sale: 'gala', admit_order: order, seat: 'none of ours' };
const intent = { id: 'pi_1', object: 'payment_intent', amount: 5_000, amount_received: 5_000, currency: 'eur', metadata };
const charge = { id: 'ch_1', payment_intent: 'pi_1', amount: 5_000, amount_refunded: 2_000, currency: 'eur' };
const refund = { id: 're_1', payment_intent: 'pi_1', charge: 'ch_1', amount: 2_000, currency: 'eur', status: 'succeeded' };
const dispute = { id: 'du_1', payment_intent: 'pi_1', charge: 'ch_1', amount: 5_000, currency: 'eur', status: 'needs_response' };
const event = (type: string, object: object): object => ({ id: 'evt_1', object: 'event', type, created: 1_800_000_000, data: { object } });

const read = (type: string, object: object) => readStripeEvent('demo', event(type, object));
const factOf = (type: string, object: object): unknown => {
  const found = read(type, object);
  return 'value' in found && 'fact' in found.value.read ? found.value.read.fact : found;
};
const ignoredOf = (type: string, object: object): unknown => {
  const found = read(type, object);
  return 'value' in found ? found.value.read : found;
};
const errorsOf = (type: string, object: object): unknown => {
  const found = read(type, object);
  return 'errors' in found ? found.errors.map(({ pointer }) => pointer) : found;
};

const of = { sale: 'gala', order };
const payment = 'pi_1';
const money = (amount: string) => ({ amount, payment, currency: 'EUR' });

it.each<[string, object, string, object]>([
  ['payment_intent.succeeded', intent, 'payment.confirm', money('5000')],
  ['payment_intent.payment_failed', { ...intent, amount_received: 0 }, 'payment.fail', money('5000')],
])('reads %s with its sale and order from the metadata', (type, object, operation, request) => {
  expect(factOf(type, object)).toEqual({ operation, payment, of, request });
});

it.each<[string, object, string, object]>([
  ['charge.refunded', charge, 'payment.refunded', { refundedTotal: '2000', payment, currency: 'EUR' }],
  ['refund.created', refund, 'payment.refunded', { refund: 're_1', ...money('2000') }],
  ['refund.created', { ...refund, status: 'pending' }, 'payment.refunded', { refund: 're_1', ...money('2000') }],
  ['refund.updated', { ...refund, status: 'requires_action' }, 'payment.refunded', { refund: 're_1', ...money('2000') }],
  ['refund.updated', { ...refund, status: 'canceled' }, 'payment.refund-failed', { refund: 're_1', ...money('2000') }],
  ['refund.failed', { ...refund, status: 'failed' }, 'payment.refund-failed', { refund: 're_1', ...money('2000') }],
  ['charge.dispute.created', dispute, 'payment.disputed', { dispute: 'du_1', status: 'opened', ...money('5000') }],
  [
    'charge.dispute.updated',
    { ...dispute, status: 'under_review' },
    'payment.disputed',
    { dispute: 'du_1', status: 'opened', ...money('5000') },
  ],
  ['charge.dispute.funds_withdrawn', dispute, 'payment.disputed', { dispute: 'du_1', status: 'opened', ...money('5000') }],
  ['charge.dispute.closed', { ...dispute, status: 'won' }, 'payment.disputed', { dispute: 'du_1', status: 'won', ...money('5000') }],
  ['charge.dispute.closed', { ...dispute, status: 'lost' }, 'payment.disputed', { dispute: 'du_1', status: 'lost', ...money('5000') }],
  [
    'charge.dispute.funds_reinstated',
    { ...dispute, status: 'won' },
    'payment.disputed',
    { dispute: 'du_1', status: 'won', ...money('5000') },
  ],
])('reads %s of a payment that only the index can find', (type, object, operation, request) => {
  expect(factOf(type, object)).toEqual({ operation, payment, request });
});

it('reads the received amount, not the requested amount', () => {
  expect(factOf('payment_intent.succeeded', { ...intent, amount_received: 4_000 })).toMatchObject({ request: { amount: '4000' } });
});

it('reads an expanded payment, and one in a currency with other minor units', () => {
  expect(factOf('refund.created', { ...refund, payment_intent: { id: 'pi_9', object: 'payment_intent' } })).toMatchObject({
    payment: 'pi_9',
  });
  expect(factOf('refund.created', { ...refund, currency: 'isk' })).toMatchObject({ request: { amount: '20', currency: 'ISK' } });
});

it.each([
  ['a type that is not known', 'invoice.paid', {}, 'its type is not known'],
  ['a type that every object has', 'constructor', {}, 'its type is not known'],
  ['a charge without a PaymentIntent', 'charge.refunded', { ...charge, payment_intent: null }, 'its payment has no PaymentIntent'],
  ['an inquiry', 'charge.dispute.created', { ...dispute, status: 'warning_needs_response' }, 'its dispute moves no money'],
  ['an inquiry that ended', 'charge.dispute.closed', { ...dispute, status: 'warning_closed' }, 'its dispute moves no money'],
  ['an appeal', 'charge.dispute.updated', { ...dispute, status: 'appeal_under_review' }, 'its dispute moves no money'],
])('ignores %s', (_, type, object, ignored) => {
  expect(ignoredOf(type, object)).toEqual({ ignored });
});

it('[L8] ignores a payment of another tenant, or of nothing sold here, and reports it as foreign', () => {
  const other = { ...intent, metadata: { ...metadata, admit_tenant: 'acme' } };
  expect(ignoredOf('payment_intent.succeeded', other)).toEqual({ ignored: 'its payment is of another tenant', foreign: 'pi_1' });
  expect(factOf('payment_intent.succeeded', { ...intent, metadata: { ...metadata, admit_tenant: 'demo' } })).toMatchObject({ of });
  for (const none of [{}, { shop: '1' }, null, undefined])
    expect(ignoredOf('payment_intent.succeeded', { ...intent, metadata: none })).toEqual({
      ignored: 'its payment names no order',
      foreign: 'pi_1',
    });
});

it('ignores the metadata errors of a failed payment', () => {
  expect(ignoredOf('payment_intent.payment_failed', { ...intent, metadata: {} })).toEqual({ ignored: 'its payment names no order' });
});

it.each<[string, string, object, string[]]>([
  ['no id of the payment', 'payment_intent.succeeded', { ...intent, id: undefined }, ['/data/object/id']],
  ['an amount below 0', 'payment_intent.succeeded', { ...intent, amount: -1 }, ['/data/object/amount']],
  ['an amount with a fraction', 'refund.created', { ...refund, amount: 0.5 }, ['/data/object/amount']],
  ['an amount that no double holds', 'refund.created', { ...refund, amount: 2 ** 53 }, ['/data/object/amount']],
  ['a currency that is none', 'refund.created', { ...refund, currency: 'euro' }, ['/data/object/currency']],
  ['an order without its sale', 'payment_intent.succeeded', { ...intent, metadata: { admit_order: order } }, ['/data/object/metadata']],
  [
    'an order that cannot be one',
    'payment_intent.succeeded',
    { ...intent, metadata: { ...metadata, admit_order: 'B-17' } },
    ['/data/object/metadata/admit_order'],
  ],
  ['half a króna', 'refund.created', { ...refund, currency: 'isk', amount: 150 }, ['/data/object/amount']],
  ['half a króna of refunds', 'charge.refunded', { ...charge, currency: 'isk', amount_refunded: 150 }, ['/data/object/amount_refunded']],
])('points at the error in %s', (_, type, object, pointers) => {
  expect(errorsOf(type, object)).toEqual(pointers);
});

it('requires an id, a type and a time of every event', () => {
  expect(readStripeEvent('demo', { data: {} })).toEqual({
    errors: ['/id', '/type', '/created'].map((pointer) => ({ pointer, detail: 'is required' })),
  });
});

it('lists the events that a Stripe endpoint must send', () => {
  expect(STRIPE_EVENTS).toHaveLength(11);
  for (const type of STRIPE_EVENTS) expect(ignoredOf(type, {})).toHaveProperty('errors');
});
