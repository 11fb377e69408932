import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { CONNECTIONS } from '#shared/platform/process/process.module.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { WEBHOOK_PATH } from '../../apps/purchase/src/api/http/payment-webhook.js';
import { addressedParts, fill, methodOf, routes } from '../../apps/purchase/src/api/http/routes.js';
import { isSetting } from '../../apps/purchase/src/operations/operation.js';
import { signed } from '../../dev/payments/signing.js';
import type { HttpAsked, HttpHeard } from '../harness/http-caller.js';
import { Shop } from '../stages/shop.js';

/** While the log is away every route answers 503 with a retry time, also to requests that would be refused. */

const ORDER = `ord_${'a'.repeat(26)}`;
const PARTS = { sale: 'away', order: ORDER, ticket: `tkt_${'a'.repeat(26)}`, endpoint: 'away' };
const report = { sale: 'away', order: ORDER, payment: 'pay_1', amount: '5000', currency: 'EUR' };
const TYPES = ['succeeded', 'failed', 'refunded', 'dispute.opened', 'dispute.won', 'dispute.lost'];
/** Read by this version, refused by it, and refused for its spelling. */
const AMOUNTS = ['"5000"', '"05"', '"1","amount":"5000"'];

const shop = Shop.forTests('log-away');
let secret = '';
beforeAll(async () => {
  const tenants = await (await TenantRegister.on(shop.log.admin)).list();
  secret = tenants.find(({ tenant }) => tenant === 'demo')?.webhookSecrets[0]?.secret ?? '';
  await shop.demo.open('away', { quota: 5 }, { payment: 'webhook' });
  await shop.log.server.kill9();
});

interface Asked extends HttpAsked {
  readonly method: string;
  readonly path: string;
}

/** Each route twice if it has a key: with its example, and with a body that no current version accepts. */
const onRoutes = (): Asked[] =>
  routes().flatMap((route): Asked[] => {
    const { http } = route;
    const query = 'query' in http ? addressedParts(route).filter((part) => !http.path.includes(`:${part}`)) : [];
    const [method, path] = [
      methodOf(route),
      `${fill(http.path, PARTS)}${query.length > 0 ? `?${query.map((part) => `${part}=${PARTS[part]}`)}` : ''}`,
    ];
    if (method === 'GET') return [{ method, path }];
    const example = 'example' in http ? http.example : {};
    if (isSetting(route)) return [{ method, path, body: example }];
    return [example, { ...example, sale: 'away', unheardOf: 1 }].map((body) => ({ method, path, body, key: randomUUID() }));
  });

const asEvents = (): Asked[] =>
  TYPES.flatMap((type) =>
    AMOUNTS.map((amount) => {
      const data = JSON.stringify({ tenant: 'demo', ...report, dispute: 'dp_1' }).replace('"5000"', amount);
      const event = { id: `evt_${randomUUID()}`, payment: 'pay_1', body: `{"type":"payment.${type}","data":${data}}` };
      const { headers, body } = signed(event, [secret], Date.now());
      const { 'content-type': _, ...ofEvent } = headers; // the caller has its own
      return { method: 'POST', path: WEBHOOK_PATH, headers: ofEvent, body };
    }),
  );

const told = ({ status, body, headers }: HttpHeard): unknown => [status, body.code, headers.get('Retry-After') !== null];

it('is a 503 with Retry-After over HTTP, whatever the request', async () => {
  const asked = onRoutes();
  expect(asked.length).toBeGreaterThan(routes().length);
  const answer = await Promise.all(asked.map(({ method, path, ...more }) => shop.demoWeb.ask(method, path, more)));
  const away = [503, 'log-unreachable', true];
  expect(answer.map((one, index) => [asked[index]?.method, asked[index]?.path, told(one)])).toEqual(
    asked.map(({ method, path }) => [method, path, away]),
  );
}, 120_000);

it('is a 503 with Retry-After for every event of a payment provider, one that cannot be read included', async () => {
  const asked = asEvents();
  const answer = await Promise.all(asked.map(({ method, path, ...more }) => shop.demoWeb.ask(method, path, more)));
  expect(answer.map((one, index) => [asked[index]?.body, told(one)])).toEqual(
    asked.map(({ body }) => [body, [503, 'log-unreachable', true]]),
  );
}, 120_000);

it('ends the app all the same: no connection keeps trying to reach the server', async () => {
  const connections = shop.app.get<readonly NatsConnection[]>(CONNECTIONS, { strict: false });
  await shop.stopApp();
  expect(connections.map((connection) => connection.isClosed())).toEqual([true, true]);
});
