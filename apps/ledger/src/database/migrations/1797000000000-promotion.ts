import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, OWNER, PROJECTOR, READER, REPLAY, SHADOW } from '../names.js';
import { tenantPolicy } from '../tables-sql.js';

const TENANT_READS = ['ledger_entry', 'sale', 'sale_order', 'ticket', 'payment', 'account_balance', 'tenant_chain'];
const TABLES = [...TENANT_READS, 'log_head', 'checkpoint'];

/**
 * A replay can replace the live ledger: the two schemas exchange their names. So that running statements keep their access, both schemas
 * have the same policies and table grants. Only schema usage separates them, and the replay's write permission, which covers the shadow
 * and moves with the names.
 */
export class Promotion1797000000000 implements MigrationInterface {
  readonly name = 'Promotion1797000000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const table of TABLES) for (const sql of upOf(table)) await queries.query(sql);
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const table of TABLES) for (const sql of downOf(table)) await queries.query(sql);
  }
}

function upOf(table: string): string[] {
  const [live, shadow] = [`${LIVE}.${table}`, `${SHADOW}.${table}`];
  const inserts = table === 'checkpoint' ? '' : ', insert';
  const updates = table === 'ledger_entry' ? '' : ', update';
  return [
    `drop policy replay on ${live}`,
    `create policy replay on ${live} to ${REPLAY} using (true) with check (true)`, // its grant permits reads only
    `create policy projector on ${shadow} to ${PROJECTOR} using (true) with check (true)`,
    `grant select${inserts}${updates} on ${shadow} to ${PROJECTOR}`,
    ...(TENANT_READS.includes(table) ? [tenantPolicy(shadow), `grant select on ${shadow} to ${READER}`] : []),
    ...[live, shadow].map((one) => `create policy owner on ${one} to ${OWNER} using (true) with check (true)`), // for exchanging one tenant's rows
  ];
}

function downOf(table: string): string[] {
  const [live, shadow] = [`${LIVE}.${table}`, `${SHADOW}.${table}`];
  return [
    ...[live, shadow].map((one) => `drop policy owner on ${one}`),
    ...(TENANT_READS.includes(table) ? [`drop policy tenant on ${shadow}`, `revoke all on ${shadow} from ${READER}`] : []),
    `revoke all on ${shadow} from ${PROJECTOR}`,
    `drop policy projector on ${shadow}`,
    `drop policy replay on ${live}`,
    `create policy replay on ${live} for select to ${REPLAY} using (true)`,
  ];
}
