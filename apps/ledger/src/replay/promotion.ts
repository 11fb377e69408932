import type { QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { LIVE, PROJECTOR, READER, REPLAY, SHADOW } from '../database/names.js';
import { LEDGER_TABLES } from '../rows/tables.js';

/** A batch of the projector is done long before; whoever holds the checkpoint longer than this is stuck, and the promotion gives up. */
const LOCK_TIMEOUT_MS = 30_000;
const BESIDE = 'ledger_beside';
/** What belongs to the schema's name, not to the rows in it. */
const STAYS = 'migration';
const TABLES = [...LEDGER_TABLES.map(({ name }) => name), 'checkpoint'];

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
