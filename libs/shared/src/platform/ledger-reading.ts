import pg from 'pg';
import { Fault } from '../kernel/fault.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** Reading every head of a log of a million subjects takes seconds. */
const QUERY_TIMEOUT_MS = 120_000;

/** A promotion takes minutes, a reading seconds: more than one meets none. */
const MOST_EXCHANGES = 3;
/**
 * A promotion exchanges the ledgers by their names. To what a name leads Postgres looks up anew for every statement; rows it shows as of the
 * transaction's first one, and then the ledger that is live now was not filled. So the name must lead to the end where it led at the beginning:
 * on the left it is looked up, on the right the catalogue is read like any table.
 */
const IS_SAME_LEDGER = `select 'ledger.ledger_entry'::regclass = (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'ledger' and c.relname = 'ledger_entry') as same`;

/** What was read in one transaction, and whether the ledger is the same at its end. */
interface Reading<T> {
  readonly found: T;
  readonly isOneLedger: boolean;
}

/** The last question of a transaction that reads the ledger as of one moment. */
export async function isOneLedger(ask: (sql: string) => Promise<readonly { readonly same: boolean }[]>): Promise<boolean> {
  const [row] = await ask(IS_SAME_LEDGER);
  return row?.same === true;
}

/**
 * Reads again what was read of two ledgers: the names of one and the moment of another.
 * @throws Fault `database-unreachable` where it is so each time
 */
export async function fromOneLedger<T>(read: () => Promise<Reading<T>>): Promise<T> {
  for (let exchanges = 0; exchanges < MOST_EXCHANGES; exchanges++) {
    const reading = await read();
    if (reading.isOneLedger) return reading.found;
  }
  throw new Fault('database-unreachable', { reason: 'the ledger is exchanged again and again', exchanges: MOST_EXCHANGES });
}

/** Everything that `read` asks the ledger for is of one moment. */
export const atOneMoment = <T>(ledger: pg.Client, read: () => Promise<T>): Promise<T> =>
  fromOneLedger(async () => {
    await ledger.query('begin isolation level repeatable read read only');
    const reading = {
      found: await read(),
      isOneLedger: await isOneLedger(async (sql) => (await ledger.query<{ same: boolean }>(sql)).rows),
    };
    await ledger.query('commit');
    return reading;
  });

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
