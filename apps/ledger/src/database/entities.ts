import { EntitySchema } from 'typeorm';
import type { Balance } from '#shared/domain/ledger/balances.js';
import type { Table } from '../rows/table.js';
import { BALANCES, CHECKPOINTS, LEDGER_TABLES } from '../rows/tables.js';
import { LIVE } from './names.js';

/** TypeORM's view of a table of the live ledger. Property names are column names; a test compares all of them with the migrated database. */
function entityOf<Row, Entity extends object>({ name, key, columns, checks = {}, indexes = [] }: Table<Row>): EntitySchema<Entity> {
  return new EntitySchema({
    name,
    schema: LIVE,
    columns: Object.fromEntries(
      Object.entries(columns).map(([column, [type, , nullable]]) => [
        column,
        {
          type: type === 'text[]' ? 'text' : type,
          array: type === 'text[]',
          primary: key.includes(column),
          nullable: nullable !== undefined,
        },
      ]),
    ),
    checks: Object.entries(checks).map(([check, expression]) => ({ name: check, expression })),
    indices: indexes.map((index) => ({ ...index, columns: [...index.columns] })),
  } as ConstructorParameters<typeof EntitySchema<Entity>>[0]);
}

export const ACCOUNT_BALANCE = entityOf<Balance, Omit<Balance, 'amount'> & { amount: string }>(BALANCES);
const others = [...LEDGER_TABLES, CHECKPOINTS].filter((table) => table !== BALANCES);
export const ENTITIES = [ACCOUNT_BALANCE, ...others.map((table) => entityOf(table as Table<never>))];
