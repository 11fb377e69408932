import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { CONSUMERS } from '#shared/platform/topology/consumers.js';
import { STREAMS } from '#shared/platform/topology/streams.js';
import { HOLDS, taskOf } from '../../apps/console/page/streams.js';
import { PAGE_FILES } from '../../apps/console/src/http/page.js';
import { OPERATOR_PATHS } from '../../apps/console/src/operator/operator.module.js';
import { startConsole } from '../../apps/console/src/start.js';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import { HttpCaller } from '../harness/http-caller.js';
import { sendRaw } from '../harness/raw-http.js';
import { apiKeyOf } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const TOKEN = 'operator_token_of_a_test_which_is_no_secret';
/** Loaded in a second over a slow mobile connection. */
const MAX_PAGE_BYTES = 150_000;
const SOON = { timeoutMs: 60_000 };
const ORDER = `ord_${'a'.repeat(26)}`;

/** A shop with the console in front of it, and a server in the ledger's place that records what reaches it. */
class ConsoleShop extends Shop {
  console!: NestFastifyApplication;
  readonly atLedger: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  private ledger!: Server;

  override async open(): Promise<void> {
    await super.open();
    this.ledger = createServer(({ method, url, headers }, response) => {
      this.atLedger.push({ method, url, headers });
      response.setHeader('Content-Type', 'application/json').setHeader('Set-Cookie', 'a=b').setHeader('Ledger-Position', 'p');
      response.end('{"entries":[]}');
    });
    await new Promise<void>((resolve) => this.ledger.listen(0, '127.0.0.1', resolve));
    this.onClose(() => new Promise((resolve) => this.ledger.close(resolve)));
    this.console = await this.keep(this.startConsole(TOKEN));
  }

  startConsole(token: string): Promise<NestFastifyApplication> {
    const environment = readEnvironment({
      NATS_URL: this.log.server.url,
      NATS_PASSWORD: this.log.server.credentials('operator').pass,
      CONSOLE_PURCHASE_URL: this.demoWeb.url,
      CONSOLE_LEDGER_URL: `http://127.0.0.1:${(this.ledger.address() as AddressInfo).port}`,
      CONSOLE_OPERATOR_TOKEN: token,
    });
    return startConsole(environment, createLogger('console', 'fatal'));
  }

  as(key: string): Promise<HttpCaller> {
    return HttpCaller.of(this.console, 'demo', key);
  }
}

const shop = ConsoleShop.forTests('console-http');
let demo: HttpCaller;
let operator: HttpCaller;
beforeAll(async () => {
  demo = await shop.as(apiKeyOf('demo'));
  operator = await shop.as(TOKEN);
  await shop.demo.open('theirs', { quota: 10 });
  await shop.acme.open('others', { quota: 10 });
});

