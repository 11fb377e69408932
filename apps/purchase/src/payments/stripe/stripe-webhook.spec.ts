import { randomBytes } from 'node:crypto';
import Stripe from 'stripe';
import { MemoryValues } from '#shared/event-store/memory-values.js';
import { Fault } from '#shared/kernel/fault.js';
import type { OrderId, PaymentId, SaleId, TenantId } from '#shared/kernel/ids.js';
import { PaymentIndex } from '#shared/platform/lookups/payment-index.js';
import type { Logger } from '#shared/platform/process/logger.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { type Answer, accepted, problemAnswer } from '../../requests/answer.js';
import type { Request } from '../../requests/read-request.js';
import { PaymentReports } from '../payment-reports.js';
import { MAX_STRIPE_EVENT_BYTES, StripeWebhook, UNMATCHED_AFTER_MS } from './stripe-webhook.js';

const newSecret = (): string => `whsec_${randomBytes(24).toString('hex')}`;
const [secret, older, ended, foreign] = [newSecret(), newSecret(), newSecret(), newSecret()];
const MINUTE_MS = 60_000;
const order = `ord_${'a'.repeat(26)}` as OrderId;
const sale = 'gala' as SaleId;
const RECEIVED = { status: 200, body: '{"received":true}' };

const intent = { id: 'pi_1', amount: 5_000, amount_received: 5_000, currency: 'eur', metadata: { admit_sale: sale, admit_order: order } };
const refund = { id: 're_1', payment_intent: 'pi_1', amount: 2_000, currency: 'eur', status: 'succeeded' };
const eventOf = (type: string, object: object, more: object = {}): object => ({
  id: 'evt_1',
  type,
  created: Math.floor(Date.now() / 1_000),
  ...more,
  data: { object },
});

let asked: Request[];
let warned: unknown[];
let counted: string[];
let answer: Answer;
let values: MemoryValues;
let index: PaymentIndex;
let webhook: StripeWebhook;

beforeEach(() => {
  asked = [];
  warned = [];
  counted = [];
  answer = { status: 200, body: '{"order":"secret of the tenant"}' };
  const stripeSecrets = [{ secret }, { secret: older, until: Date.now() + MINUTE_MS }, { secret: ended, until: Date.now() - 1 }];
  const theirs: Readonly<Record<string, object[] | undefined>> = {
    demo: stripeSecrets,
    once: stripeSecrets.slice(0, 1),
    acme: [{ secret: foreign }],
    none: undefined,
  };
  const tenants = {
    active: (tenant: string) =>
      Object.hasOwn(theirs, tenant) ? ({ tenant, cursorKey: 'k', stripeSecrets: theirs[tenant] } as unknown as Tenant) : undefined,
  };
  const intake = {
    handle: async (request: Request): Promise<Answer> => {
      asked.push(request);
      return answer;
    },
    decidedBefore: async (): Promise<undefined> => undefined,
  };
  const logger = { warn: (said: unknown) => warned.push(said), debug: () => undefined } as unknown as Logger;
  const metrics = { ignoredEvent: () => counted.push('ignored'), unmatchedEvent: () => counted.push('unmatched') };
  values = new MemoryValues();
  index = new PaymentIndex(values);
  webhook = new StripeWebhook(new PaymentReports(intake, metrics, logger), index, tenants, metrics, logger);
});

interface Sending {
  readonly signedBy?: string;
  readonly ageMs?: number;
  readonly tenant?: string;
}

const signature = (payload: string, { signedBy = secret, ageMs = 0 }: Sending = {}): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: signedBy, timestamp: Math.floor((Date.now() - ageMs) / 1_000) });

function send(event: object, sending: Sending = {}): Promise<Answer> {
  const body = JSON.stringify(event);
  return webhook.receive(sending.tenant ?? 'demo', { 'stripe-signature': signature(body, sending) }, Buffer.from(body));
}
const codeOf = ({ body }: Answer): unknown => (JSON.parse(body) as { readonly code?: unknown }).code;

