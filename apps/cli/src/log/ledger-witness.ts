import pg from 'pg';
import type { Witness } from '#shared/event-store/chain-check.js';
import { Fault } from '#shared/kernel/fault.js';

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 120_000;

/** What the ledger remembers of the log: how far it was, which log it was, and the last commit of every subject. */
export interface LedgerWitness {
  readonly sequence: number;
  readonly epoch: string | null;
  readonly heads: ReadonlyMap<string, Witness>;
}

/** Reads it as the replay's role, which may read the ledger and write nothing but its shadow. */
export async function readLedgerWitness(url: string): Promise<LedgerWitness> {
  return withLedger(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const [checkpoint] = (await client.query<{ sequence: string; epoch: string | null }>('select sequence, epoch from ledger.checkpoint'))
      .rows;
    const { rows } = await client.query<{ subject: string; version: string; hash: Witness['hash'] }>(
      'select subject, version, hash from ledger.log_head',
    );
    const heads = new Map(rows.map(({ subject, version, hash }): [string, Witness] => [subject, { version: Number(version), hash }]));
    return { sequence: Number(checkpoint?.sequence ?? 0), epoch: checkpoint?.epoch ?? null, heads };
  });
}

/** @throws Fault `database-unreachable` */
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
