import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EventType, versionOf } from '#shared/domain/event-versions.js';
import { type Account, controlOf, normalSide } from '#shared/domain/ledger/account.js';
import { EventCursors } from '#shared/platform/http/event-cursor.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { inspectTopology } from '#shared/platform/topology/inspect.js';
import { ROUTES } from '../../apps/ledger/src/http/routes.js';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import { EventReader } from '../harness/event-reader.js';
import type { HttpHeard } from '../harness/http-caller.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { Shop } from '../stages/shop.js';

const WAIT_MS = 60_000;
type Item = Readonly<Record<string, string>>;

const shop = Shop.forTests('ledger-queries');
const ledger = RunningLedger.forTests(shop);
const items = ({ body }: HttpHeard, name: string): Item[] => body[name] as Item[];
const list = async (what: string, query = ''): Promise<Item[]> => {
  const response = await ledger.demo.get(`/v1/ledger${what === 'entries' ? '' : `/${what}`}?limit=1000${query}`);
  expect(response.status).toBe(200);
  return items(response, what);
};

beforeAll(async () => {
  for (const sale of ['gala', 'fair']) {
    await shop.demoWeb.open(sale, { quota: 10 }, { payment: sale === 'fair' ? 'webhook' : 'none' });
    for (const [n, buyer] of ['ann', 'ben', 'ann'].entries()) {
      const placed = await shop.demoWeb.place(sale, { quantity: n + 1, buyer }, `${sale}-${n}`);
      if (sale === 'fair' && n === 0) await shop.demoWeb.post(`/v1/sales/fair/orders/${placed.body.order}/cancel`, {});
    }
  }
  const [categories, types] = [['front', 'back'].map((category) => ({ category })), ['adult', 'child'].map((type) => ({ type }))];
  const prices = categories.flatMap((one) => types.map((type) => ({ ...one, ...type, amount: '1000' })));
  const areas = categories.map((one) => ({ area: one.category, ...one, quota: 5 }));
  const offer = { currency: 'EUR', categories, types, prices, units: { areas } };
  await shop.demoWeb.post('/v1/sales', { sale: 'hall', name: 'Hall', ...offer, payment: 'none', mint: 'on-request' }, 'open-hall');
  const items = areas.flatMap(({ area }) => types.map((type) => ({ area, ...type, quantity: 1 })));
  await shop.demoWeb.place('hall', { items, buyer: 'cid' }, 'hall-0');
  await shop.acmeWeb.open('gala', { quota: 5 });
  await shop.acmeWeb.place('gala', { quantity: 1 }, 'gala-0');
  await ledger.catchesUp();
});