it('[minting WI2] turns payment_intent.succeeded into the command payment.confirm, with the event id as idempotency key', async () => {
  expect(await send(eventOf('payment_intent.succeeded', intent))).toEqual(RECEIVED);
  const [{ body, ...rest } = { body: new Uint8Array() }] = asked;
  expect(rest).toEqual({ operation: 'payment.confirm', namespace: 'webhook', tenant: 'demo', key: 'stripe:evt_1', traceparent: undefined });
  expect(JSON.parse(Buffer.from(body).toString())).toEqual({ sale, order, payment: 'pi_1', amount: '5000', currency: 'EUR' });
});

describe('a signature', () => {
  it.each([
    ['of the secret', { signedBy: secret }, 200],
    ['of the secret before it, while both are good', { signedBy: older }, 200],
    ['of a secret whose time is over', { signedBy: ended }, 401],
    ['of the secret of another tenant', { signedBy: foreign }, 401],
    ['of a tenant that takes no events of Stripe', { tenant: 'none' }, 401],
    ['of a tenant that does not exist', { tenant: 'unknown' }, 401],
    ['of a tenant that cannot be one', { tenant: '../x' }, 401],
    ['four minutes old', { ageMs: 4 * MINUTE_MS }, 200],
    ['six minutes old', { ageMs: 6 * MINUTE_MS }, 401],
  ])('[minting WI1] of Stripe: %s is accepted or rejected', async (_, sending, status) => {
    const response = await send(eventOf('payment_intent.succeeded', intent), sending);
    expect([response.status, status === 401 ? codeOf(response) : undefined]).toEqual([
      status,
      status === 401 ? 'signature-refused' : undefined,
    ]);
    expect(asked).toHaveLength(status === 200 ? 1 : 0);
  });

  it('[minting WI1] of Stripe is valid only for exactly the signed bytes', async () => {
    const body = JSON.stringify(eventOf('payment_intent.succeeded', intent));
    const header = { 'stripe-signature': signature(body) };
    const flipped = Buffer.from(body);
    for (let at = 0; at < flipped.length; at++) {
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      expect([at, (await webhook.receive('demo', header, flipped)).status]).toEqual([at, 401]);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
    }
    for (const other of [undefined, '', 't=1', 'v1=aa', header['stripe-signature'].replace('v1=', 'v0=')])
      expect([other, (await webhook.receive('demo', { 'stripe-signature': other }, flipped)).status]).toEqual([other, 401]);
    expect(asked).toEqual([]);
  });

  it('[minting WI1] is accepted among others while Stripe rolls the secret', async () => {
    const body = JSON.stringify(eventOf('payment_intent.succeeded', intent));
    const both = `${signature(body, { signedBy: foreign })},${signature(body).split(',')[1]}`;
    expect((await webhook.receive('demo', { 'stripe-signature': both }, Buffer.from(body))).status).toBe(200);
  });

  it.each(['demo', 'once', 'none', 'unknown'])('[L8] is checked as often for the tenant %s as for any', async (tenant) => {
    const { signature: checks } = Stripe.webhooks;
    if (checks === null) throw new Error('the library checks no signatures');
    const verify = checks.verifyHeader;
    let checked = 0;
    checks.verifyHeader = function counts(...given) {
      checked += 1;
      return verify.apply(this, given);
    };
    try {
      expect((await send(eventOf('payment_intent.succeeded', intent), { tenant, signedBy: foreign })).status).toBe(401);
      expect(checked).toBe(2);
    } finally {
      checks.verifyHeader = verify;
    }
  });
});

it.each([
  ['no JSON', 'payment', 'body-malformed'],
  [
    'a member twice',
    JSON.stringify(eventOf('payment_intent.succeeded', intent)).replace('"amount"', '"amount":1,"amount"'),
    'body-malformed',
  ],
  ['no type', '{"id":"evt_1","created":1,"data":{}}', 'body-invalid'],
  ['no amount', JSON.stringify(eventOf('payment_intent.succeeded', { ...intent, amount: undefined })), 'body-invalid'],
])('refuses a signed body of %s', async (_, body, code) => {
  const response = await webhook.receive('demo', { 'stripe-signature': signature(body) }, Buffer.from(body));
  expect([response.status, codeOf(response), asked]).toEqual([400, code, []]);
});

