// The audited design with its remediations, as a queue: the request adds a BullMQ job with a deterministic id and waits for its result.
import { Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { once } from './idempotency.mjs';
import { createTables, openSale, soldIn } from './seats.mjs';
import { serve, sha256 } from './server.mjs';

const DAY_SECONDS = 86_400;
const RESULT_MS = 30_000;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
const redis = new Redis(process.env.REDIS_URL, { enableAutoPipelining: true });
const { hostname: host, port } = new URL(process.env.REDIS_URL);
const connection = { host, port: Number(port) };
const queue = new Queue('purchase', {
  connection,
  defaultJobOptions: {
    attempts: 3,
    backoff: { type: 'exponential', delay: 1_000 },
    removeOnComplete: { age: DAY_SECONDS },
    removeOnFail: { age: DAY_SECONDS },
  },
});
const events = new QueueEvents('purchase', { connection });
// Every waiting request listens to both.
for (const emitter of [queue, events]) emitter.setMaxListeners(0);
await Promise.all([createTables(pool), queue.waitUntilReady(), events.waitUntilReady()]);

await serve({
  openSale: (sale) => openSale(pool, sale),
  sold: (sale) => soldIn(pool, sale),
  place: (order) => once(redis, order, enqueue),
  close: async () => {
    await Promise.all([queue.close(), events.close(), pool.end()]);
    redis.disconnect();
  },
});

async function enqueue(order) {
  const id = sha256(`${order.tenant}:${order.key}`);
  const job = await queue.add('purchase', { ...order, order: `ord_${id.slice(0, 26)}` }, { jobId: `purchase-${id}` });
  return job.waitUntilFinished(events, RESULT_MS);
}
