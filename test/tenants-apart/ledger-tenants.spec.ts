import { saleSubject } from '#shared/event-store/event-store.js';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import { balancesOf } from '../../apps/ledger/src/balances.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import { migrateDatabase } from '../../apps/ledger/src/database/migrate-database.js';
import { asTenant, inTransaction } from '../../apps/ledger/src/database/transaction.js';
import { DATABASE, LedgerStage, paying, silent } from '../stages/ledger-stage.js';

const APP_ROLES = ['admit_projector', 'admit_reader', 'admit_replay'];
const READ_BY_TENANTS = ['account_balance', 'ledger_entry', 'log_head', 'payment', 'sale', 'sale_order', 'tenant_chain', 'ticket'];

const stage = LedgerStage.forTests('ledger-tenants');
beforeAll(() =>
  stage.projects(async () => {
    await stage.sell('demo', 'gala', 5);
    await stage.sell('acme', 'fair', 3);
    await stage.append(saleSubject('acme', 'fair'), paying('ord_acme_early'));
    return stage.append(saleSubject('demo', 'gala'), paying('ord_demo_early'));
  }),
);

const OURS = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'`;

/** Everything in the catalogue that could show rows and is not protected. `migration` contains no tenant's data. */
const UNPROTECTED = `
  select n.nspname || '.' || c.relname as name, case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' end as kind
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${OURS} and n.nspname || '.' || c.relname <> 'ledger.migration' and (
    (c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity))
    or (c.relkind = 'v' and not coalesce(c.reloptions::text like '%security_invoker=true%', false))
    or c.relkind in ('m', 'f'))
  union all
  select n.nspname || '.' || p.proname, 'function' from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${OURS} and p.prosecdef
  union all
  select schemaname || '.' || tablename, 'policy' from pg_policies
  where roles && '{admit_reader,public}' and qual is distinct from '(tenant = NULLIF(current_setting(''app.tenant''::text, true), ''''::text))'`;

const unprotected = async (): Promise<string[]> =>
  (await stage.query(UNPROTECTED)).map(({ kind, name }) => `${String(kind)} ${String(name)}`);

