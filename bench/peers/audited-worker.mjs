// The worker of the queue, a process of its own as BullMQ's documentation advises: each job is one transaction.
import { Worker } from 'bullmq';
import pg from 'pg';
import { sellSeats } from './seats.mjs';
import { inTransaction } from './transaction.mjs';

const connections = Number(process.env.CONNECTIONS);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: connections });
const { hostname: host, port } = new URL(process.env.REDIS_URL);
const worker = new Worker('purchase', ({ data }) => inTransaction(pool, (client) => sellSeats(client, data)), {
  connection: { host, port: Number(port), maxRetriesPerRequest: null },
  concurrency: connections,
});
await worker.waitUntilReady();
process.once('SIGTERM', async () => {
  await worker.close();
  await pool.end();
  process.exit(0);
});
console.log('ready');