it('reads no body longer than the limit of events', async () => {
  expect((await send(eventOf('ping', { note: 'x'.repeat(MAX_STRIPE_EVENT_BYTES) }))).status).toBe(413);
});

it.each(['invoice.paid', 'customer.created', '__proto__'])('accepts and ignores %s, and counts it', async (type) => {
  expect([await send(eventOf(type, {})), asked, counted]).toEqual([RECEIVED, [], ['ignored']]);
});

describe('a refund', () => {
  const told = eventOf('refund.created', refund, { id: 'evt_2' });

  it('finds the sale and the order of its payment', async () => {
    await index.add('demo' as TenantId, 'pi_1' as PaymentId, { sale, order });
    expect(await send(told)).toEqual(RECEIVED);
    expect(asked).toMatchObject([{ operation: 'payment.refunded', key: 'stripe:evt_2' }]);
    const { body } = asked[0] as Request;
    expect(JSON.parse(Buffer.from(body).toString())).toEqual({
      sale,
      order,
      payment: 'pi_1',
      refund: 're_1',
      amount: '2000',
      currency: 'EUR',
    });
  });

  it('[minting WI5] is answered 503 while its payment is unknown, and counts once it is known', async () => {
    const response = await send(told);
    expect([response.status, codeOf(response), response.retryAfterSeconds, asked, counted]).toEqual([503, 'payment-unknown', 60, [], []]);
    await index.add('demo' as TenantId, 'pi_1' as PaymentId, { sale, order });
    expect(await send(told)).toEqual(RECEIVED);
  });

  it('[L8] does not find the payment of another tenant', async () => {
    await index.add('acme' as TenantId, 'pi_1' as PaymentId, { sale, order });
    expect((await send(told)).status).toBe(503);
    expect(asked).toEqual([]);
  });

  it('of a payment for nothing here is ignored', async () => {
    await send(eventOf('payment_intent.succeeded', { ...intent, metadata: {} }));
    expect([await send(told), asked, counted]).toEqual([RECEIVED, [], ['ignored', 'ignored']]);
  });

  it('whose payment is unknown after a day is counted and reported to the log, and answered 503', async () => {
    const created = Math.floor((Date.now() - UNMATCHED_AFTER_MS) / 1_000);
    expect((await send({ ...told, created })).status).toBe(503);
    expect([counted, warned]).toEqual([['unmatched'], [{ tenant: 'demo', event: 'evt_2', type: 'refund.created', payment: 'pi_1' }]]);
  });

  it('finds its payment by the hash of the id', async () => {
    const card = 'pi_4242424242424242';
    await send(eventOf('payment_intent.succeeded', { ...intent, id: card, metadata: {} }));
    expect(await send({ ...told, data: { object: { ...refund, payment_intent: card } } })).toEqual(RECEIVED);
    expect(counted).toEqual(['ignored', 'ignored']);
  });

  it('is answered 503 while the index cannot be read', async () => {
    values.get = async () => {
      throw new Fault('log-unreachable', { bucket: 'lookups' });
    };
    const response = await send(told);
    expect([response.status, codeOf(response)]).toEqual([503, 'log-unreachable']);
  });
});

describe('Stripe', () => {
  it.each([
    ['decided', { status: 200, body: '{}' }, 200],
    ['refused for ever', { status: 409, body: '{"code":"sale-unknown"}' }, 200],
    ['unknown here', problemAnswer('sale-unknown'), 404],
    ['set aside', problemAnswer('dead-lettered'), 503],
    ['not taken in time', problemAnswer('too-many-waiting'), 429],
  ])('[minting WI5] gets the same answer as any payment provider for what is %s', async (_, of, status) => {
    answer = of;
    expect((await send(eventOf('payment_intent.succeeded', intent))).status).toBe(status);
  });

  it('[minting WI5] gets the same answer as any payment provider while the decision is pending', async () => {
    answer = accepted('gala', order);
    const { status } = await send(eventOf('payment_intent.succeeded', intent));
    expect([202, 503]).toContain(status);
  });
});
