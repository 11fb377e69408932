import { jetstreamManager } from '@nats-io/jetstream';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { STREAMS } from '#shared/platform/topology/streams.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Caller } from '../harness/caller.js';
import { HttpCaller, type HttpHeard } from '../harness/http-caller.js';
import { startSelling } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const WAIT_MS = 60_000;

const shop = Shop.forTests('http');

const problem = (status: number, code: string): object => ({
  status,
  body: { status, code, type: `urn:admit-one:problem:${code}`, title: expect.stringMatching(/^[A-Z].*\.$/) },
});
function expectProblem(response: HttpHeard, status: number, code: string): void {
  expect(response).toMatchObject(problem(status, code));
  expect(response.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8');
}

describe('over HTTP a tenant', () => {
  it('opens a sale, orders, reads, cancels and closes; each answer has the Location of its outcome', async () => {
    const opened = await shop.demoWeb.open('gala', { seats: ['A-1', 'A-2'] });
    expect([opened.status, opened.headers.get('Location')]).toEqual([201, '/v1/sales/gala']);
    const placed = await shop.demoWeb.place('gala', { units: ['A-1'] });
    const path = `/v1/sales/gala/orders/${placed.body.order}`;
    expect([placed.status, placed.headers.get('Location'), placed.body.status]).toEqual([201, path, 'confirmed']);
    expect(await shop.demoWeb.get(path)).toMatchObject({ status: 200, body: { order: placed.body.order, status: 'confirmed' } });
    const [ticket] = placed.body.tickets as { ticket: string }[];
    expect(await shop.demoWeb.get(`/v1/tickets/${ticket?.ticket}?sale=gala`)).toMatchObject({
      status: 200,
      body: { unit: 'A-1', status: 'sold' },
    });
    expect(await shop.demoWeb.ask('POST', `${path}/cancel`, { key: 'cancel' })).toMatchObject({
      status: 200,
      body: { status: 'cancelled' },
    });
    expect(await shop.demoWeb.post('/v1/sales/gala/close', {})).toMatchObject({ status: 200, body: { closed: true } });
    expect(await shop.demoWeb.get('/v1/sales/gala/refunds-due')).toMatchObject({ status: 200, body: { refundsDue: [], problems: [] } });
    expect(await shop.demoWeb.place('gala', { units: ['A-2'] })).toMatchObject(problem(409, 'sale-closed'));
  });

  it('returns the same bytes as over NATS, whichever asked first', async () => {
    const first = await shop.demoWeb.open('both', { quota: 10 });
    expect(await shop.demo.open('both', { quota: 10 })).toMatchObject({ text: first.text, replayed: true });
    const body = { sale: 'both', buyer: 'b-1', quantity: 2 };
    const asked = await shop.demo.ask('order.place', body, 'k-1');
    for (const said of [body, { quantity: 2, buyer: 'b-1' }]) {
      const again = await shop.demoWeb.post('/v1/sales/both/orders', said, 'k-1');
      expect([again.status, again.text, again.replayed]).toEqual([201, asked.text, true]);
      expect(again.headers.get('X-Idempotent-Replayed')).toBe('true');
    }
    const other = await shop.demoWeb.post('/v1/sales/both/orders', { buyer: 'b-1', quantity: 3 }, 'k-1');
    expect(other).toMatchObject({ status: 422, replayed: false, body: { code: 'key-reused', errors: [{ pointer: '/quantity' }] } });
  });

  it('may repeat the sale in the body, if it is the same', async () => {
    await shop.demoWeb.open('twice-said', { quota: 10 });
    const other = await shop.demoWeb.post('/v1/sales/twice-said/orders', { sale: 'gala', buyer: 'b-1', quantity: 1 }, 'k');
    expect(other.body.errors).toEqual([{ pointer: '/sale', detail: 'differs from the address' }]);
    const same = await shop.demoWeb.post('/v1/sales/twice-said/orders', { sale: 'twice-said', buyer: 'b-1', quantity: 1 }, 'k');
    expect([same.status, same.replayed]).toEqual([201, false]);
  });

  it('may send its key under the other name, but not two different keys', async () => {
    await shop.demoWeb.open('keys', { quota: 10 });
    const order = { buyer: 'b-1', quantity: 1 };
    const first = await shop.demoWeb.post('/v1/sales/keys/orders', order, 'k-1');
    const alias = await shop.demoWeb.ask('POST', '/v1/sales/keys/orders', { body: order, headers: { 'X-Idempotency-Key': 'k-1' } });
    const both = await shop.demoWeb.post('/v1/sales/keys/orders', order, 'k-1', { 'X-Idempotency-Key': 'k-1' });
    expect([alias.text, both.text]).toEqual([first.text, first.text]);
    const before = await shop.log.settledSequences();
    expectProblem(await shop.demoWeb.post('/v1/sales/keys/orders', order, 'k-2', { 'X-Idempotency-Key': 'k-3' }), 400, 'keys-differ');
    expect(await shop.log.settledSequences()).toEqual(before);
  });
});

describe('[L8] the auth guard', () => {
  const anybody = (authorization?: string): Promise<HttpHeard> =>
    new HttpCaller(shop.demoWeb.url, 'demo').ask('GET', '/v1/sales/gala', { headers: { Authorization: authorization ?? '' } });

  it.each([
    ['nothing', undefined],
    ['no scheme', 'admit_test_key_of_tenant_demo'],
    ['another scheme', 'Basic ZGVtbzpkZW1v'],
    ['no key', 'Bearer '],
    ['a key of no tenant', 'Bearer admit_test_key_of_tenant_dem'],
    ['a longer key', 'Bearer admit_test_key_of_tenant_demo2'],
    ['two keys', 'Bearer admit_test_key_of_tenant_demo, Bearer admit_test_key_of_tenant_acme'],
    ['a hash of a key', `Bearer ${'a'.repeat(64)}`],
    ['an endless key', `Bearer ${'a'.repeat(8_000)}`],
  ])('does not open for %s', async (_, authorization) => {
    const response = await anybody(authorization);
    expectProblem(response, 401, 'unauthorized');
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer realm="admit-one"/);
  });

  it('does not open by writing an address in another way', async () => {
    const nobody = new HttpCaller(shop.demoWeb.url, 'demo', 'nobody');
    for (const path of ['/%761/sales/gala', '/v1%2Fsales/gala', '//v1/sales/gala', '/v1/sales/gala/', '/V1/sales/gala', '/v1/./sales/gala'])
      expect([401, 404]).toContain((await nobody.get(path)).status);
  });

  it('is not bypassed by later errors: no key, no body, no type', async () => {
    const nobody = new HttpCaller(shop.demoWeb.url, 'demo', 'nobody');
    for (const headers of [{}, { 'Content-Type': 'text/plain' }])
      expectProblem(await nobody.ask('POST', '/v1/sales', { body: 'x'.repeat(300_000), headers }), 401, 'unauthorized');
  });

  it('shows a tenant nothing of another: not that it is there, not by its key', async () => {
    await shop.demoWeb.open('own', { quota: 10 });
    const placed = await shop.demoWeb.place('own', { quantity: 1 }, 'k');
    const [{ ticket }] = placed.body.tickets as [{ ticket: string }];
    const order = `/v1/sales/own/orders/${placed.body.order}`;
    for (const path of ['/v1/sales/own', '/v1/sales/own/refunds-due', order, `/v1/tickets/${ticket}?sale=own`])
      expectProblem(await shop.acmeWeb.get(path), 404, 'sale-unknown');
    for (const path of ['/v1/sales/own/orders', '/v1/sales/own/close', `${order}/cancel`, `${order}/refund`]) {
      const body = path.endsWith('/orders') ? { buyer: 'b-1', quantity: 1 } : {};
      expectProblem(await shop.acmeWeb.post(path, body, 'k'), 404, 'sale-unknown');
    }
    const absent = await shop.acmeWeb.get('/v1/sales/never-was');
    expect((await shop.acmeWeb.get('/v1/sales/own')).text).toBe(absent.text);
    await shop.acmeWeb.open('own', { quota: 10 });
    const theirs = await shop.acmeWeb.place('own', { quantity: 1 }, 'k');
    expect([theirs.status, theirs.replayed]).toEqual([201, false]);
    expect(theirs.body.order).not.toBe(placed.body.order);
    expectProblem(await shop.acmeWeb.get(order), 404, 'order-unknown');
  });

  it('closes when a tenant is disabled, over HTTP and NATS, and opens when it is enabled', async () => {
    const register = await TenantRegister.on(shop.log.admin);
    const statusOf = async (): Promise<number> => (await shop.acmeWeb.get('/v1/sales/own')).status;
    const theirs = await Caller.of(shop.log.server, 'acme');
    await register.setStatus('acme', 'disabled');
    await waitFor(async () => (await statusOf()) === 403, { what: 'acme is out', timeoutMs: WAIT_MS });
    expectProblem(await shop.acmeWeb.place('own', { quantity: 1 }), 403, 'tenant-refused');
    expect(await theirs.ask('sale.get', { sale: 'own' })).toMatchObject({ status: 403, body: { code: 'tenant-refused' } });
    expect((await shop.demoWeb.get('/v1/sales/own')).status).toBe(200);
    await register.setStatus('acme', 'active');
    await waitFor(async () => (await statusOf()) === 200, { what: 'acme is in', timeoutMs: WAIT_MS });
    await theirs.close();
  });

  it('opens for a rotated key beside the old one', async () => {
    const register = await TenantRegister.on(shop.log.admin);
    await register.create('moved', { hasNatsPassword: true, apiKey: 'm'.repeat(32) });
    const { apiKey } = await register.rotate('moved', { apiKey: true, webhookSecret: false, natsUser: false, overlapMs: 60_000 });
    const callers = [apiKey, 'm'.repeat(32)].map((key) => new HttpCaller(shop.demoWeb.url, 'moved', key));
    const enter = async (): Promise<boolean> =>
      (await Promise.all(callers.map((caller) => caller.get('/v1/sales/x')))).every(({ status }) => status === 404);
    await waitFor(enter, { what: 'both keys open', timeoutMs: WAIT_MS });
  });
});

