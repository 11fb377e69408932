// DBOS: an order is a workflow whose id is the idempotency key; its one step is a transaction of the datasource.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { PostgresDataSource } from '@dbos-inc/postgres-datasource';
import pg from 'pg';
import { createTables, openSale, sellSeats, soldIn } from './seats.mjs';
import { serve, sha256 } from './server.mjs';

const connections = Number(process.env.CONNECTIONS);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
const { hostname: host, port, username, password, pathname } = new URL(process.env.DATABASE_URL);
const database = { host, port: Number(port), username, password, database: pathname.slice(1), max: connections };
await createTables(pool);
await PostgresDataSource.initializeDBOSSchema(database);
const seats = new PostgresDataSource('seats', database);

const purchase = DBOS.registerWorkflow(
  (order) => seats.runTransaction(() => sellSeats(statements(seats.client), order), { name: 'sell', isolationLevel: 'read committed' }),
  { name: 'purchase' },
);
DBOS.setConfig({
  name: 'bench-peer',
  applicationVersion: '1',
  systemDatabaseUrl: `${process.env.DATABASE_URL}_dbos`,
  systemDatabasePoolSize: connections,
  logLevel: 'error',
});
await DBOS.launch();

await serve({
  openSale: (sale) => openSale(pool, sale),
  sold: (sale) => soldIn(pool, sale),
  place: async (order) => {
    const id = sha256(`${order.tenant}:${order.key}`);
    const handle = await DBOS.startWorkflow(purchase, { workflowID: id })({ ...order, order: `ord_${id.slice(0, 26)}` });
    const { status, body } = await handle.getResult();
    return { status, text: JSON.stringify(body), replayed: false };
  },
  close: async () => {
    await DBOS.shutdown();
    await pool.end();
  },
});

/** The transaction's client, called as seats.mjs calls a client of pg. */
function statements(client) {
  return { query: async ({ text, values }) => ({ rows: await client.unsafe(text, values, { prepare: true }) }) };
}