describe('an API key in the console', () => {
  it('reads its tenant alone', async () => {
    expect(await demo.ask('GET', '/api/v1/sales')).toMatchObject({ status: 200, body: { sales: [{ sale: 'theirs' }] } });
    expect(await demo.ask('GET', '/api/v1/sales/others')).toMatchObject({ status: 404, body: { code: 'sale-unknown' } });
    for (const key of ['', 'not_a_key_of_anybody_here', TOKEN])
      expect(await (await shop.as(key)).ask('GET', '/api/v1/sales')).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  });

  it.each([
    ['POST', '/api/v1/sales'],
    ['POST', '/api/v1/sales/theirs/orders'],
    ['DELETE', '/api/v1/sales/theirs'],
    ['GET', '/api/v1/webhooks/payments'],
    ['GET', '/api/health/ready'],
    ['GET', '/api/metrics'],
    ['GET', '/api/operator/tenants'],
    ['GET', '/api/v1/ledger/..%2f..%2fhealth%2fready'],
    ['GET', '/api/v1/sales/..%2f..%2fmetrics'],
    ['GET', '/api/v1/sales/%2e%2e/units'],
    ['GET', '/api/v1/sales/a%0d%0aHost:%20x/units'],
    ['GET', '/api/v1/tickets/..'],
    ['GET', '/api//v1/sales'],
    ['GET', '/api/v1/sales/../../v1/sales'],
    ['GET', 'http://127.0.0.1:1/api/v1/../operator/tenants'],
    ['POST', '/api/v1/webhook-endpoints/crm/change'],
    ['POST', '/api/v1/webhook-endpoints/crm/deliveries'],
    ['POST', '/api/v1/webhook-endpoints/..%2f..%2fv1%2fsales/test'],
    ['POST', '/api/v1/webhook-endpoints/%2e%2e/test'],
  ])('%s %s reaches nothing', async (method, path) => {
    const before = shop.atLedger.length;
    const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${apiKeyOf('demo')}\r\nConnection: close`;
    const { status } = await sendRaw(demo.url, `${head}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
    expect([400, 404, 405]).toContain(status);
    expect(shop.atLedger).toHaveLength(before);
  });

  it('manages the webhook endpoints of its tenant alone, and an operator only sees them', async () => {
    const path = '/api/v1/webhook-endpoints';
    const acme = await shop.as(apiKeyOf('acme'));
    const crm = { endpoint: 'crm', url: 'https://crm.example/admit' };
    const added = await acme.ask('POST', path, { body: crm });
    expect(added).toMatchObject({ status: 200, body: { ...crm, secret: expect.stringMatching(/^whsec_/) } });
    expect(await demo.ask('GET', path)).toMatchObject({ status: 200, body: { endpoints: [] } });
    const { apiKey } = (await operator.ask('POST', '/operator/tenants/acme/read-key')).body as unknown as { apiKey: string };
    const reader = await shop.as(apiKey);
    const seen = async () => (await reader.ask('GET', path)).text.includes(crm.url);
    await waitFor(seen, { what: 'the endpoint is seen with the read key', ...SOON });
    for (const change of ['rotate', 'test', 'redeliver', 'remove']) {
      expect(await demo.ask('POST', `${path}/crm/${change}`, { body: {} })).toMatchObject({
        status: 404,
        body: { code: 'endpoint-unknown' },
      });
      expect(await reader.ask('POST', `${path}/crm/${change}`, { body: {} })).toMatchObject({ status: 401 });
    }
    expect(await acme.ask('POST', `${path}/crm/rotate`, { body: {} })).toMatchObject({ status: 200 });
    expect(await acme.ask('POST', `${path}/crm/remove`, { body: {} })).toMatchObject({ status: 200, body: { removed: true } });
  });

  it('passes on named headers only, in both directions, and keeps the query as it was sent', async () => {
    const headers = {
      Cookie: 'a=b',
      'X-Forwarded-For': '10.0.0.1',
      'X-Forwarded-Host': 'elsewhere',
      Forwarded: 'for=10.0.0.1',
      'Idempotency-Key': 'k',
      'X-HTTP-Method-Override': 'POST',
      Accept: 'text/csv',
    };
    const answer = await demo.ask('GET', '/api/v1/ledger/orders?sale=theirs&status=held&sale=2', { headers });
    expect([answer.status, answer.headers.get('Set-Cookie'), answer.headers.get('Ledger-Position')]).toEqual([200, null, 'p']);
    const { method, url, headers: reached } = shop.atLedger.at(-1) ?? {};
    expect([method, url]).toEqual(['GET', '/v1/ledger/orders?sale=theirs&status=held&sale=2']);
    const names = Object.keys(reached ?? {}).filter((name) => !['host', 'connection', 'accept-encoding'].includes(name));
    expect(names.sort()).toEqual(['accept', 'authorization']);
    expect(reached?.authorization).toBe(`Bearer ${apiKeyOf('demo')}`);
  });

  it('finds the timeline of no order that the ledger does not have under its key', async () => {
    expect(await demo.ask('GET', `/api/timeline/${ORDER}`)).toMatchObject({ status: 404, body: { code: 'order-unknown' } });
    expect(shop.atLedger.at(-1)?.headers.authorization).toBe(`Bearer ${apiKeyOf('demo')}`);
    expect(await demo.ask('GET', '/api/timeline/ord_..')).toMatchObject({ status: 404 });
  });
});

