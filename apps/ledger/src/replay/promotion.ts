import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { databaseFault } from '../database/faults.js';
import { LIVE, PROJECTOR, READER, REPLAY, SHADOW } from '../database/names.js';
import { inTransaction } from '../database/transaction.js';
import { HALTS, LEDGER_TABLES } from '../rows/tables.js';

/** A projector's batch takes far less; a holder of the checkpoint beyond this is stuck, and the promotion fails. */
const LOCK_TIMEOUT_MS = 30_000;
/** The interval and the maximum number of status queries after a lost commit: a minute, in which Postgres can restart. */
const POLL_MS = 500;
const MOST_LOOKS = 120;
const BESIDE = 'ledger_beside';
/** Belongs to the schema's name, not to its rows. */
const STAYS = 'migration';
const TABLES = [...LEDGER_TABLES.map(({ name }) => name), 'checkpoint'];

/**
 * Runs the exchange in one transaction of the owner. If the connection breaks during the commit, Postgres reports its outcome later.
 * @throws Fault when the exchange was not made, or its outcome stays unknown
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
    await pause(POLL_MS);
  }
  throw new Fault('database-unreachable', { reason: 'the outcome of the promotion is unknown: check the ledger' }, { cause: last });
}

/**
 * Rejects a promotion that would lose a tenant's applied events because this version cannot apply them.
 * @throws Fault when a tenant is halted in the shadow but not in the live ledger
 */
export async function assertGoesAsFar(owner: QueryRunner): Promise<void> {
  const sql = `select shadow.tenant, shadow.sequence, shadow.reason from ${SHADOW}.${HALTS.name} shadow
    left join ${LIVE}.${HALTS.name} live using (tenant) where live.tenant is null or live.sequence > shadow.sequence order by tenant limit 1`;
  const [halted]: readonly object[] = await owner.query(sql);
  if (halted !== undefined)
    throw new Fault('ledger-differs', {
      reason: 'this version cannot rebuild the content of the live ledger: nothing was promoted',
      ...halted,
    });
}

/** Until the transaction ends, no process can move the live checkpoint or write the live ledger. Reads continue. */
export async function holdCheckpoint(owner: QueryRunner): Promise<void> {
  await owner.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await owner.query(`lock table ${LIVE}.checkpoint in exclusive mode`);
}

/**
 * Exchanges the shadow and the live ledger by renaming the schemas, in constant time. A statement that waits for the checkpoint then
 * finds the new one.
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

/** Replaces one tenant's rows of the live ledger by those of the shadow. */
export async function exchangeTenant(owner: QueryRunner, tenant: string): Promise<void> {
  for (const { name, columns } of LEDGER_TABLES) {
    const names = Object.keys(columns).join(', ');
    await owner.query(`delete from ${LIVE}.${name} where tenant = $1`, [tenant]);
    await owner.query(`insert into ${LIVE}.${name} (${names}) select ${names} from ${SHADOW}.${name} where tenant = $1`, [tenant]);
  }
}

/** Fails before the rebuild when the role lacks the permissions for the exchange. */
export async function assertMayPromote(owner: QueryRunner): Promise<void> {
  const sql = `select pg_has_role(nspowner, 'usage') and has_database_privilege(current_database(), 'create') as may from pg_namespace where nspname = $1`;
  const rows: readonly { may: boolean }[] = await owner.query(sql, [LIVE]);
  if (rows[0]?.may !== true)
    throw new Fault('configuration', { problems: ['DATABASE_ADMIN_URL: this role may not change the schemas of the ledger'] });
}
