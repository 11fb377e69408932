import { CHECKPOINT, LIVE, PROJECTOR, READER, REPLAY, type Schema, SHADOW, TENANT_SETTING } from './names.js';

export interface TableSql {
  readonly name: string;
  readonly columns: string;
  /** True when existing rows may be changed; false for entries. */
  readonly changes: boolean;
  /** True when tenants may read their own rows; false when only the ledger reads it. */
  readonly tenantsRead: boolean;
}

/** The tables of the first version. */
const TENANT_TABLES: readonly TableSql[] = [
  {
    name: 'ledger_entry',
    changes: false,
    tenantsRead: true,
    columns: `
      tenant text not null, sequence bigint not null, event_index integer not null, entry_index integer not null,
      sale text not null, event text not null, occurred_at timestamptz not null, idempotency_key text, order_id text, ticket text,
      debit text not null, credit text not null, unit text not null, amount bigint not null check (amount > 0),
      primary key (tenant, sequence, event_index, entry_index), check (debit <> credit)`,
  },
  {
    name: 'sale',
    changes: true,
    tenantsRead: true,
    columns: `
      tenant text not null, sale text not null, name text not null, units bigint not null, price_minor bigint not null,
      currency text not null, max_per_buyer integer not null, payment text not null, mint text not null,
      opens_at timestamptz, closes_at timestamptz, sequence bigint not null, updated_at timestamptz not null,
      primary key (tenant, sale)`,
  },
  {
    name: 'sale_order',
    changes: true,
    tenantsRead: true,
    columns: `
      tenant text not null, order_id text not null, sale text not null, buyer text not null, wallet text, status text not null,
      total_minor bigint not null, currency text not null, tickets text[] not null, idempotency_key text,
      placed_at timestamptz not null, sequence bigint not null, updated_at timestamptz not null,
      primary key (tenant, order_id)`,
  },
  {
    name: 'ticket',
    changes: true,
    tenantsRead: true,
    columns: `
      tenant text not null, ticket text not null, sale text not null, unit text not null, order_id text not null, buyer text not null,
      wallet text, status text not null, request integer not null, mint_key text, attempts integer not null, asset text,
      signature text, slot bigint, holder text, failure text, sequence bigint not null, updated_at timestamptz not null,
      primary key (tenant, ticket)`,
  },
  {
    name: 'account_balance',
    changes: true,
    tenantsRead: true,
    columns: `
      tenant text not null, sale text not null, unit text not null, account text not null,
      amount bigint not null check (amount >= 0),
      primary key (tenant, sale, unit, account)`,
  },
  {
    name: 'tenant_chain',
    changes: true,
    tenantsRead: true,
    columns: 'tenant text not null, entries bigint not null, hash text not null, sequence bigint not null, primary key (tenant)',
  },
  {
    name: 'log_head',
    changes: true,
    tenantsRead: false,
    columns: `
      tenant text not null, subject text not null, version bigint not null, sequence bigint not null, hash text not null,
      primary key (tenant, subject)`,
  },
];

/** The checkpoint belongs to no tenant. Its `fillfactor` leaves room, because every batch updates it. */
const CHECKPOINT_COLUMNS = 'stream text not null, sequence bigint not null, epoch text, primary key (stream)';

/**
 * All tables of one schema, protected while empty: row-level security is enabled and forced on the owner too, so a table without a
 * policy shows no rows. The projector writes the live ledger; tenants and replay read it. The shadow is accessible to the replay only.
 */
export function createTables(schema: Schema): string[] {
  return [
    ...TENANT_TABLES.flatMap((table) => createTable(schema, table)),
    `create table ${schema}.checkpoint (${CHECKPOINT_COLUMNS}) with (fillfactor = 50)`,
    `insert into ${schema}.checkpoint (stream, sequence, epoch) values ('${CHECKPOINT}', 0, null)`,
    ...protect(schema, 'checkpoint'),
    ...(schema === LIVE ? grantCheckpoint() : grantShadow('checkpoint')),
  ];
}

export const createTable = (schema: Schema, table: TableSql): string[] => [
  `create table ${schema}.${table.name} (${table.columns})`,
  ...protect(schema, table.name),
  ...(schema === LIVE ? grantLive(table) : grantShadow(table.name)),
];

export const grantSchemas = (): string[] => [
  `grant usage on schema ${LIVE} to ${PROJECTOR}, ${READER}, ${REPLAY}`,
  `grant usage on schema ${SHADOW} to ${REPLAY}`,
];

const protect = (schema: Schema, table: string): string[] => [
  `alter table ${schema}.${table} enable row level security`,
  `alter table ${schema}.${table} force row level security`,
];

function grantLive({ name, changes, tenantsRead }: TableSql): string[] {
  const table = `${LIVE}.${name}`;
  return [
    `grant select, insert${changes ? ', update' : ''} on ${table} to ${PROJECTOR}`,
    `create policy projector on ${table} to ${PROJECTOR} using (true) with check (true)`,
    `grant select on ${table} to ${REPLAY}`,
    `create policy replay on ${table} for select to ${REPLAY} using (true)`,
    ...(tenantsRead ? [`grant select on ${table} to ${READER}`, tenantPolicy(table)] : []),
  ];
}

export const tenantPolicy = (table: string): string =>
  `create policy tenant on ${table} for select to ${READER} using (tenant = nullif(current_setting('${TENANT_SETTING}', true), ''))`;

const grantCheckpoint = (): string[] => [
  `grant select, update on ${LIVE}.checkpoint to ${PROJECTOR}`,
  `create policy projector on ${LIVE}.checkpoint to ${PROJECTOR} using (true) with check (true)`,
  `grant select on ${LIVE}.checkpoint to ${REPLAY}`,
  `create policy replay on ${LIVE}.checkpoint for select to ${REPLAY} using (true)`,
];

const grantShadow = (name: string): string[] => [
  `grant select, insert, update, truncate on ${SHADOW}.${name} to ${REPLAY}`,
  `create policy replay on ${SHADOW}.${name} to ${REPLAY} using (true) with check (true)`,
];
