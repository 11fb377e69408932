import type { DataSource, QueryRunner } from 'typeorm';
import { createLogger } from '#shared/platform/process/logger.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import { applyBatch } from '../../apps/ledger/src/projection/apply-batch.js';
import { readCheckpoint } from '../../apps/ledger/src/projection/checkpoint.js';
import { SOLD, SOLD_KINDS, SOLD_LINES } from '../../apps/ledger/src/queries/revenue.js';
import { LedgerReplay, type ReplayReport } from '../../apps/ledger/src/replay/replay-ledger.js';
import { LEDGER_TABLES } from '../../apps/ledger/src/rows/tables.js';
import { makeLedgerDatabase } from '../postgres/ledger-database.js';
import type { PostgresServer } from '../postgres/server.js';
import { batchesOf, type HistoryLog } from './log.js';

const DATABASE = 'histories';
const silent = createLogger('histories', 'silent');

export interface Halt {
  readonly tenant: string;
  readonly reason: string;
}

/** The parts that are compared with a model. */
export interface LedgerRows {
  /** By tenant, sale, unit of account and account. */
  readonly balances: ReadonlyMap<string, bigint>;
  /** The status by tenant and order. */
  readonly orders: ReadonlyMap<string, string>;
  /** Prices of sold tickets, by tenant, sale, category and type. */
  readonly sold: ReadonlyMap<string, SoldTickets>;
}

export interface SoldTickets {
  readonly tickets: number;
  /** Minor units. */
  readonly amount: bigint;
}

type Query = <Row extends object>(sql: string) => Promise<Row[]>;

export async function readLedger(query: Query): Promise<LedgerRows> {
  const balances = await query<{ tenant: string; sale: string; unit: string; account: string; amount: string }>(
    'select tenant, sale, unit, account, amount::text from ledger.account_balance',
  );
  const orders = await query<{ tenant: string; order_id: string; status: string }>(
    'select tenant, order_id, status from ledger.sale_order',
  );
  const sold = await query<{ tenant: string; sale: string; category: string; ticket_type: string; tickets: string; amount: string }>(
    `select tenant, ${SOLD_LINES} from ledger.ticket where status in ${SOLD} group by tenant, ${SOLD_KINDS}`,
  );
  return {
    balances: new Map(balances.map(({ tenant, sale, unit, account, amount }) => [accountOf(tenant, sale, unit, account), BigInt(amount)])),
    orders: new Map(orders.map(({ tenant, order_id: order, status }) => [`${tenant} ${order}`, status])),
    sold: new Map(
      sold.map(({ tenant, sale, category, ticket_type: type, tickets, amount }) => [
        soldOf(tenant, sale, category, type),
        { tickets: Number(tickets), amount: BigInt(amount) },
      ]),
    ),
  };
}

export const accountOf = (tenant: string, sale: string, unit: string, account: string): string => [tenant, sale, unit, account].join(' ');

export const soldOf = (tenant: string, sale: string, category = '', type = ''): string => [tenant, sale, category, type].join(' ');

/** A real Postgres with the ledger's tables and roles, written by the ledger's own code. */
export class HistoryLedger {
  private constructor(
    private readonly postgres: PostgresServer,
    private readonly pools: readonly DataSource[],
    private readonly runner: QueryRunner,
    private readonly replayer: DataSource,
  ) {}

  static async on(postgres: PostgresServer): Promise<HistoryLedger> {
    const urls = await makeLedgerDatabase(postgres, DATABASE, silent);
    await postgres.asSuperuser('postgres', (client) => client.query(`alter database ${DATABASE} set synchronous_commit = off`)); // it is deleted afterwards
    const pool = (url: string): Promise<DataSource> => connected(database(url, { name: 'histories', connections: 1, logger: silent }));
    const [projector, replayer] = await Promise.all([pool(urls.projector), pool(urls.replay)]);
    return new HistoryLedger(postgres, [projector, replayer], projector.createQueryRunner(), replayer);
  }

  async close(): Promise<void> {
    await this.runner.release();
    await Promise.all(this.pools.map((pool) => pool.destroy()));
  }

  /** Projects this log into the ledger. @returns the tenants whose commits could not be applied */
  async project(log: HistoryLog): Promise<readonly Halt[]> {
    await this.query(`truncate ${LEDGER_TABLES.map(({ name }) => `ledger.${name}`).join(', ')}`);
    await this.query('update ledger.checkpoint set sequence = 0, epoch = null');
    const { epoch } = await log.state();
    let at = { ...(await readCheckpoint(this.runner, 'ledger')), epoch: epoch ?? null };
    for (const batch of batchesOf(log.messages)) {
      const taken = await applyBatch(this.runner, at, batch);
      if (taken === undefined) throw new Error('another process wrote to this ledger');
      at = { ...taken.at, epoch: epoch ?? null };
    }
    return this.query<{ tenant: string; reason: string }>('select tenant, reason from ledger.tenant_halt order by tenant');
  }

  /** Rebuilds the ledger from the first commit, and compares. */
  async replay(log: HistoryLog): Promise<ReplayReport> {
    return new LedgerReplay(log, {}, () => undefined).run(this.replayer);
  }

  read(): Promise<LedgerRows> {
    return readLedger((sql) => this.query(sql));
  }

  query<Row extends object>(sql: string): Promise<Row[]> {
    return this.postgres.asSuperuser(DATABASE, async (client) => (await client.query(sql)).rows as Row[]);
  }
}