describe("the operator's token", () => {
  const OTHERS = ['', apiKeyOf('demo'), TOKEN.slice(0, -1), `${TOKEN}x`, `x${TOKEN}`, TOKEN.toUpperCase(), 'admit_x'];

  it.each(OPERATOR_PATHS)('is needed for %s', async (path) => {
    const before = await shop.log.lastSequences();
    const address = path.replace(':entry', '1').replace(':tenant', 'demo');
    for (const token of OTHERS)
      for (const method of ['GET', 'POST']) {
        const { status } = await (await shop.as(token)).ask(method, address, method === 'POST' ? { body: {} } : {});
        expect([401, 405]).toContain(status);
      }
    expect(await shop.log.lastSequences()).toEqual(before);
  });

  it('accepts no token if the console has none, not even the empty one', async () => {
    const closed = await shop.keep(shop.startConsole(''));
    for (const token of ['', TOKEN])
      expect(await (await HttpCaller.of(closed, 'demo', token)).ask('GET', '/operator/tenants')).toMatchObject({
        status: 403,
        body: { code: 'no-operator' },
      });
  });

  it('lists, makes, rotates and disables tenants, and shows a secret once', async () => {
    const made = await operator.ask('POST', '/operator/tenants', { body: { tenant: 'new-one' } });
    expect([made.status, made.body.apiKey]).toEqual([201, expect.stringMatching(/^admit_/)]);
    expect(await operator.ask('POST', '/operator/tenants', { body: { tenant: 'new-one' } })).toMatchObject({ status: 409 });
    expect(await operator.ask('POST', '/operator/tenants', { body: { tenant: '../x' } })).toMatchObject({ status: 422 });
    const which = { apiKey: true, webhookSecret: false, natsKey: false, overlapHours: 0 };
    const rotated = await operator.ask('POST', '/operator/tenants/new-one/rotate', { body: which });
    expect(rotated.body).toMatchObject({ apiKey: expect.stringMatching(/^admit_/) });
    await operator.ask('POST', '/operator/tenants/new-one/disable');
    const listed = await operator.ask('GET', '/operator/tenants');
    expect(listed.body.tenants).toContainEqual(expect.objectContaining({ tenant: 'new-one', status: 'disabled', apiKeys: 1 }));
    for (const secret of [made.body.apiKey, made.body.webhookSecret, rotated.body.apiKey]) expect(listed.text).not.toContain(secret);
    expect(await operator.ask('POST', '/operator/tenants/nobody/disable')).toMatchObject({ status: 422, body: { code: 'not-possible' } });
  });

  it('issues a key that reads one tenant for an hour, and changes nothing', async () => {
    const { apiKey } = (await operator.ask('POST', '/operator/tenants/demo/read-key')).body as unknown as { apiKey: string };
    const reader = await shop.as(apiKey);
    const knows = async () => (await reader.ask('GET', '/api/v1/sales')).status === 200;
    await waitFor(knows, { what: 'the new key is known', ...SOON });
    expect(await reader.ask('GET', '/api/v1/sales/others')).toMatchObject({ status: 404 });
    const atPurchase = new HttpCaller(shop.demoWeb.url, 'demo', apiKey);
    expect(await atPurchase.ask('GET', '/v1/sales')).toMatchObject({ status: 200 });
    const before = await shop.log.lastSequences();
    for (const path of ['/v1/sales', '/v1/sales/theirs/orders', '/v1/sales/theirs/close'])
      expect(await atPurchase.ask('POST', path, { key: 'k', body: {} })).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    expect(await shop.log.lastSequences()).toEqual(before);
    const [record] = (await (await TenantRegister.on(shop.log.admin)).list()).filter(({ tenant }) => tenant === 'demo');
    expect(record?.apiKeys.filter(({ readOnly }) => readOnly)).toEqual([expect.objectContaining({ until: expect.any(Number) })]);
  });

  it('keeps the latest read keys, and every own key of the tenant', async () => {
    for (let each = 0; each < 6; each++) await operator.ask('POST', '/operator/tenants/acme/read-key');
    const [record] = (await (await TenantRegister.on(shop.log.admin)).list()).filter(({ tenant }) => tenant === 'acme');
    expect(record?.apiKeys.map(({ readOnly = false }) => readOnly)).toEqual([false, true, true, true, true]);
    expect(await shop.acmeWeb.ask('GET', '/v1/sales')).toMatchObject({ status: 200 });
  });
});

describe('the page', () => {
  it('is at most 150 KB compressed, all of it', () => {
    const folder = join(projectFolder(), 'dist', 'apps', 'console', 'page');
    const sizes = Object.values(PAGE_FILES).map(([name]) => gzipSync(readFileSync(join(folder, name))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_PAGE_BYTES);
  });

  it('shows the content of every stream, and the state of every consumer', () => {
    expect(STREAMS.map(({ name }) => name).filter((name) => HOLDS[name] === undefined)).toEqual([]);
    expect(CONSUMERS.map(({ config }) => config.durable_name).filter((name) => taskOf(name) === undefined)).toEqual([]);
  });

  it('needs no key, and permits nothing but its own files', async () => {
    const { status, headers, text } = await (await shop.as('')).ask('GET', '/');
    expect([status, headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = headers.get('Content-Security-Policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(text).not.toMatch(/<script>|style=|https?:\/\/|\son[a-z]+=/);
  });
});