describe('a read', () => {
  it('is answered 304 while its tag holds, and whole when anything happened', async () => {
    await shop.demoWeb.open('tags', { quota: 100 });
    const placed = await shop.demoWeb.place('tags', { quantity: 1 });
    for (const path of ['/v1/sales/tags', `/v1/sales/tags/orders/${placed.body.order}`, '/v1/sales/tags/refunds-due']) {
      const first = await shop.demoWeb.get(path);
      const tag = first.headers.get('ETag') ?? '';
      expect([path, tag]).toEqual([path, `"${first.body.version}"`]);
      for (const known of [tag, `W/${tag}`, `"0", ${tag}`, '*']) {
        const response = await shop.demoWeb.get(path, { 'If-None-Match': known });
        expect([response.status, response.text, response.headers.get('ETag')]).toEqual([304, '', tag]);
      }
      expect((await shop.demoWeb.get(path, { 'If-None-Match': '"0", "1.5"' })).text).toBe(first.text);
    }
    const before = await shop.demoWeb.get('/v1/sales/tags');
    await shop.demoWeb.place('tags', { quantity: 1 });
    const after = await shop.demoWeb.get('/v1/sales/tags', { 'If-None-Match': before.headers.get('ETag') ?? '' });
    expect([after.status, after.body.version]).toEqual([200, Number(before.body.version) + 1]);
  });

  it('[AE5] changes nothing, a hundred times', async () => {
    const jsm = await jetstreamManager(shop.log.admin);
    const stored = (): Promise<unknown> =>
      Promise.all(STREAMS.map(async ({ name }) => [name, (await jsm.streams.info(name)).state.last_seq] as const));
    const placed = await shop.demoWeb.place('tags', { quantity: 1 });
    const [{ ticket }] = placed.body.tickets as [{ ticket: string }];
    const paths = [
      '/v1/sales/tags',
      `/v1/sales/tags/orders/${placed.body.order}`,
      `/v1/tickets/${ticket}?sale=tags`,
      '/docs',
      '/docs/json',
    ];
    const before = await stored();
    const response = await Promise.all(Array.from({ length: 100 }, (_, index) => shop.demoWeb.get(paths[index % paths.length] as string)));
    expect(new Set(response.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await stored()).toEqual(before);
  });

  it('may be asked for its head alone', async () => {
    const [whole, head] = [await shop.demoWeb.get('/v1/sales/tags'), await shop.demoWeb.ask('HEAD', '/v1/sales/tags')];
    const names = ['ETag', 'Content-Type', 'Content-Length', 'Cache-Control'];
    expect([head.status, head.text, names.map((name) => head.headers.get(name))]).toEqual([
      200,
      '',
      names.map((name) => whole.headers.get(name)),
    ]);
  });
});

describe('a tenant that asks too fast', () => {
  it('is answered 429 with Retry-After, its key stays free, and other tenants are unaffected', async () => {
    const slow = await startSelling(shop.log.server, 'fatal', { TENANT_RATE: '1', TENANT_BURST: '3' });
    try {
      const [fast, other] = [await HttpCaller.of(slow, 'demo'), await HttpCaller.of(slow, 'acme')];
      const began = performance.now();
      const response = await Promise.all(
        Array.from({ length: 30 }, (_, index) => fast.place('tags', { quantity: 1, buyer: `f-${index}` }, `f-${index}`)),
      );
      const most = 3 + (performance.now() - began) / 1_000; // one more for every second that they took
      const refused = response.filter(({ status }) => status === 429);
      const placed = response.filter(({ status }) => status === 201).length;
      expect([placed + refused.length, placed >= 3, placed <= most]).toEqual([response.length, true, true]);
      for (const one of refused) {
        expectProblem(one, 429, 'too-many-requests');
        expect(Number(one.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
      }
      expect((await other.get('/v1/sales/own')).status).toBe(200);
      const key = `f-${response.findIndex(({ status }) => status === 429)}`;
      expect(await shop.demoWeb.place('tags', { quantity: 1, buyer: key }, key)).toMatchObject({ status: 201, replayed: false });
    } finally {
      await slow.close();
    }
  });
});