describe('the ledger over HTTP', () => {
  it("answers every row with its shape, and the ledger's position", async () => {
    for (const { path, answer } of ROUTES) {
      for (const caller of [ledger.demo, ledger.acme]) {
        const response = await caller.get(path);
        expect([path, response.status]).toEqual([path, 200]);
        answer.parse(response.body);
        expect(response.headers.get('Ledger-Position')).toBe(response.body.position);
        expect(response.headers.get('Cache-Control')).toBe('no-store');
      }
    }
  });

  it('answers the documented queries', async () => {
    const asked = [...readFileSync(join(projectFolder(), 'docs', 'integrate.md'), 'utf8').matchAll(/^ask '([^']+)'/gm)].map(
      ([, path = '']) => path,
    );
    expect(asked.length).toBeGreaterThan(ROUTES.length);
    for (const path of asked) expect([path, (await ledger.demo.get(path)).status]).toEqual([path, 200]);
  });

  it('returns the version of a sale, as the sale itself does', async () => {
    for (const sale of ['gala', 'fair']) {
      const { body } = await shop.demoWeb.get(`/v1/sales/${sale}`);
      for (const { path } of ROUTES) expect((await ledger.demo.get(`${path}?sale=${sale}`)).body.version).toBe(body.version);
    }
    expect((await ledger.demo.get('/v1/ledger?sale=nowhere')).body).toMatchObject({ entries: [], version: 0 });
  });

  it('names the events that moved something as /v1/events does', async () => {
    const reader = await EventReader.open(`${shop.demoWeb.url}/v1/events`, shop.demoWeb.authorization);
    if (!(reader instanceof EventReader)) throw new Error('no stream was opened');
    const entries = await list('entries');
    const wanted = new Set(entries.map(({ position }) => position));
    const types = new Map<string, string>();
    while (types.size < wanted.size) {
      const event = await reader.next();
      if (event === undefined) break;
      if (wanted.has(event.id)) types.set(event.id, event.type);
    }
    reader.leave();
    expect(entries.map(({ position = '', event }) => [event, types.get(position)])).toEqual(
      entries.map(({ event }) => [event, `admit.${event}.v${versionOf(event as EventType)}`]),
    );
  });

  it.each([
    ['sale=gala', (entry: Item) => entry.sale === 'gala'],
    ['unitOfAccount=EUR', (entry: Item) => entry.unitOfAccount === 'EUR'],
    ['unitOfAccount=tickets:fair', (entry: Item) => entry.unitOfAccount === 'tickets:fair'],
    ['account=held', (entry: Item) => [entry.debit, entry.credit].some((name) => controlOf(name as Account) === 'held')],
    ['account=sold/ann', (entry: Item) => [entry.debit, entry.credit].includes('sold/ann')],
    ['account=sold&sale=gala', (entry: Item) => entry.sale === 'gala' && controlOf(entry.debit as Account) === 'sold'],
  ])('lists exactly the entries of ?%s', async (query, isWanted) => {
    const wanted = (await list('entries')).filter(isWanted);
    expect(wanted.length).toBeGreaterThan(0);
    expect(await list('entries', `&${query}`)).toEqual(wanted);
  });

  it('lists the entries of an order and of a ticket, its orders and its tickets', async () => {
    const all = await list('entries');
    const [order] = await list('orders', '&sale=gala&buyer=ben');
    expect(order).toMatchObject({ status: 'confirmed', total: { amount: '10000', currency: 'EUR' }, key: 'gala-1' });
    expect(await list('entries', `&order=${order?.order}`)).toEqual(all.filter((entry) => entry.order === order?.order));
    const tickets = await list('tickets', `&order=${order?.order}`);
    expect(tickets.map(({ ticket }) => ticket).sort()).toEqual([...((order?.tickets ?? []) as unknown as string[])].sort());
    expect(await list('tickets', '&status=sold&sale=gala')).toHaveLength(6);
    expect((await list('orders', '&status=cancelled')).map(({ sale }) => sale)).toEqual(['fair']);
  });
});

