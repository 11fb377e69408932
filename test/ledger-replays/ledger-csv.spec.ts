import { MAX_LIMIT } from '../../apps/ledger/src/queries/questions.js';
import type { HttpCaller, HttpHeard } from '../harness/http-caller.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { Shop } from '../stages/shop.js';

/** More rows than a page of the database has. */
const ORDERS = 21;
const PER_ORDER = 50;
const CSV = { Accept: 'text/csv' };

const shop = Shop.forTests('ledger-csv');
const ledger = RunningLedger.forTests(shop);

beforeAll(async () => {
  await shop.demoWeb.open('gala', { quota: ORDERS * PER_ORDER }, { maxPerBuyer: PER_ORDER });
  for (let buyer = 0; buyer < ORDERS; buyer++)
    await shop.demoWeb.place('gala', { quantity: PER_ORDER, buyer: `b-${buyer}` }, `=gala-${buyer}`);
  await shop.acmeWeb.open('fair', { quota: 3 });
  await shop.acmeWeb.place('fair', { quantity: 1, buyer: 'ann' }, 'fair-1');
  await ledger.catchesUp();
});

const linesOf = ({ text }: HttpHeard): string[] => text.split('\r\n').slice(0, -1);
const csv = async (caller: HttpCaller, path: string): Promise<string[]> => {
  const answer = await caller.get(path, CSV);
  expect([path, answer.status, answer.headers.get('Content-Type')]).toEqual([path, 200, 'text/csv; charset=utf-8; header=present']);
  return linesOf(answer);
};

it.each([
  ['tickets', '/v1/ledger/tickets', ORDERS * PER_ORDER],
  ['orders', '/v1/ledger/orders', ORDERS],
])('gives all %s as CSV, in the order of the pages of JSON', async (list, path, count) => {
  const [header = '', ...lines] = await csv(ledger.demo, path);
  const key = header.split(',').indexOf(list.slice(0, -1));
  const rows: string[] = [];
  for (let next: unknown = ''; next !== undefined; ) {
    const { body } = await ledger.demo.get(`${path}?limit=${MAX_LIMIT}${next === '' ? '' : `&cursor=${next}`}`);
    rows.push(...(body[list] as Record<string, string>[]).map((row) => row[list.slice(0, -1)] ?? ''));
    next = body.next;
  }
  expect([lines.length, rows.length]).toEqual([count, count]);
  expect(lines.map((line) => line.split(',')[key])).toEqual(rows);
});

it('gives the entries that a query selects, and guards keys that a spreadsheet would compute', async () => {
  const [header = '', ...lines] = await csv(ledger.demo, '/v1/ledger?sale=gala&unitOfAccount=EUR');
  expect(lines).toHaveLength(ORDERS);
  expect(header.split(',')).toContain('unitOfAccount');
  for (const line of lines) expect(line).toMatch(/,'=gala-\d+,/);
});

it("reports the ledger's position, and offers the file under a name", async () => {
  const { headers } = await ledger.demo.get('/v1/ledger/orders', CSV);
  const json = await ledger.demo.get('/v1/ledger/orders');
  expect(headers.get('Ledger-Position')).toBe(json.body.position);
  expect([headers.get('Content-Disposition'), headers.get('Cache-Control'), headers.get('Vary')]).toEqual([
    'attachment; filename="ledger.orders.csv"',
    'no-store',
    'Accept',
  ]);
});

it('[L8] gives the rows of the tenant of the key alone', async () => {
  for (const path of ['/v1/ledger', '/v1/ledger/orders', '/v1/ledger/tickets']) {
    const [header, ...lines] = await csv(ledger.acme, path);
    expect([path, lines.length > 0, lines.filter((line) => /gala|b-\d/.test(line))]).toEqual([path, true, []]);
    expect(header).toBe((await csv(ledger.demo, path))[0]);
    const none = await ledger.acme.get(`${path}?sale=gala`, CSV);
    expect([none.status, linesOf(none)]).toEqual([200, [header]]);
  }
});

it.each(['limit=5', 'cursor=x', 'status=gone', 'sale=a.b'])('refuses ?%s with a problem that names the reason', async (query) => {
  const { status, body, headers } = await ledger.demo.get(`/v1/ledger/orders?${query}`, CSV);
  expect([status, headers.get('Content-Type'), body]).toMatchObject([
    400,
    'application/problem+json; charset=utf-8',
    { code: 'query-invalid', errors: [{ pointer: `query:${query.split('=')[0]}` }] },
  ]);
});

it('needs an API key', async () => {
  const response = await fetch(`${ledger.demo.url}/v1/ledger/orders`, { headers: CSV });
  expect(response.status).toBe(401);
});
