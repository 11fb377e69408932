import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { databaseFault } from '../database/faults.js';
import { LIVE, PROJECTOR, READER, REPLAY, SHADOW } from '../database/names.js';
import { inTransaction } from '../database/transaction.js';
import { HALTS, LEDGER_TABLES } from '../rows/tables.js';

/** A batch of the projector is done long before; whoever holds the checkpoint longer than this is stuck, and the promotion gives up. */
const LOCK_TIMEOUT_MS = 30_000;
/** How often, and how often at most, Postgres is asked how a transaction ended: a minute, in which it starts again. */
const LOOK_MS = 500;
const MOST_LOOKS = 120;
const BESIDE = 'ledger_beside';
/** What belongs to the schema's name, not to the rows in it. */
const STAYS = 'migration';
const TABLES = [...LEDGER_TABLES.map(({ name }) => name), 'checkpoint'];

/**
 * Runs the exchange in one transaction of the owner. Where the connection broke before anybody heard how that ended, Postgres knows.
 * @throws Fault when it was not made, or nobody can tell
 */
export async function exchanging(owner: DataSource, exchange: (runner: QueryRunner) => Promise<number>): Promise<number> {
  let made: { readonly id: string; readonly at: number } | undefined;
  const runner = owner.createQueryRunner();
  try {
    await inTransaction(runner, {}, async () => {
      const at = await exchange(runner);
      const [{ id }]: [{ id: string }] = await runner.query('select pg_current_xact_id()::text as id');
      made = { id, at };
    });
  } catch (thrown) {
    if (made === undefined || !isFault(thrown, 'database-unreachable') || !(await tookEffect(owner, made.id))) throw thrown;
  } finally {
    await runner.release();
  }
  return made?.at ?? 0;
}

async function tookEffect(owner: DataSource, id: string): Promise<boolean> {
  let last: Fault | undefined;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    try {
      const [row]: readonly { status: string | null }[] = await owner.query('select pg_xact_status($1::xid8) as status', [id]);
      if (row?.status !== 'in progress') return row?.status === 'committed';
    } catch (thrown) {
      last = databaseFault(thrown);
    }
    await pause(LOOK_MS);
  }
  throw new Fault(
    'database-unreachable',
    { reason: 'whether the ledger was promoted could not be found out: look at it again' },
    { cause: last },
  );
}

/**
 * A version that cannot apply what the live ledger holds would take it from that tenant.
 * @throws Fault where the shadow is halted, and the live ledger goes on
 */
export async function assertGoesAsFar(owner: QueryRunner): Promise<void> {
  const sql = `select shadow.tenant, shadow.sequence, shadow.reason from ${SHADOW}.${HALTS.name} shadow
    left join ${LIVE}.${HALTS.name} live using (tenant) where live.tenant is null or live.sequence > shadow.sequence order by tenant limit 1`;
  const [halted]: readonly object[] = await owner.query(sql);
  if (halted !== undefined)
    throw new Fault('ledger-differs', {
      reason: 'this version cannot rebuild what the live ledger holds: nothing was promoted',
      ...halted,
    });
}

/** Until the transaction ends nobody moves the live checkpoint, and with it nothing else of the live ledger. Reading goes on. */
export async function holdCheckpoint(owner: QueryRunner): Promise<void> {
  await owner.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await owner.query(`lock table ${LIVE}.checkpoint in exclusive mode`);
}

/**
 * The shadow becomes the live ledger, and the other way round, by changing their names: it takes as long for a thousand rows as for a
 * billion. A statement that waits for the checkpoint finds the new one when it may go on.
 */
export async function exchangeSchemas(owner: QueryRunner): Promise<void> {
  const names = [
    [LIVE, BESIDE],
    [SHADOW, LIVE],
    [BESIDE, SHADOW],
  ];
  for (const [from, to] of names) await owner.query(`alter schema ${from} rename to ${to}`);
  await owner.query(`alter table ${SHADOW}.${STAYS} set schema ${LIVE}`);
  await owner.query(`revoke usage on schema ${SHADOW} from ${PROJECTOR}, ${READER}`);
  await owner.query(`grant usage on schema ${LIVE} to ${PROJECTOR}, ${READER}`);
  for (const table of TABLES) {
    await owner.query(`revoke insert, update, truncate on ${LIVE}.${table} from ${REPLAY}`);
    await owner.query(`grant insert, update, truncate on ${SHADOW}.${table} to ${REPLAY}`);
  }
}

/** One tenant's rows of the live ledger give way to those of the shadow. */
export async function exchangeTenant(owner: QueryRunner, tenant: string): Promise<void> {
  for (const { name, columns } of LEDGER_TABLES) {
    const names = Object.keys(columns).join(', ');
    await owner.query(`delete from ${LIVE}.${name} where tenant = $1`, [tenant]);
    await owner.query(`insert into ${LIVE}.${name} (${names}) select ${names} from ${SHADOW}.${name} where tenant = $1`, [tenant]);
  }
}

/** Fails where the role that was given could not make the exchange, before anything is rebuilt. */
export async function assertMayPromote(owner: QueryRunner): Promise<void> {
  const sql = `select pg_has_role(nspowner, 'usage') and has_database_privilege(current_database(), 'create') as may from pg_namespace where nspname = $1`;
  const rows: readonly { may: boolean }[] = await owner.query(sql, [LIVE]);
  if (rows[0]?.may !== true)
    throw new Fault('configuration', { problems: ['DATABASE_ADMIN_URL: this role may not change the schemas of the ledger'] });
}
