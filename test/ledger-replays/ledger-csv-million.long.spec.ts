import { get } from 'node:http';
import { LIVE } from '../../apps/ledger/src/database/names.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { Shop } from '../stages/shop.js';

const ROWS = 1_000_000;
const EXPORT_MS = 900_000;
/** The app may hold some pages of rows and what its collector has not freed yet; a million rows are 300 MB. */
const MOST_GROWTH = 150 * 1024 * 1024;
const LOOK_AT = 50_000;

const shop = Shop.forTests('ledger-csv-million');
const ledger = RunningLedger.forTests(shop);

beforeAll(async () => {
  await shop.demoWeb.open('gala', { quota: 1 });
  await ledger.catchesUp();
  await ledger.query(
    `insert into ${LIVE}.sale_order (tenant, order_id, sale, buyer, status, total_minor, currency, tickets, placed_at, sequence, updated_at)
     select 'demo', 'ord_' || lpad(n::text, 26, '0'), 'gala', 'b-' || n, 'confirmed', 5000, 'EUR', array['tkt_' || lpad(n::text, 26, '0')], now(), 1, now()
     from generate_series(1, ${ROWS}) as n`,
  );
}, EXPORT_MS);

it(
  'exports a million orders with flat memory',
  async () => {
    let [lines, most] = [0, 0];
    const before = process.memoryUsage().heapUsed;
    await new Promise<void>((resolve, reject) => {
      const headers = { ...ledger.demo.authorization, Accept: 'text/csv' };
      get(`${ledger.demo.url}/v1/ledger/orders`, { headers }, (response) => {
        response.on('data', (chunk: Buffer) => {
          const counted = lines;
          for (const byte of chunk) if (byte === 10) lines += 1;
          if (Math.floor(lines / LOOK_AT) > Math.floor(counted / LOOK_AT)) most = Math.max(most, process.memoryUsage().heapUsed);
        });
        response.on('end', () => resolve());
        response.on('error', reject);
      }).on('error', reject);
    });
    expect(lines).toBe(ROWS + 1);
    expect(most - before).toBeLessThan(MOST_GROWTH);
  },
  EXPORT_MS,
);
