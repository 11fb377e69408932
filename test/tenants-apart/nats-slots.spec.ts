import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { of } from 'rxjs';
import { type CallAnswer, MicroServiceStrategy } from '#shared/platform/messaging/micro-service.js';
import { isAdmitted, TenantLimits } from '#shared/platform/tenants/tenant-limits.js';
import { TenantRates } from '#shared/platform/tenants/tenant-rates.js';
import { startNats } from '../../dev/nats/server.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Stage } from '../stages/stage.js';

const AT_ONCE = 2;
const TURNS = 3 * AT_ONCE;
const WAIT_MS = 60_000;
const stage = Stage.forTests();
const folder = stage.folder('nats-slots');
const limits = new TenantLimits(new TenantRates(1_000_000, 1_000_000), AT_ONCE);
const held: ((answer: CallAnswer) => void)[] = [];
let demo: NatsConnection;
let acme: NatsConnection;

const answer = (status: number): CallAnswer => ({ body: '{}', headers: [['Admit-Status', `${status}`]] });
const refused = answer(429);

beforeAll(async () => {
  const server = await stage.keep(startNats({ dataDir: folder }));
  const connection = await stage.keep(connect(server.connection('edge')));
  const strategy = new MicroServiceStrategy({
    name: 'slots',
    version: '0.0.1',
    description: 'ends in every way there is',
    connection,
    admit: (tenant) => {
      const admission = limits.enter(tenant, 'other');
      return isAdmitted(admission) ? admission : refused;
    },
    onThrown: () => answer(500),
  });
  strategy.addHandler('sale.get', async () => answer(200));
  strategy.addHandler('sale.close', async () => of(answer(200)));
  strategy.addHandler('order.get', () => Promise.reject(new Error('a handler failed')));
  strategy.addHandler('ticket.get', () => {
    throw new Error('a handler failed at once');
  });
  strategy.addHandler('order.place', () => new Promise<CallAnswer>((resolve) => held.push(resolve)));
  await new Promise<void>((resolve, reject) => strategy.listen((thrown) => (thrown === undefined ? resolve() : reject(thrown))));
  stage.onClose(() => strategy.close());
  demo = await stage.keep(connect(server.connection('demo')));
  acme = await stage.keep(connect(server.connection('acme')));
});

const ask = async (connection: NatsConnection, tenant: string, what: string, body = ''): Promise<string | undefined> =>
  (await connection.request(`admit.${tenant}.${what}`, body, { timeout: WAIT_MS, headers: headers() })).headers?.get('Admit-Status');

const givesBack = (): Promise<void> => waitFor(() => limits.inFlight === 0, { what: 'every slot is given back', timeoutMs: WAIT_MS });

describe('[L13] a tenant over NATS', () => {
  it.each([
    ['are answered', 'sale.get', '200'],
    ['are answered by an observable', 'sale.close', '200'],
    ['fail', 'order.get', '500'],
    ['fail at once', 'ticket.get', '500'],
  ])('may send more requests one after the other than at once, which %s', async (_, what, status) => {
    for (let turn = 0; turn < TURNS; turn++) expect(await ask(demo, 'demo', what)).toBe(status);
    await givesBack();
  });

  it('has as many requests under way as it may, another tenant as many, and gets each slot back when it is answered', async () => {
    const waiting = Array.from({ length: AT_ONCE }, () => ask(demo, 'demo', 'order.place'));
    await waitFor(() => held.length === AT_ONCE, { what: 'they are under way', timeoutMs: WAIT_MS });
    expect([await ask(demo, 'demo', 'sale.get'), await ask(acme, 'acme', 'sale.get')]).toEqual(['429', '200']);
    for (const resolve of held.splice(0)) resolve(answer(201));
    expect(await Promise.all(waiting)).toEqual(['201', '201']);
    expect(await ask(demo, 'demo', 'sale.get')).toBe('200');
    await givesBack();
  });

  it('gets its slots back when no caller waits for the answer any more', async () => {
    for (let turn = 0; turn < TURNS; turn++) {
      demo.publish('admit.demo.order.place', '', { reply: 'no-caller' });
      await waitFor(() => held.length === 1, { what: 'it is under way', timeoutMs: WAIT_MS });
      held.pop()?.(answer(201));
      await givesBack();
    }
  });
});
