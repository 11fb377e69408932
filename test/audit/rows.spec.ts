import type { TicketRow } from '#shared/domain/ledger/read-model.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { connected } from '../../apps/ledger/src/database/connect.js';
import { upsertRows } from '../../apps/ledger/src/rows/table.js';
import { TICKETS } from '../../apps/ledger/src/rows/tables.js';
import { AT, LedgerStage, opening, ordering } from '../stages/ledger-stage.js';

const KEYED = ['ledger_entry', 'sale', 'sale_order', 'ticket', 'account_balance', 'tenant_chain', 'log_head', 'checkpoint'];

const stage = LedgerStage.forTests('audit-rows');
beforeAll(() => stage.projects(() => stage.sell('demo', 'gala', 6)));

const row = (number: number, over: Partial<TicketRow> = {}): TicketRow => ({
  tenant: 'demo',
  sale: 'gala',
  ticket: `tkt_audit_${number}`,
  unit: `${number}`,
  order: 'ord_audit',
  buyer: 'b-1',
  wallet: null,
  status: 'sold',
  request: 0,
  mintKey: null,
  attempts: 0,
  asset: null,
  signature: null,
  slot: null,
  holder: null,
  failure: null,
  symbol: null,
  documentName: null,
  image: null,
  externalUrl: null,
  document: null,
  label: null,
  category: null,
  type: null,
  priceMinor: 2_500n,
  sequence: 1_000,
  updatedAt: AT,
  ...over,
});

const changedAt = async (table: string, key: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await stage.query<{ id: string; at: string }>(`select ${key} as id, updated_at::text as at from ledger.${table}`)).map(
      ({ id, at }) => [id, at],
    ),
  );

it('[minting UP2] refuses a second row with the same key in every table: 23505, for every writer', async () => {
  for (const table of KEYED)
    await expect(stage.query(`insert into ledger.${table} select * from ledger.${table} limit 1`)).rejects.toMatchObject({ code: '23505' });
});

it('[minting UP3] keeps the row of a later commit when an older one is written after it', async () => {
  const runner = (await connected(stage.pool('projector'))).createQueryRunner();
  await upsertRows(runner, 'ledger', TICKETS, [row(0, { status: 'minted', asset: 'asset', sequence: 1_001 })]);
  await upsertRows(runner, 'ledger', TICKETS, [row(0, { status: 'sold', sequence: 1_000 })]);
  expect(await stage.query(`select status, asset, sequence from ledger.ticket where ticket = 'tkt_audit_0'`)).toEqual([
    { status: 'minted', asset: 'asset', sequence: '1001' },
  ]);
  await runner.release();
});

it('[minting UP4] moves updated_at of the rows that an event changes, to the time of that event, and of no other', async () => {
  const before = { orders: await changedAt('sale_order', 'order_id'), tickets: await changedAt('ticket', 'ticket') };
  const { stop } = await stage.project();
  await stage.reaches(await stage.append(saleSubject('acme', 'fair'), opening('fair', 10)));
  await stage.reaches(await stage.append(saleSubject('acme', 'fair'), ordering('acme', 'fair', 1)));
  await stop();
  const after = { orders: await changedAt('sale_order', 'order_id'), tickets: await changedAt('ticket', 'ticket') };
  expect(after.orders).toMatchObject(before.orders);
  expect(after.tickets).toMatchObject(before.tickets);
  expect(Object.keys(after.orders)).toHaveLength(Object.keys(before.orders).length + 1);
  const times = await stage.query<{ same: boolean }>(
    `select bool_and(updated_at between $1 and $2) as same from ledger.sale_order`,
    [new Date(AT).toISOString(), new Date(AT + 60_000).toISOString()], // of the events, long before or after now
  );
  expect(times[0]?.same).toBe(true);
});

it("[minting UP5] writes a hundred rows in one round trip, equal to the caller's", async () => {
  const runner = (await connected(stage.pool('projector'))).createQueryRunner();
  let trips = 0;
  const query = runner.query.bind(runner);
  runner.query = ((...args: Parameters<typeof query>) => {
    trips += 1;
    return query(...args);
  }) as typeof runner.query;
  const rows = Array.from({ length: 100 }, (_, index) => row(index + 1));
  await upsertRows(runner, 'ledger', TICKETS, rows);
  expect(trips).toBe(1);
  const stored = await stage.query<{ ticket: string; unit: string }>(
    `select ticket, unit from ledger.ticket where ticket like 'tkt_audit_%' and sequence = 1000`,
  );
  expect(stored.sort((one, other) => Number(one.unit) - Number(other.unit))).toEqual(
    rows.map(({ ticket, unit }) => ({ ticket, unit: String(unit) })),
  );
  await runner.release();
});
