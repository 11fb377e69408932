// The audited design with its remediations, without a queue: the request itself runs the transaction.
import { Redis } from 'ioredis';
import pg from 'pg';
import { once } from './idempotency.mjs';
import { createTables, openSale, sellSeats, soldIn } from './seats.mjs';
import { serve, sha256 } from './server.mjs';
import { inTransaction } from './transaction.mjs';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.CONNECTIONS) });
const redis = new Redis(process.env.REDIS_URL, { enableAutoPipelining: true });
await createTables(pool);

await serve({
  openSale: (sale) => openSale(pool, sale),
  sold: (sale) => soldIn(pool, sale),
  place: (order) => once(redis, order, sell),
  close: async () => {
    redis.disconnect();
    await pool.end();
  },
});

function sell(order) {
  return inTransaction(pool, (client) =>
    sellSeats(client, { ...order, order: `ord_${sha256(`${order.tenant}:${order.key}`).slice(0, 26)}` }),
  );
}
