import { waitFor } from '../../dev/processes/wait.js';
import { Shop } from '../stages/shop.js';

const WAIT_MS = 60_000;
const shop = Shop.forTests('sale-list');

interface Page {
  readonly sales: readonly { readonly sale: string; readonly name: string; readonly closed?: boolean }[];
  readonly next?: string;
}

const pageOf = async (query = ''): Promise<Page> => (await shop.demoWeb.get(`/v1/sales${query}`)).body as unknown as Page;
const listed = async (): Promise<string[]> => (await pageOf('?limit=200')).sales.map(({ sale }) => sale);
const NAMES = ['zulu', 'alpha', 'mike', 'bravo', 'yankee'];

beforeAll(async () => {
  for (const name of NAMES) await shop.demo.open(name, { quota: 1 });
  await shop.acme.open('alpha', { quota: 1 });
  await waitFor(async () => (await listed()).length === NAMES.length, { what: 'the sales are listed', timeoutMs: WAIT_MS });
});

it('lists the sales of a tenant in the order in which they were opened, page by page, over HTTP and NATS alike', async () => {
  const first = await pageOf('?limit=2');
  const second = await pageOf(`?limit=2&cursor=${first.next}`);
  const third = await pageOf(`?limit=2&cursor=${second.next}`);
  expect([first, second, third].map(({ sales }) => sales.map(({ sale }) => sale))).toEqual([
    ['zulu', 'alpha'],
    ['mike', 'bravo'],
    ['yankee'],
  ]);
  expect(third.next).toBeUndefined();
  expect((await shop.demo.ask('sale.list', { limit: 2, cursor: first.next })).body).toEqual(second);
  expect((await shop.demo.ask('sale.list', {})).body).toEqual(await pageOf());
});

it('shows that a sale is closed, and keeps its position', async () => {
  await shop.demo.askUntilSettled('sale.close', { sale: 'alpha' }, 'close-alpha');
  const isClosed = async (): Promise<boolean> => (await pageOf()).sales[1]?.closed === true;
  await waitFor(isClosed, { what: 'the list says that the sale is closed', timeoutMs: WAIT_MS });
  expect(await listed()).toEqual(NAMES);
});

it('answers 304 while nothing has changed', async () => {
  const { headers } = await shop.demoWeb.get('/v1/sales');
  const again = await shop.demoWeb.ask('GET', '/v1/sales', { headers: { 'If-None-Match': headers.get('ETag') ?? '' } });
  expect(again.status).toBe(304);
});

it('[L8] lists nothing of another tenant, and takes no cursor of another', async () => {
  expect((await shop.acmeWeb.get('/v1/sales')).body).toMatchObject({ sales: [{ sale: 'alpha' }] });
  const { next = '' } = await pageOf('?limit=1');
  expect(await shop.acmeWeb.get(`/v1/sales?cursor=${next}`)).toMatchObject({ status: 400, body: { code: 'cursor-unknown' } });
  expect(await shop.acme.ask('sale.list', { cursor: next })).toMatchObject({ status: 400, body: { code: 'cursor-unknown' } });
});

it.each([
  ['limit=0', '/limit'],
  ['limit=201', '/limit'],
  ['limit=ten', '/limit'],
  ['limit=1&limit=2', '/limit'],
  ['cursor=', '/cursor'],
])('names the error in ?%s, and what is allowed', async (query, pointer) => {
  const { status, body } = await shop.demoWeb.get(`/v1/sales?${query}`);
  expect([status, body]).toMatchObject([400, { code: 'body-invalid', errors: [{ pointer, detail: expect.stringMatching(/must/) }] }]);
});
