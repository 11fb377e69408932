import type { DataSource } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { databaseFault } from './faults.js';
import { LIVE, REPLAY, SHADOW } from './names.js';

const RIGHTS = `select me.rolname as name, me.rolsuper as "is a superuser", me.rolbypassrls as "passes by row-level security",
    me.rolcreaterole or me.rolcreatedb as "may make roles or databases",
    exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('${LIVE}', '${SHADOW}') and pg_has_role(me.oid, c.relowner, 'member')) as "owns tables of the ledger",
    exists (select from pg_roles r where r.rolname = '${REPLAY}' and pg_has_role(me.oid, r.oid, 'member')) as "is the role of replays"
  from pg_roles me where me.rolname = current_user`;

/**
 * Refuses a login with more permissions than the serving app needs: an attacker in the process would have them too.
 * @param variable that holds the URL
 * @throws Fault `configuration` with every excess permission
 */
export async function assertServing(source: DataSource, variable: string): Promise<void> {
  let rows: readonly Readonly<Record<string, unknown>>[];
  try {
    rows = await source.query(RIGHTS);
  } catch (thrown) {
    throw databaseFault(thrown);
  }
  const [{ name, ...rights } = {}] = rows;
  const problems = Object.entries(rights).flatMap(([right, has]) =>
    has === true ? [`${variable}: the role ${String(name)} ${right}`] : [],
  );
  if (problems.length > 0) throw new Fault('configuration', { problems });
}