describe('balances of the past', () => {
  const key = ({ sale, unitOfAccount, account }: Item): string => `${sale} ${unitOfAccount} ${account}`;

  /** What entries come to, added up here. */
  function sumOf(entries: readonly Item[]): Map<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const { sale, unitOfAccount, debit, credit, amount } of entries) {
      for (const [name, side] of [
        [debit, 'debit'],
        [credit, 'credit'],
      ] as [Account, string][]) {
        const of = key({ sale, unitOfAccount, account: controlOf(name) } as Item);
        sums.set(of, (sums.get(of) ?? 0n) + (normalSide(name) === side ? BigInt(amount ?? '') : -BigInt(amount ?? '')));
      }
    }
    return sums;
  }
  const asMap = (balances: readonly Item[]): Map<string, bigint> => new Map(balances.map((one) => [key(one), BigInt(one.amount ?? '')]));

  it('equal the sums of entries up to each position, and the last equals the current state', async () => {
    const entries = await list('entries');
    const places = [...new Set(entries.map(({ position }) => position))];
    for (const place of places) {
      const upTo = await list('entries', `&upTo=${place}`);
      expect(upTo).toEqual(entries.slice(0, entries.findLastIndex(({ position }) => position === place) + 1));
      expect(await list('entries', `&after=${place}`)).toEqual(entries.slice(upTo.length));
      expect(asMap(await list('balances', `&at=${place}`))).toEqual(sumOf(upTo));
    }
    const now = await ledger.demo.get('/v1/ledger/balances?limit=1000');
    expect(await list('balances', `&at=${now.body.position}`)).toEqual(items(now, 'balances'));
    expect(await list('balances', `&at=${now.body.position}&sale=gala&account=sold`)).toEqual(
      await list('balances', '&sale=gala&account=sold'),
    );
    expect(await list('entries', `&after=${now.body.position}`)).toEqual([]);
  });

  it('are available by time too', async () => {
    const entries = await list('entries');
    for (const { at: time = '' } of entries) {
      const upTo = entries.filter(({ at = '' }) => Date.parse(at) <= Date.parse(time));
      expect(asMap(await list('balances', `&atTime=${time}`))).toEqual(sumOf(upTo));
      expect(await list('entries', `&upToTime=${time}`)).toEqual(upTo);
      expect(await list('entries', `&afterTime=${time}`)).toHaveLength(entries.length - upTo.length);
    }
    expect(await list('balances', '&atTime=2020-01-01T00:00:00%2B02:00')).toEqual([]);
  });

  it('of a time equal those of a log position, even if its clocks disagreed: none is negative', async () => {
    const [sold] = await ledger.query<{ sequence: string; at: Date }>(
      `select sequence, occurred_at as at from ledger.ledger_entry where tenant = 'demo' and debit like 'sold/%' order by sequence limit 1`,
    );
    const behind = (by: string) =>
      ledger.query(
        `update ledger.ledger_entry set occurred_at = occurred_at ${by} interval '1 hour' where debit like 'sold/%' and sequence = $1`,
        [sold?.sequence],
      );
    await behind('-');
    const time = new Date(Number(sold?.at) - 1_800_000).toISOString();
    const balances = await list('balances', `&sale=gala&atTime=${time}`);
    await behind('+');
    expect(balances.length).toBeGreaterThan(0);
    for (const { amount = '', account = '' } of balances) expect([account, BigInt(amount) >= 0n]).toEqual([account, true]);
  });

  it.each([
    '2040-01-01T00:00:00%2B23:59',
    '9999-12-31T23:59:59-23:59',
    '2040-01-01T00:00:00.123456789Z',
  ])('are asked for at any time of RFC 3339, such as %s', async (time) => {
    expect(await list('balances', `&atTime=${time}`)).toEqual(await list('balances'));
    expect(await list('entries', `&upToTime=${time}`)).toEqual(await list('entries'));
    expect(await list('entries', `&afterTime=${time}`)).toEqual([]);
  });

  it('stay as they were after later events', async () => {
    const { body } = await ledger.demo.get('/v1/ledger/balances?limit=1000');
    await shop.demoWeb.place('gala', { quantity: 1, buyer: 'late' }, 'late');
    await ledger.catchesUp();
    expect(await list('balances', `&at=${body.position}`)).toEqual(body.balances);
    expect((await ledger.demo.get('/v1/ledger')).body.position).not.toBe(body.position);
  });
});

describe('pages', () => {
  const follow = async (path: string, meanwhile: () => Promise<unknown> = async () => undefined): Promise<Item[]> => {
    const name = path.replace(/\?.*/, '').split('/').at(3) ?? 'entries';
    const found: Item[] = [];
    const separator = path.includes('?') ? '&' : '?';
    for (let cursor = ''; ; ) {
      const response = await ledger.demo.get(`${path}${separator}limit=2${cursor}`);
      expect([response.status, items(response, name).length]).toEqual([200, expect.any(Number)]);
      found.push(...items(response, name));
      if (response.body.next === undefined) return found;
      cursor = `&cursor=${response.body.next}`;
      await meanwhile();
    }
  };

  it.each(ROUTES.map(({ path }) => path))('of %s are the whole, in the same order', async (path) => {
    const whole = await list(path.split('/').at(3) ?? 'entries');
    expect(whole.length).toBeGreaterThan(4);
    expect(await follow(path)).toEqual(whole);
    const { body } = await ledger.demo.get(path);
    if (path.endsWith('balances')) expect(await follow(`${path}?at=${body.position}`)).toEqual(whole);
  });

  it.each(['orders', 'tickets', 'entries'])('of %s skip and repeat nothing while new rows arrive', async (what) => {
    const key = ({ order, ticket, position, entry }: Item): string => (what === 'entries' ? `${position} ${entry}` : `${order} ${ticket}`);
    const before = (await list(what)).map(key);
    let n = 0;
    const found = (
      await follow(what === 'entries' ? '/v1/ledger' : `/v1/ledger/${what}`, async () => {
        if (n++ > 4) return; // entries would never end
        await shop.demoWeb.open(`more-${what}-${n}`, { quota: 5 });
        await shop.demoWeb.place(`more-${what}-${n}`, { quantity: 2, buyer: `b-${n}` });
        await ledger.catchesUp();
      })
    ).map(key);
    expect(new Set(found).size).toBe(found.length);
    expect(before.filter((one) => !found.includes(one))).toEqual([]);
    expect(n).toBeGreaterThan(2);
  });
});

