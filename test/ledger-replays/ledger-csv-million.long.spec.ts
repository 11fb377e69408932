import { get } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LIVE } from '../../apps/ledger/src/database/names.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { Shop } from '../stages/shop.js';

const ROWS = 1_000_000;
const EXPORT_MS = 900_000;
/** Bytes that may stay after a collection: some pages of rows. A million rows are 300 MB. */
const MOST_GROWTH = 32 * 1024 * 1024;
const LOOK_AT = 50_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap in use, without what only waits to be collected: that depends on how much memory the machine has. */
const heldBytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

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
    const before = heldBytes();
    await new Promise<void>((resolve, reject) => {
      const headers = { ...ledger.demo.authorization, Accept: 'text/csv' };
      get(`${ledger.demo.url}/v1/ledger/orders`, { headers }, (response) => {
        response.on('data', (chunk: Buffer) => {
          const counted = lines;
          for (const byte of chunk) if (byte === 10) lines += 1;
          if (Math.floor(lines / LOOK_AT) > Math.floor(counted / LOOK_AT)) most = Math.max(most, heldBytes());
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
