import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { WEBHOOK_PATH } from '../../apps/purchase/src/api/http/payment-webhook.js';
import { badKeys, badOpenings, badOrders, opening, order, toldOverHttp } from '../harness/bad-requests.js';
import { EDGE_MEMBERS, EDGE_VALUES } from '../harness/edge-values.js';
import { HttpCaller, problemOf } from '../harness/http-caller.js';
import { sendRaw } from '../harness/raw-http.js';
import { apiKeyOf } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

/** `FUZZ=long` asks 10,000 times (`npm run test:bad-input`). */
const FUZZ_RUNS = process.env.FUZZ === 'long' ? 10_000 : 1_000;

const shop = Shop.forTests('http-bad-input', { environment: { TENANT_RATE: '100000', TENANT_BURST: '100000' } });
beforeAll(async () => {
  await shop.demoWeb.open('bad', { quota: 10_000 });
});

describe('over HTTP an order is refused, nothing is stored and its key stays free', () => {
  it.each(badOrders)('that has %s', async (name, body, problem) => {
    const [key, before] = [randomUUID(), await shop.log.lastSequences()];
    expect(problemOf(await shop.demoWeb.askFor('order.place', body, key))).toMatchObject(toldOverHttp(name, problem));
    expect(await shop.log.lastSequences()).toEqual(before);
    expect(await shop.demoWeb.place('bad', { quantity: 1, buyer: key }, key)).toMatchObject({ status: 201, replayed: false });
  });

  /** As bytes on a socket: HTTP clients refuse to send some of these. A control character is refused by HTTP itself. */
  it.each(badKeys)('that has %s', async (_, key, code) => {
    const before = await shop.log.lastSequences();
    const body = JSON.stringify(order({}));
    for (const header of ['Idempotency-Key', 'X-Idempotency-Key']) {
      const head = ['POST /v1/sales/bad/orders HTTP/1.1', 'Host: here', `Authorization: Bearer ${apiKeyOf('demo')}`, 'Connection: close'];
      const about = [
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        ...(key === undefined ? [] : [`${header}: ${key}`]),
      ];
      const answer = await sendRaw(shop.demoWeb.url, [...head, ...about, '', body].join('\r\n'));
      expect(answer.status).toBe(400);
      expect([code, 'request-malformed']).toContain((JSON.parse(answer.body) as { code: string }).code);
    }
    expect(await shop.log.lastSequences()).toEqual(before);
  });
});

describe('over HTTP a sale is not opened, nothing is stored and its key stays free', () => {
  it.each(badOpenings)('with %s', async (_, body, problem) => {
    const [key, before] = [randomUUID(), await shop.log.lastSequences()];
    expect(problemOf(await shop.demoWeb.askFor('sale.open', body, key))).toMatchObject(problem);
    expect(await shop.log.lastSequences()).toEqual(before);
    expect(await shop.demoWeb.askFor('sale.open', opening({ sale: key }), key)).toMatchObject({ status: 201, replayed: false });
  });
});