describe('[L8] the catalogue', () => {
  it('holds no table, view, function or policy that is not protected', async () => {
    expect(await unprotected()).toEqual([]);
  });

  it.each([
    ['table ledger.leak', 'create table ledger.leak (tenant text)', 'drop table ledger.leak'],
    [
      'table ledger.half',
      'create table ledger.half (tenant text); alter table ledger.half enable row level security',
      'drop table ledger.half',
    ],
    ['view ledger.leak', 'create view ledger.leak as select * from ledger.sale', 'drop view ledger.leak'],
    ['materialized view ledger.leak', 'create materialized view ledger.leak as select 1', 'drop materialized view ledger.leak'],
    [
      'function ledger.leak',
      `create function ledger.leak() returns int language sql security definer as 'select 1'`,
      'drop function ledger.leak',
    ],
    ['policy ledger.sale', 'create policy leak on ledger.sale to admit_reader using (true)', 'drop policy leak on ledger.sale'],
    ['policy ledger.ticket', 'create policy leak on ledger.ticket for select using (true)', 'drop policy leak on ledger.ticket'],
  ])('is seen to fail by a %s', async (name, make, drop) => {
    await stage.query(make);
    expect(await unprotected()).toEqual([name]);
    await stage.query(drop);
  });

  it('has the tenant first in every key', async () => {
    const keys = await stage.query<{ name: string; first: string }>(`
      select i.indexrelid::regclass::text as name, a.attname as first from pg_index i
      join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where n.nspname in ('ledger', 'ledger_shadow') and c.relname not in ('migration', 'checkpoint')`);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter(({ first }) => first !== 'tenant')).toEqual([]);
  });

  it('gives no app role a way around: none owns, bypasses, or may become another', async () => {
    const roles = await stage.query(
      `select rolname from pg_roles where rolname = any($1) and not (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`,
      [APP_ROLES],
    );
    expect(roles.map(({ rolname }) => rolname).sort()).toEqual(APP_ROLES);
    expect(
      await stage.query(`select 1 from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = any($1)`, [APP_ROLES]),
    ).toEqual([]);
    expect(
      await stage.query(`select 1 from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname = any($1)`, [APP_ROLES]),
    ).toEqual([]);
  });

  it('lets no role change or remove an entry, and readers and replay cannot write the live ledger', async () => {
    const grants = await stage.query<{ grantee: string; table_name: string; privilege_type: string }>(
      `select grantee, table_name, privilege_type from information_schema.role_table_grants where table_schema = 'ledger' and grantee <> 'admit_owner'`,
    );
    const may = (grantee: string, table?: string) =>
      [
        ...new Set(
          grants
            .filter((grant) => grant.grantee === grantee && (table === undefined || grant.table_name === table))
            .map((grant) => grant.privilege_type),
        ),
      ].sort();
    expect([...new Set(grants.map(({ grantee }) => grantee))].sort()).toEqual(APP_ROLES);
    expect(may('admit_projector', 'ledger_entry')).toEqual(['INSERT', 'SELECT']);
    expect(may('admit_projector', 'checkpoint')).toEqual(['SELECT', 'UPDATE']);
    expect(may('admit_projector', 'tenant_halt')).toEqual(['DELETE', 'INSERT', 'SELECT', 'UPDATE']); // a halt that was repaired is over
    const removes = grants.filter(({ privilege_type }) => privilege_type === 'DELETE').map(({ table_name }) => table_name);
    expect(removes).toEqual(['tenant_halt']);
    expect(may('admit_reader')).toEqual(['SELECT']);
    expect(may('admit_replay')).toEqual(['SELECT']);
  });

  it('equals the entities', async () => {
    const pool = await connected(database(stage.postgres.url(DATABASE), { name: 'entities', connections: 1, logger: silent }));
    const { upQueries } = await pool.driver.createSchemaBuilder().log();
    await pool.destroy();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('is migrated once: a second time changes nothing', async () => {
    expect(await migrateDatabase(stage.postgres.url(DATABASE), stage.urls, silent)).toEqual([]);
  });
});

describe('[L8] a reader', () => {
  it('[blockchain SC-5] sees the rows of its tenant only, in every table', async () => {
    const reader = await connected(stage.pool('reader'));
    for (const table of READ_BY_TENANTS) {
      const tenants = await asTenant(reader, 'demo', (runner) => runner.query(`select distinct tenant from ledger.${table}`));
      expect([table, tenants]).toEqual([table, [{ tenant: 'demo' }]]);
    }
    expect((await balancesOf(reader, 'acme', 'fair')).find(({ account }) => account === 'sold')).toMatchObject({ amount: '6' });
    expect(await balancesOf(reader, 'demo', 'fair')).toEqual([]);
  });

  it('[blockchain SC-5] sees nothing without a tenant, not even on a connection that just served one', async () => {
    const reader = await connected(stage.pool('reader', 1));
    await asTenant(reader, 'demo', (runner) => runner.query('select 1'));
    for (const table of READ_BY_TENANTS) expect(await reader.query(`select 1 from ledger.${table}`)).toEqual([]);
    expect(await asTenant(reader, '', (runner) => runner.query('select 1 from ledger.sale'))).toEqual([]);
  });

  it('may not read the checkpoint or the shadow, nor write', async () => {
    const reader = await connected(stage.pool('reader'));
    for (const sql of [
      'select 1 from ledger.checkpoint',
      'select 1 from ledger_shadow.sale',
      `insert into ledger.sale_order (tenant) values ('demo')`,
      'delete from ledger.ticket',
      'set role admit_owner',
    ]) {
      const runner = reader.createQueryRunner(); // not as a tenant reads: in a read-only transaction every role fails
      const tried = inTransaction(runner, { tenant: 'demo' }, () => runner.query(sql)).finally(() => runner.release());
      await expect(tried).rejects.toMatchObject({
        code: 'ledger-differs',
        context: { sqlstate: '42501' },
      });
    }
  });

  it('only reads, whichever role it is', async () => {
    const projector = await connected(stage.pool('projector'));
    for (const sql of [`update ledger.sale set name = 'mine'`, `update ledger.checkpoint set sequence = 0`])
      await expect(asTenant(projector, 'demo', (runner) => runner.query(sql))).rejects.toMatchObject({ context: { sqlstate: '25006' } });
  });

  it('[L8] keeps 500 interleaved transactions of two tenants apart, with errors in between', async () => {
    const reader = await connected(stage.pool('reader', 4));
    const lane = new Semaphore(8); // more than there are connections, but few enough that none times out waiting for one
    const one = async (n: number): Promise<boolean> => {
      const tenant = n % 2 === 0 ? 'demo' : 'acme';
      if (n % 7 === 0) await asTenant(reader, tenant, (runner) => runner.query('select 1 / 0')).catch(() => undefined);
      const rows: { tenant: string }[] = await asTenant(reader, tenant, (runner) => runner.query('select tenant from ledger.sale'));
      return rows.length === 1 && rows[0]?.tenant === tenant;
    };
    expect(await Promise.all(Array.from({ length: 500 }, (_, n) => lane.run(() => one(n))))).not.toContain(false);
  });
});
