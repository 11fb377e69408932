import { join } from 'node:path';
import fc from 'fast-check';
import { createLogger } from '#shared/platform/process/logger.js';
import { asOwner, migrateDatabase } from '../../apps/ledger/src/database/migrate-database.js';
import { type Ask, type History, histories, ORDER_KEYS, type Step } from '../../dev/histories/history.js';
import { HistoryLedger } from '../../dev/histories/ledger.js';
import { HistoryLog } from '../../dev/histories/log.js';
import { play } from '../../dev/histories/play.js';
import { ledgerUrls } from '../../dev/postgres/ledger-database.js';
import { newPostgres } from '../stages/postgres.js';
import { Stage } from '../stages/stage.js';

const DATABASE = 'histories';
const HISTORIES = 200;
const SEED = 20_301;
const LONG_MS = 120_000;
/** Rows that are filled: more than a few. */
const MANY = 4;
/** Migrations behind this one fill columns of rows that are there. */
const BEFORE_FILLS = 'EntriesOfSale1799700000000';

const stage = Stage.forTests();

/** What could be asked for when sales had one price, orders ended whole, and refunds were reported as a total. */
const EARLY = ['order.place', 'order.cancel', 'order.refund', 'payment.confirm', 'payment.refunded', 'ticket.mint'];
const MEMBERS_SINCE = ['tickets', 'override', 'code', 'items', 'refund', 'dispute'];

function early(step: Step): Step[] {
  if (step.kind !== 'ask') return [step];
  if (!EARLY.includes(step.operation)) return [];
  const order = step.aims.order % ORDER_KEYS;
  const { amount, ...body } = Object.fromEntries(Object.entries(step.body).filter(([name]) => !MEMBERS_SINCE.includes(name)));
  return [{ ...step, body: { ...body, ...moneyOf(step, order, amount) }, aims: { ...step.aims, order, currency: 'of the sale' } }];
}

/** A payment belonged to one order and had one currency. */
function moneyOf({ operation }: Ask, order: number, amount: unknown): object {
  if (operation === 'order.place') return { quantity: 1 + (order % 3) };
  if (operation === 'payment.confirm') return { payment: `pay-${order}`, amount };
  return operation === 'payment.refunded' ? { payment: `pay-${order}`, refundedTotal: '1' } : {};
}

const earlyHistory = ({ sales, openings, steps }: History): History => ({
  sales,
  openings: openings.map(({ body, ...place }) => ({
    ...place,
    body: { ...SALE, payment: body.payment, mint: body.mint, tickets: body.tickets },
  })),
  steps: steps.flatMap(early),
});
const SALE = { name: 'Gala', price: { amount: '5000', currency: 'EUR' }, units: { quota: 9 }, maxPerBuyer: 9 };

it(
  '[L7] a database of an earlier version is migrated to the result of a replay of its log',
  async () => {
    const postgres = await stage.keep(newPostgres(join(stage.folder('migrations'), 'postgres')));
    const ledger = await stage.keep(HistoryLedger.on(postgres));
    const log = new HistoryLog();
    for (const [index, history] of fc.sample(histories, { seed: SEED, numRuns: HISTORIES }).entries())
      await play(earlyHistory(history), log, `h${index}`);
    expect(await ledger.project(log)).toEqual([]);
    const [filled] = await ledger.query<{ tickets: number; due: number }>(
      `select (select count(*)::int from ledger.ticket) as tickets,
         (select count(*)::int from ledger.payment where reason is not null and refunded_minor > 0) as due`,
    );
    expect(Math.min(filled?.tickets ?? 0, filled?.due ?? 0)).toBeGreaterThan(MANY);
    const admin = postgres.url(DATABASE);
    const undone = await undoTo(BEFORE_FILLS, admin);
    const [old] = await ledger.query<{ columns: number }>(
      "select count(*)::int as columns from information_schema.columns where column_name in ('price_minor', 'to_return_minor') and table_name in ('ticket', 'payment')",
    );
    expect(old?.columns).toBe(0);
    expect(await migrateDatabase(admin, ledgerUrls(postgres, DATABASE), createLogger('migrations', 'silent'))).toEqual(undone);
    expect(await ledger.replay(log)).toMatchObject({ result: 'equal' });
  },
  LONG_MS,
);

/** @returns the names of the migrations that were undone, the oldest first */
const undoTo = (name: string, admin: string): Promise<string[]> =>
  asOwner(admin, async (owner) => {
    const undone: string[] = [];
    for (;;) {
      const [last] = (await owner.query('select name from ledger.migration order by "timestamp" desc limit 1')) as { name: string }[];
      if (last === undefined || last.name === name) return undone;
      await owner.undoLastMigration();
      undone.unshift(last.name);
    }
  });