describe('any other input over HTTP', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('A-1', 'bad', 'b-1', 1, '5000', null),
    fc.constantFrom(...EDGE_VALUES),
    fc.string({ unit: 'binary' }),
  );
  const member = fc.oneof(
    fc.constantFrom('sale', 'buyer', 'units', 'quantity', 'order', 'tickets', '__proto__'),
    fc.constantFrom(...EDGE_MEMBERS),
    fc.string({ maxLength: 5 }),
  );
  /** Similar to a request, but always invalid: it has an unknown member. */
  const nearly = fc.dictionary(member, value, { maxKeys: 6 }).map((some) => JSON.stringify({ ...some, 'not-known': 1 }));
  const body = fc.oneof(
    nearly,
    fc.json().map((text) => `[${text}]`),
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.uint8Array({ minLength: 1, maxLength: 80 }),
  );
  const part = fc.oneof(
    fc.constantFrom('v1', 'sales', 'bad', 'orders', 'cancel', 'mints', 'tickets', 'close', `ord_${'a'.repeat(26)}`),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const path = fc.oneof(
    fc.constantFrom(
      '/v1/sales',
      '/v1/sales/bad/orders',
      '/v1/sales/bad/close',
      '/v1/mints',
      `/v1/sales/bad/orders/ord_${'a'.repeat(26)}/refund`,
      `/v1/sales/bad/orders/ord_${'a'.repeat(26)}/cancel`,
      WEBHOOK_PATH,
    ),
    fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.map((one) => encodeURIComponent(one.replace(/\p{Cs}/gu, ''))).join('/')}`),
  );
  const header = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 300 });
  const headers = fc.record(
    {
      'Idempotency-Key': header,
      'X-Idempotency-Key': header,
      traceparent: header,
      'If-None-Match': header,
      'Last-Event-ID': header,
      'Content-Type': fc.constantFrom('application/json', 'text/plain', 'application/json; charset=latin1'),
      Accept: header,
    },
    { requiredKeys: [] },
  );
  const method = fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS');

  it('is answered with a problem that is the caller’s, stores nothing and breaks nothing', async () => {
    const before = await shop.log.lastSequences();
    const told = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(method, path, body, headers, async (asked, at, sent, withHeaders) => {
        if (asked === 'GET' && /^\/v1\/sales(\/bad)?$/.test(at)) return; // the two questions that are right
        const more = asked === 'GET' ? {} : { body: sent };
        const answer = await shop.demoWeb.ask(asked, at, { headers: withHeaders as Record<string, string>, ...more });
        told.set(answer.status, (told.get(answer.status) ?? 0) + 1);
        const problem = problemOf(answer);
        expect([400, 404, 405, 413, 415, ...(at === WEBHOOK_PATH ? [401] : [])]).toContain(problem.status);
      }),
      { numRuns: FUZZ_RUNS, seed: 20_272 },
    );
    expect(await shop.log.lastSequences()).toEqual(before);
    expect([...told.keys()].sort()).toEqual([400, 404, 405, 415]); // every kind of refusal was met
    expect((await shop.demoWeb.place('bad', { quantity: 1, buyer: 'after' })).status).toBe(201);
  }, 180_000);

  /** Bytes that no HTTP client would send: a line and headers of anything, on a socket. */
  it('as bytes on a socket is refused by HTTP or by us, stores nothing and breaks nothing', async () => {
    const before = await shop.log.lastSequences();
    const anything = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    const target = fc.oneof(path, anything);
    const line = fc.oneof(
      anything,
      fc
        .tuple(fc.constantFrom('Host', 'Idempotency-Key', 'Expect', 'Upgrade', 'Content-Encoding'), anything)
        .map((pair) => pair.join(': ')),
    );
    await fc.assert(
      fc.asyncProperty(method, target, fc.array(line, { maxLength: 6 }), async (asked, at, lines) => {
        const head = [`${asked} ${at} HTTP/1.1`, 'Host: here', `Authorization: Bearer ${apiKeyOf('demo')}`, ...lines, 'Connection: close'];
        const { status } = await sendRaw(shop.demoWeb.url, Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'));
        expect([400, 401, 404, 405, 408, 415, 417, 431]).toContain(status);
      }),
      { numRuns: FUZZ_RUNS / 5, seed: 20_274 },
    );
    expect(await shop.log.lastSequences()).toEqual(before);
    expect((await shop.demoWeb.place('bad', { quantity: 1, buyer: 'after' })).status).toBe(201);
  }, 180_000);

  it('as an API key opens nothing', async () => {
    const nobody = new HttpCaller(shop.demoWeb.url, 'demo', '');
    await fc.assert(
      fc.asyncProperty(header, async (credentials) => {
        const { status } = await nobody.ask('GET', '/v1/sales/bad', { headers: { Authorization: credentials } });
        expect(status).toBe(401);
      }),
      { numRuns: FUZZ_RUNS / 5, seed: 20_273 },
    );
  });
});
