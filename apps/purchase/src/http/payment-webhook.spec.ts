import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Logger } from '#shared/platform/logger.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { type Answer, accepted, problemAnswer } from '../answer.js';
import type { Request } from '../intake.js';
import { MAX_EVENT_BYTES, PaymentWebhook, type WebhookHeaders } from './payment-webhook.js';

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const [secret, older, ended, foreign] = [newSecret(), newSecret(), newSecret(), newSecret()];
const MINUTE_MS = 60_000;

const news = { sale: 'gala', order: `ord_${'a'.repeat(26)}`, payment: 'pay_1', amount: '5000', currency: 'EUR' };
const event = (more: object = {}, data: object = {}): object => ({
  type: 'payment.succeeded',
  data: { tenant: 'demo', ...news, ...data },
  ...more,
});

let asked: Request[];
let warned: unknown[];
let answer: Answer;
let webhook: PaymentWebhook;

beforeEach(() => {
  asked = [];
  warned = [];
  answer = { status: 200, body: '{"order":"secret of the tenant"}' };
  const webhookSecrets = [{ secret }, { secret: older, until: Date.now() + MINUTE_MS }, { secret: ended, until: Date.now() - 1 }];
  const tenants = { active: (name: string) => (name === 'demo' ? ({ tenant: 'demo', webhookSecrets } as unknown as Tenant) : undefined) };
  const intake = {
    handle: async (request: Request): Promise<Answer> => {
      asked.push(request);
      return answer;
    },
  };
  const logger = { warn: (said: unknown) => warned.push(said) } as unknown as Logger;
  webhook = new PaymentWebhook({ intake, tenants, logger });
});

interface Sending {
  readonly signedBy?: string;
  readonly ageMs?: number;
  readonly id?: string;
}

function signed(body: string, { signedBy = secret, ageMs = 0, id = 'evt_1' }: Sending = {}): WebhookHeaders {
  const at = new Date(Date.now() - ageMs);
  const signature = new Webhook(signedBy).sign(id, at, body);
  return { 'webhook-id': id, 'webhook-timestamp': `${Math.floor(at.getTime() / 1_000)}`, 'webhook-signature': signature };
}

function send(json: object, sending?: Sending): Promise<Answer> {
  const body = JSON.stringify(json);
  return webhook.receive(signed(body, sending), Buffer.from(body));
}

it.each([
  ['payment.succeeded', 'payment.confirm'],
  ['payment.failed', 'payment.fail'],
  ['payment.refunded', 'payment.refunded'],
])('makes %s the command %s, with the id of the event as its key', async (type, operation) => {
  expect(await send(event({ type, timestamp: 'now', livemode: false }, { fee: '30' }))).toEqual({ status: 200, body: '{"received":true}' });
  const [{ body, ...rest } = { body: new Uint8Array() }] = asked;
  expect(rest).toEqual({ operation, namespace: 'webhook', tenant: 'demo', key: 'evt_1', traceparent: undefined });
  expect(JSON.parse(Buffer.from(body).toString())).toEqual(news);
});

it('carries on the trace context of the provider, which the signature does not cover', async () => {
  const body = JSON.stringify(event());
  const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
  await webhook.receive({ ...signed(body), traceparent }, Buffer.from(body));
  expect(asked).toMatchObject([{ traceparent }]);
});

describe('a signature', () => {
  it.each([
    ['of the secret', { signedBy: secret }, 200],
    ['of the secret before it, while both are good', { signedBy: older }, 200],
    ['of a secret whose time is over', { signedBy: ended }, 401],
    ['of a foreign secret', { signedBy: foreign }, 401],
    ['four minutes old', { ageMs: 4 * MINUTE_MS }, 200],
    ['six minutes old', { ageMs: 6 * MINUTE_MS }, 401],
    ['six minutes ahead', { ageMs: -6 * MINUTE_MS }, 401],
  ])('[minting WI1] %s is taken or not', async (_, sending, status) => {
    expect((await send(event(), sending)).status).toBe(status);
    expect(asked).toHaveLength(status === 200 ? 1 : 0);
  });

  it('[minting WI1] holds for the very bytes and headers it was made for', async () => {
    const body = JSON.stringify(event());
    const headers = signed(body);
    const flipped = Buffer.from(body);
    for (let at = 0; at < flipped.length; at++) {
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      const heard = await webhook.receive(headers, flipped);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      expect([at, [400, 401].includes(heard.status)]).toEqual([at, true]);
    }
    for (const [name, value] of Object.entries({
      'webhook-id': 'evt_2',
      'webhook-timestamp': `${Math.floor(Date.now() / 1_000) - 9}`,
      'webhook-signature': 'v1,AAAA',
    }))
      expect((await webhook.receive({ ...headers, [name]: value }, flipped)).status).toBe(401);
    for (const name of Object.keys(headers)) expect((await webhook.receive({ ...headers, [name]: undefined }, flipped)).status).toBe(401);
    expect((await webhook.receive(headers, Buffer.from(` ${body}`))).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('is taken among others of a provider that rotates its own', async () => {
    const body = JSON.stringify(event());
    const headers = signed(body);
    const both = `${signed(body, { signedBy: foreign })['webhook-signature']} v2,x ${headers['webhook-signature']}`;
    expect((await webhook.receive({ ...headers, 'webhook-signature': both }, Buffer.from(body))).status).toBe(200);
  });

  it('says the same of a tenant that is not there', async () => {
    const [unknown, known] = [await send(event({}, { tenant: 'nobody' })), await send(event(), { signedBy: foreign })];
    expect(unknown).toEqual(known);
  });
});

it.each([
  ['no JSON', 'payment', 'body-malformed'],
  ['no object', '[]', 'body-malformed'],
  ['no tenant', JSON.stringify({ type: 'payment.succeeded', data: news }), 'body-invalid'],
  ['a tenant that cannot be one', JSON.stringify(event({}, { tenant: 'a.b' })), 'body-invalid'],
  ['an event of another kind', JSON.stringify(event({ type: 'payout.paid' })), 'body-invalid'],
  ['a number for an amount', JSON.stringify(event({}, { amount: 5_000 })), 'body-invalid'],
  ['no payment', JSON.stringify(event({}, { payment: undefined })), 'body-invalid'],
])('is refused with 400 when its body has %s', async (_, body, code) => {
  const heard = await webhook.receive(signed(body), Buffer.from(body));
  expect([heard.status, JSON.parse(heard.body).code]).toEqual([400, code]);
  expect(asked).toEqual([]);
});

it('reads no body that is longer than an event can be', async () => {
  expect((await send(event({ note: 'x'.repeat(MAX_EVENT_BYTES) }))).status).toBe(413);
});

describe('the provider', () => {
  it.each([
    ['decided', { status: 200, body: '{}' }, 200],
    ['stored, not decided in time', accepted('gala', news.order), 202],
    ['in process already', problemAnswer('in-progress'), 202],
    ['refused for ever', { status: 409, body: '{"code":"sale-unknown"}' }, 200],
  ])('[minting WI5] need not tell again what is %s', async (_, of, status) => {
    answer = of;
    expect(await send(event())).toEqual({ status, body: '{"received":true}' });
  });

  it.each([
    'sale-unknown',
    'key-reused',
    'too-many-waiting',
    'log-unreachable',
    'parked',
    'fault',
  ] as const)('tells again what was not taken: %s', async (code) => {
    answer = problemAnswer(code);
    expect(await send(event())).toEqual(answer);
    expect(warned).toEqual([expect.objectContaining({ tenant: 'demo', payment: 'pay_1', event: 'evt_1', code })]);
  });
});