describe('[L8] another tenant', () => {
  it('cannot see this one, whatever name it uses', async () => {
    const [order] = await list('orders', '&sale=fair');
    const [ticket] = await list('tickets', '&sale=fair');
    for (const query of [`order=${order?.order}`, `ticket=${ticket?.ticket}`, 'sale=fair', 'account=sold/ann'])
      expect(items(await ledger.acme.get(`/v1/ledger?${query}`), 'entries')).toEqual([]);
    expect(items(await ledger.acme.get(`/v1/ledger/tickets?order=${order?.order}`), 'tickets')).toEqual([]);
    expect(items(await ledger.acme.get('/v1/ledger/orders?sale=fair'), 'orders')).toEqual([]);
    expect(items(await ledger.acme.get('/v1/ledger/balances?sale=fair'), 'balances')).toEqual([]);
  });

  it('has no use for its cursors and places', async () => {
    const { body } = await ledger.demo.get('/v1/ledger?limit=1');
    for (const query of [`cursor=${body.next}`, `after=${body.position}`, `upTo=${body.position}`])
      expect(await ledger.acme.get(`/v1/ledger?limit=1&${query}`)).toMatchObject({ status: 400, body: { code: 'cursor-unknown' } });
    expect(await ledger.acme.get(`/v1/ledger/balances?at=${body.position}`)).toMatchObject({
      status: 400,
      body: { code: 'cursor-unknown' },
    });
  });

  it('moves nothing that this one sees: not even how far the ledger is', async () => {
    const before = await ledger.demo.get('/v1/ledger/balances');
    await shop.acmeWeb.open('unseen', { quota: 5 });
    await ledger.catchesUp();
    expect((await ledger.demo.get('/v1/ledger/balances')).text).toBe(before.text);
  });

  it('is identified by the API key alone', async () => {
    expect(await ledger.demo.get('/v1/ledger?tenant=acme')).toMatchObject({
      status: 400,
      body: { code: 'query-invalid', errors: [{ pointer: 'query:tenant', detail: 'is not known here' }] },
    });
    for (const key of ['', 'admit_test_key_of_tenant_nobody']) {
      const response = await (await ledger.caller('demo', key)).get('/v1/ledger');
      expect([response.status, response.headers.get('WWW-Authenticate')]).toEqual([401, expect.stringMatching(/^Bearer /)]);
    }
  });

  it('[L8] is out as soon as it is disabled', async () => {
    const register = await TenantRegister.on(shop.log.admin);
    await register.setStatus('acme', 'disabled');
    const told = async (): Promise<HttpHeard> => ledger.acme.get('/v1/ledger/orders');
    await waitFor(async () => (await told()).status === 403, { what: 'the tenant is out', timeoutMs: WAIT_MS });
    expect((await told()).body.code).toBe('tenant-refused');
    await register.setStatus('acme', 'active');
    await waitFor(async () => (await told()).status === 200, { what: 'the tenant is in again', timeoutMs: WAIT_MS });
  });
});

it('refuses a position that it has not reached', async () => {
  const tenant = (await (await TenantRegister.on(shop.log.admin)).list()).find((one) => one.tenant === 'demo');
  const cursors = new EventCursors(tenant?.cursorKey ?? '', await inspectTopology(shop.log.admin));
  const sequence = ((await shop.log.lastSequences()).EVENTS ?? 0) + 1;
  const response = await ledger.demo.get(`/v1/ledger/balances?at=${cursors.seal({ sequence, index: 0 })}`);
  expect(response).toMatchObject({ status: 503, body: { code: 'ledger-behind' } });
  expect(response.headers.get('Retry-After')).toBe('1');
});
