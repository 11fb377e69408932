import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Logger } from '#shared/platform/process/logger.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { PaymentReports } from '../../payments/payment-reports.js';
import { type Answer, accepted, problemAnswer } from '../../requests/answer.js';
import type { Request } from '../../requests/read-request.js';
import { type EventHeaders, MAX_EVENT_BYTES, PaymentWebhook } from './payment-webhook.js';

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const [secret, older, ended, foreign] = [newSecret(), newSecret(), newSecret(), newSecret()];
const MINUTE_MS = 60_000;

const report = { sale: 'gala', order: `ord_${'a'.repeat(26)}`, payment: 'pay_1', amount: '5000', currency: 'EUR' };
const event = (more: object = {}, data: object = {}): object => ({
  type: 'payment.succeeded',
  data: { tenant: 'demo', ...report, ...data },
  ...more,
});

let asked: Request[];
let decided: Request[];
let warned: unknown[];
let ignored: string[];
let answer: Answer;
/** The decision of an earlier version for this key. */
let before: Answer | undefined;
let webhook: PaymentWebhook;

beforeEach(() => {
  asked = [];
  decided = [];
  warned = [];
  ignored = [];
  before = undefined;
  answer = { status: 200, body: '{"order":"secret of the tenant"}' };
  const webhookSecrets = [{ secret }, { secret: older, until: Date.now() + MINUTE_MS }, { secret: ended, until: Date.now() - 1 }];
  const theirs: Readonly<Record<string, object[]>> = {
    demo: webhookSecrets,
    rotated: webhookSecrets.slice(0, 2),
    once: webhookSecrets.slice(0, 1),
  };
  const tenants = {
    active: (name: string) =>
      Object.hasOwn(theirs, name) ? ({ tenant: name, webhookSecrets: theirs[name] } as unknown as Tenant) : undefined,
  };
  const intake = {
    handle: async (request: Request): Promise<Answer> => {
      asked.push(request);
      return answer;
    },
    decidedBefore: async (request: Request): Promise<Answer | undefined> => {
      decided.push(request);
      return before;
    },
  };
  const logger = { warn: (said: unknown) => warned.push(said), debug: () => undefined } as unknown as Logger;
  const metrics = { ignoredEvent: (tenant: string) => ignored.push(tenant) };
  webhook = new PaymentWebhook(new PaymentReports(intake, metrics, logger), tenants);
});

interface Sending {
  readonly signedBy?: string;
  readonly ageMs?: number;
  readonly id?: string;
}

function signed(body: string, { signedBy = secret, ageMs = 0, id = 'evt_1' }: Sending = {}): EventHeaders {
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
])('turns %s into the command %s, with the event id as idempotency key', async (type, operation) => {
  expect(await send(event({ type, timestamp: 'now', livemode: false }, { fee: '30' }))).toEqual({ status: 200, body: '{"received":true}' });
  const [{ body, ...rest } = { body: new Uint8Array() }] = asked;
  expect(rest).toEqual({ operation, namespace: 'webhook', tenant: 'demo', key: 'evt_1', traceparent: undefined });
  expect(JSON.parse(Buffer.from(body).toString())).toEqual(report);
});

