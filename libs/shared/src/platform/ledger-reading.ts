import pg from 'pg';
import { Fault } from '../kernel/fault.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** Reading every head of a log of a million subjects takes seconds. */
const QUERY_TIMEOUT_MS = 120_000;

/**
 * One connection to the ledger for a command that compares it with something else.
 * @throws Fault `database-unreachable`
 */
export async function withLedger<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'admit',
  });
  client.on('error', () => undefined); // a lost connection fails the query that is under way, which says so
  try {
    await client.connect();
    return await use(client);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('database-unreachable', {}, { cause });
  } finally {
    await client.end();
  }
}
