import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('units');
interface Listed {
  readonly version: number;
  readonly units: readonly { readonly unit: string; readonly state: string }[];
  readonly next?: string;
}
const ROWS = Array.from({ length: 200 }, (_, row) => ({ row: `R${row}`, from: 1, to: 100 }));
const price = { amount: '5000', currency: 'EUR' };
const statesOf = ({ units }: Listed): Record<string, number> => {
  const states: Record<string, number> = {};
  for (const { state } of units) states[state] = (states[state] ?? 0) + 1;
  return states;
};
const page = async (sale: string, cursor?: string): Promise<Listed> =>
  (await shop.demo.ask('sale.units', { sale, ...(cursor !== undefined && { cursor }) })).body as unknown as Listed;

beforeAll(async () => {
  await shop.demoWeb.open('hall', { rows: ROWS }, { price });
  await shop.demoWeb.place('hall', { units: ['R0-1', 'R99-100'] });
});

it('lists all units at once over HTTP, and in pages of one version over NATS while the sale continues', async () => {
  const first = await page('hall');
  const { body, headers } = await shop.demoWeb.get('/v1/sales/hall/units');
  const whole = body as unknown as Listed;
  expect([whole.units.length, statesOf(whole), headers.get('ETag')]).toEqual([
    20_000,
    { available: 19_998, sold: 2 },
    `"${whole.version}"`,
  ]);
  await shop.demoWeb.place('hall', { units: ['R1-1'] });
  const units = [...first.units];
  let last = first;
  while (last.next !== undefined) {
    last = await page('hall', last.next);
    expect(last.version).toBe(first.version);
    units.push(...last.units);
  }
  expect(units).toEqual(whole.units);
  expect(first.next).toBeDefined();
  expect(statesOf((await shop.demoWeb.get('/v1/sales/hall/units')).body as unknown as Listed)).toEqual({ available: 19_997, sold: 3 });
});

it('sends gzip to callers that accept it, and 304 while the sale is unchanged', async () => {
  const url = `${shop.demoWeb.url}/v1/sales/hall/units`;
  const plain = await fetch(url, { headers: { ...shop.demoWeb.authorization, 'Accept-Encoding': 'identity' } });
  const packed = await fetch(url, { headers: { ...shop.demoWeb.authorization, 'Accept-Encoding': 'br, gzip;q=0.5' } });
  const refused = await fetch(url, { headers: { ...shop.demoWeb.authorization, 'Accept-Encoding': 'gzip;q=0' } });
  expect([plain, packed, refused].map(({ headers }) => [headers.get('Content-Encoding'), headers.get('Vary')])).toEqual([
    [null, 'Accept-Encoding'],
    ['gzip', 'Accept-Encoding'],
    [null, 'Accept-Encoding'],
  ]);
  const texts = await Promise.all([plain, packed, refused].map((response) => response.text()));
  expect(new Set(texts).size).toBe(1);
  const etag = packed.headers.get('ETag') ?? '';
  const again = await shop.demoWeb.get('/v1/sales/hall/units', { 'If-None-Match': etag });
  expect([again.status, again.text, again.headers.get('ETag')]).toEqual([304, '', etag]);
  await shop.demoWeb.place('hall', { units: ['R2-1'] });
  expect((await shop.demoWeb.get('/v1/sales/hall/units', { 'If-None-Match': etag })).status).toBe(200);
});

it('answers 410 for pages of a version that is not kept', async () => {
  const { version } = await page('hall');
  expect(await shop.demo.ask('sale.units', { sale: 'hall', cursor: `${version + 1_000}.0` })).toMatchObject({
    status: 410,
    body: { code: 'version-gone' },
  });
  expect(await shop.demo.ask('sale.units', { sale: 'hall', cursor: `${version}.99` })).toMatchObject({ status: 410 });
});

it('[L8] lists nothing of another tenant, whatever cursor it has', async () => {
  const { next } = await page('hall');
  expect(await shop.acme.ask('sale.units', { sale: 'hall', cursor: next })).toMatchObject({ status: 404, body: { code: 'sale-unknown' } });
  expect((await shop.acmeWeb.get('/v1/sales/hall/units')).status).toBe(404);
});

it.each(['1', 'x.1', '1.99999', ''])('refuses the invalid cursor %j', async (cursor) => {
  const { status, body } = await shop.demo.ask('sale.units', { sale: 'hall', cursor });
  expect([status, body]).toMatchObject([400, { code: 'body-invalid', errors: [{ pointer: '/cursor' }] }]);
});

it('is brought up to date by the events after its version', async () => {
  await shop.demoWeb.open('joined', { seats: ['A-1', 'A-2', 'A-3'] }, { price, payment: 'webhook' });
  const { version } = await page('joined');
  const placed = await shop.demoWeb.place('joined', { units: ['A-2'] });
  const later = await page('joined');
  expect(placed.body.version).toBe(version + 1);
  expect(later.units).toEqual([
    { unit: 'A-1', state: 'available' },
    { unit: 'A-2', state: 'held' },
    { unit: 'A-3', state: 'available' },
  ]);
});