it("passes on the provider's trace context, which the signature does not cover", async () => {
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
  ])('[minting WI1] %s is accepted or rejected', async (_, sending, status) => {
    expect((await send(event(), sending)).status).toBe(status);
    expect(asked).toHaveLength(status === 200 ? 1 : 0);
  });

  it('[minting WI1] is valid only for exactly the signed bytes and headers', async () => {
    const body = JSON.stringify(event());
    const headers = signed(body);
    const flipped = Buffer.from(body);
    for (let at = 0; at < flipped.length; at++) {
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      const reply = await webhook.receive(headers, flipped);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      expect([at, [400, 401].includes(reply.status)]).toEqual([at, true]);
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

  it('is accepted among the signatures of a provider that rotates its secret', async () => {
    const body = JSON.stringify(event());
    const headers = signed(body);
    const both = `${signed(body, { signedBy: foreign })['webhook-signature']} v2,x ${headers['webhook-signature']}`;
    expect((await webhook.receive({ ...headers, 'webhook-signature': both }, Buffer.from(body))).status).toBe(200);
  });

  it('returns the same answer for an unknown tenant', async () => {
    const [unknown, known] = [await send(event({}, { tenant: 'nobody' })), await send(event(), { signedBy: foreign })];
    expect(unknown).toEqual(known);
  });
});

it.each([
  ['no JSON', 'payment', 'body-malformed'],
  ['no object', '[]', 'body-malformed'],
  ['no tenant', JSON.stringify({ type: 'payment.succeeded', data: report }), 'body-invalid'],
  ['a tenant that cannot be one', JSON.stringify(event({}, { tenant: 'a.b' })), 'body-invalid'],
  ['a type that is no text', JSON.stringify(event({ type: 5 })), 'body-invalid'],
  ['no type', JSON.stringify(event({ type: undefined })), 'body-invalid'],
  ['an empty payment', JSON.stringify(event({}, { payment: '' })), 'body-invalid'],
  ['a BOM', `\ufeff${JSON.stringify(event())}`, 'body-malformed'],
  ['something behind it', `${JSON.stringify(event())}x`, 'body-malformed'],
  ['a member twice', JSON.stringify(event()).replace('"amount"', '"amount":"1","amount"'), 'body-malformed'],
  [
    'a member twice, where we do not look',
    JSON.stringify(event({ more: 1 })).replace('"more"', '"more":{"a":1,"\\u0061":2},"extra"'),
    'body-malformed',
  ],
  ['a number for an amount', JSON.stringify(event({}, { amount: 5_000 })), 'body-invalid'],
  ['no payment', JSON.stringify(event({}, { payment: undefined })), 'body-invalid'],
])('is refused with 400 when its body has %s', async (_, body, code) => {
  const reply = await webhook.receive(signed(body), Buffer.from(body));
  expect([reply.status, JSON.parse(reply.body).code]).toEqual([400, code]);
  expect(asked).toEqual([]);
});

it('reads no body longer than the limit of events', async () => {
  expect((await send(event({ note: 'x'.repeat(MAX_EVENT_BYTES) }))).status).toBe(413);
});

describe('the provider', () => {
  it.each([
    ['decided', { status: 200, body: '{}' }, 200],
    ['refused for ever', { status: 409, body: '{"code":"sale-unknown"}' }, 200],
  ])('[minting WI5] need not send again what is %s', async (_, of, status) => {
    answer = of;
    expect(await send(event())).toEqual({ status, body: '{"received":true}' });
  });

  it.each([
    ['not decided in time', accepted('gala', report.order)],
    ['a copy of one that is not decided in time', problemAnswer('in-progress')],
  ])('[minting WI3] sends again what is %s: nothing was promised', async (_, of) => {
    answer = of;
    expect(await send(event())).toEqual(problemAnswer('not-decided'));
  });

  it.each([
    'sale-unknown',
    'key-reused',
    'too-many-waiting',
    'log-unreachable',
    'dead-lettered',
    'fault',
  ] as const)('sends again what was not accepted: %s', async (code) => {
    answer = problemAnswer(code);
    expect(await send(event())).toEqual(answer);
    expect(warned).toEqual([expect.objectContaining({ tenant: 'demo', payment: 'pay_1', event: 'evt_1', code })]);
  });
});

it.each([
  'ping',
  'payout.paid',
  'customer.created',
  '',
  '__proto__',
  'toString',
  'PAYMENT.SUCCEEDED',
])('accepts and ignores an event of the unknown type %j, and counts it', async (type) => {
  expect(await send(event({ type }, { payment: undefined, amount: 5 }))).toEqual({ status: 200, body: '{"received":true}' });
  expect([asked, ignored]).toEqual([[], ['demo']]);
});

it('rejects an unsigned event of an ignored type', async () => {
  expect((await send(event({ type: 'ping' }), { signedBy: foreign })).status).toBe(401);
  expect(ignored).toEqual([]);
});

it('accepts numbers beyond a double in members that are ignored', async () => {
  const body = JSON.stringify(event({ created: 'here' })).replace('"here"', '12345678901234567891');
  expect((await webhook.receive(signed(body), Buffer.from(body))).status).toBe(200);
});

it.each([
  ['application/json; charset=utf-8', undefined, 200],
  ['application/json; charset="UTF-8"', 'identity', 200],
  ['application/json; charset=utf-16', undefined, 400],
  ['application/json; charset=utf-8; charset=utf-16', undefined, 400],
  ['application/json', 'gzip', 400],
])('answers a body sent as %s, %s, with %i', async (contentType, contentEncoding, status) => {
  const body = JSON.stringify(event());
  expect((await webhook.receive(signed(body), Buffer.from(body), { contentType, contentEncoding })).status).toBe(status);
});

describe('an event that an earlier version accepted', () => {
  const twice = JSON.stringify(event({ more: 1 })).replace('"amount"', '"amount":"1","amount"');
  const tooStrange = JSON.stringify(event({}, { amount: '05' }));

  it.each([twice, tooStrange])('[L4] is accepted again, whatever this version validates: %s', async (body) => {
    before = { status: 200, body: '{}', replayed: true };
    expect(await webhook.receive(signed(body), Buffer.from(body))).toEqual({ status: 200, body: '{"received":true}' });
    expect(decided).toMatchObject([{ operation: 'payment.confirm', namespace: 'webhook', tenant: 'demo', key: 'evt_1' }]);
    expect(JSON.parse(Buffer.from(decided[0]?.body ?? []).toString())).toMatchObject({ sale: 'gala', payment: 'pay_1' });
  });

  it.each([twice, tooStrange])('is refused if no decision is recorded for its id: %s', async (body) => {
    expect((await webhook.receive(signed(body), Buffer.from(body))).status).toBe(400);
  });

  it.each([twice, tooStrange])('[minting WI5] is answered 503 if the log cannot say whether it was accepted: %s', async (body) => {
    before = problemAnswer('log-unreachable');
    expect(await webhook.receive(signed(body), Buffer.from(body))).toMatchObject({ status: 503, body: before.body });
  });

  it.each([twice, tooStrange])('is not looked up if it is not signed: %s', async (body) => {
    expect((await webhook.receive(signed(body, { signedBy: foreign }), Buffer.from(body))).status).toBe(401);
    expect(decided).toEqual([]);
  });
});

describe('[L8] a refused signature does not reveal by its response time whether the tenant exists', () => {
  const verify = Webhook.prototype.verify;
  afterEach(() => {
    Webhook.prototype.verify = verify;
  });

  it.each(['demo', 'rotated', 'once', 'nobody'])('checks as many signatures for the tenant %s as for any', async (tenant) => {
    let checked = 0;
    Webhook.prototype.verify = function counted(...given) {
      checked += 1;
      return verify.apply(this, given);
    };
    expect((await send(event({}, { tenant }), { signedBy: foreign })).status).toBe(401);
    expect(checked).toBe(2);
  });
});
