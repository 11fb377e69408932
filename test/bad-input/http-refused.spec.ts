import { HttpCaller, type HttpHeard } from '../harness/http-caller.js';
import { type RawHeard, sendRaw } from '../harness/raw-http.js';
import { apiKeyOf, startSelling } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('http-refused');
beforeAll(async () => {
  await shop.demoWeb.open('full', { quota: 10_000 });
});

function expectProblem(answer: HttpHeard, status: number, code: string): void {
  expect(answer).toMatchObject({ status, body: { status, code, type: `urn:admit-one:problem:${code}` } });
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8');
  expect([answer.headers.get('Cache-Control'), answer.headers.get('X-Content-Type-Options')]).toEqual(['no-store', 'nosniff']);
}

describe('errors of the HTTP server itself are problems too', () => {
  it.each([
    ['GET', '/nothing', 404, 'route-unknown'],
    ['GET', '/v1', 404, 'route-unknown'],
    ['GET', '/v1/sales/full/orders/', 404, 'route-unknown'],
    ['GET', `/v1/sales/${'x'.repeat(500)}`, 404, 'route-unknown'],
    ['POST', '/v1/sales/full/nothing', 404, 'route-unknown'],
    ['GET', '/v1/%zz', 400, 'request-malformed'],
    ['GET', '/v1/sales/a.b', 404, 'sale-unknown'],
    ['GET', '/v1/sales/a%2Fb', 404, 'sale-unknown'],
    ['GET', '/v1/sales/%00', 404, 'sale-unknown'],
    ['GET', '/v1/sales/full/orders/ord_1', 404, 'order-unknown'],
    ['GET', '/v1/tickets/tkt_1?sale=full', 404, 'ticket-unknown'],
    ['GET', `/v1/tickets/tkt_${'a'.repeat(26)}?sale=a.b`, 404, 'sale-unknown'],
    ['GET', `/v1/tickets/tkt_${'a'.repeat(26)}?sale=full&sale=full`, 404, 'sale-unknown'],
    ['GET', `/v1/tickets/tkt_${'a'.repeat(26)}`, 400, 'body-invalid'],
  ])('%s %s', async (method, path, status, code) => {
    expectProblem(await shop.demoWeb.ask(method, path, method === 'POST' ? { body: {}, key: 'k' } : {}), status, code);
  });

  it.each([
    ['DELETE', '/v1/sales/full', 'GET, HEAD'],
    ['PUT', '/v1/sales', 'GET, HEAD, POST'],
    ['GET', '/v1/sales/full/orders', 'POST'],
    ['OPTIONS', '/v1/sales/full/orders', 'POST'],
    ['POST', '/v1/events', 'GET, HEAD'],
    ['POST', '/docs', 'GET, HEAD'],
    ['PATCH', '/health/live', 'GET, HEAD'],
  ])('405 for %s %s, which knows %s', async (method, path, allow) => {
    const answer = await shop.demoWeb.ask(method, path);
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('Allow')).toBe(allow);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'json',
    'application/xml',
  ])('415 for a body of %s', async (type) => {
    const answer = await shop.demoWeb.post('/v1/sales/full/orders', '{"buyer":"b","quantity":1}', 'k', { 'Content-Type': type });
    expectProblem(answer, 415, 'media-type');
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="utf-8"'])('but not for %s', async (type) => {
    const answer = await shop.demoWeb.post('/v1/sales/full/orders', '{"buyer":"b","quantity":1}', type, { 'Content-Type': type });
    expect(answer.status).toBe(201);
  });

  it('413 for a body beyond the limit, with or without a Content-Length, and accepts the longest allowed body', async () => {
    const long = (bytes: number): string => JSON.stringify({ buyer: 'long', quantity: 1 }).padEnd(bytes);
    for (let tries = 0; tries < 5; tries++) {
      const answer = await shop.demoWeb.post('/v1/sales/full/orders', long(2 * 1024 * 1024), 'long');
      expectProblem(answer, 413, 'body-too-large');
      expect(answer.body.detail).toContain('204800');
    }
    const chunk = 'x'.repeat(1_024);
    const chunks = Array.from({ length: 201 }, () => `400\r\n${chunk}\r\n`).join('');
    expect(await raw('POST /v1/sales/full/orders', ['Transfer-Encoding: chunked'], `${chunks}0\r\n\r\n`)).toMatchObject({ status: 413 });
    expect((await shop.demoWeb.post('/v1/sales/full/orders', long(200 * 1024), 'long')).status).toBe(201);
  });

  const raw = (line: string, headers: readonly string[], body = ''): Promise<RawHeard> =>
    sendRaw(
      shop.demoWeb.url,
      [
        `${line} HTTP/1.1`,
        'Host: here',
        `Authorization: Bearer ${apiKeyOf('demo')}`,
        'Content-Type: application/json',
        ...headers,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    );

  it.each([
    [
      'headers beyond the bound',
      `GET /v1/sales/full HTTP/1.1\r\nHost: here\r\nX-Much: ${'x'.repeat(17_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['a line that is no request', 'one ticket, please\r\n\r\n', 400, 'request-malformed'],
    ['an unknown method', 'BUY /v1/sales HTTP/1.1\r\nHost: here\r\n\r\n', 400, 'request-malformed'],
    ['a length that is none', 'POST /v1/sales HTTP/1.1\r\nHost: here\r\nContent-Length: many\r\n\r\n', 400, 'request-malformed'],
    [
      'a length and chunks',
      'POST /v1/sales HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
      400,
      'request-malformed',
    ],
    ['a NUL in a header', 'GET /v1/sales/full HTTP/1.1\r\nHost: here\r\nIdempotency-Key: a\u0000b\r\n\r\n', 400, 'request-malformed'],
    ['TLS', Uint8Array.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]), 400, 'request-malformed'],
  ])('%s, answered on the socket', async (_, bytes, status, code) => {
    const answer = await sendRaw(shop.demoWeb.url, bytes);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, expect.objectContaining({ status, code })]);
    expect(answer.head).toMatch(/content-type: application\/problem\+json/i);
  });

  it('two header lines with different keys, and not two with the same key', async () => {
    const order = '{"buyer":"b","quantity":1}';
    const twice = (first: string, second: string): Promise<RawHeard> =>
      raw(
        'POST /v1/sales/full/orders',
        [`Idempotency-Key: ${first}`, `Idempotency-Key: ${second}`, `Content-Length: ${order.length}`],
        order,
      );
    const before = await shop.log.lastSequences();
    expect(JSON.parse((await twice('one', 'two')).body)).toMatchObject({ status: 400, code: 'keys-differ' });
    expect(await shop.log.lastSequences()).toEqual(before);
    expect((await twice('same', 'same')).status).toBe(201);
  });
});

describe('while the log cannot be reached', () => {
  it('a request is answered 503 with Retry-After; afterwards the same key is answered', async () => {
    await shop.demoWeb.place('full', { quantity: 1, buyer: 'before' });
    await shop.log.server.kill9();
    const [placed, read, ready] = await Promise.all([
      shop.demoWeb.place('full', { quantity: 1, buyer: 'during' }, 'during'),
      shop.demoWeb.get('/v1/sales/full'),
      shop.demoWeb.get('/health/ready'),
    ]);
    for (const answer of [placed, read]) {
      expectProblem(answer, 503, 'log-unreachable');
      expect(answer.headers.get('Retry-After')).toBe('1');
    }
    expect(ready.status).toBe(503);
    await shop.log.server.restart();
    let again = placed;
    while (again.status === 503 || again.status === 202 || again.body.code === 'in-progress')
      again = await shop.demoWeb.place('full', { quantity: 1, buyer: 'during' }, 'during');
    expect(again.status).toBe(201);
  });
});

describe('a process that stops', () => {
  it('answers accepted requests; rejected or unreceived ones are answered elsewhere with the same key', async () => {
    const other = await startSelling(shop.log.server);
    const caller = await HttpCaller.of(other, 'demo');
    const keys = Array.from({ length: 40 }, (_, index) => `s-${index}`);
    const asked = keys.map((key) => caller.place('full', { quantity: 1, buyer: key }, key).catch(() => undefined));
    await Promise.race(asked);
    await other.close();
    const answer = await Promise.all(asked);
    expect(answer.filter((one) => one?.status === 201).length).toBeGreaterThan(0);
    for (const one of answer) if (one !== undefined && one.status !== 201) expectProblem(one, 503, 'stopping');
    const again = await Promise.all(keys.map((key) => shop.demoWeb.place('full', { quantity: 1, buyer: key }, key)));
    expect(again.map(({ status }) => status)).toEqual(keys.map(() => 201));
    for (const [index, one] of answer.entries())
      if (one?.status === 201) expect(again[index]).toMatchObject({ text: one.text, replayed: true });
    await expect(caller.get('/v1/sales/full')).rejects.toThrow('fetch failed');
  });
});
