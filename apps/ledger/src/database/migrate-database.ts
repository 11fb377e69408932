import { DataSource, type QueryRunner } from 'typeorm';
import { retried } from '#shared/kernel/concurrency/retried.js';
import { Fault } from '#shared/kernel/fault.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { connected, database } from './connect.js';
import { databaseFault } from './faults.js';
import { Ledger1795000000000 } from './migrations/1795000000000-ledger.js';
import { Payments1796000000000 } from './migrations/1796000000000-payments.js';
import { Promotion1797000000000 } from './migrations/1797000000000-promotion.js';
import { Halts1798000000000 } from './migrations/1798000000000-halts.js';
import { Queries1799000000000 } from './migrations/1799000000000-queries.js';
import { Documents1799500000000 } from './migrations/1799500000000-documents.js';
import { EntriesOfSale1799700000000 } from './migrations/1799700000000-entries-of-sale.js';
import { BareShadow1799800000000 } from './migrations/1799800000000-bare-shadow.js';
import { NumericSums1799900000000 } from './migrations/1799900000000-numeric-sums.js';
import { Suspense1799910000000 } from './migrations/1799910000000-suspense.js';
import { PaymentFacts1799920000000 } from './migrations/1799920000000-payment-facts.js';
import { HaltDecisions1799930000000 } from './migrations/1799930000000-halt-decisions.js';
import { FailedRefunds1799935000000 } from './migrations/1799935000000-failed-refunds.js';
import { TicketKinds1799940000000 } from './migrations/1799940000000-ticket-kinds.js';
import { DocumentLinks1799950000000 } from './migrations/1799950000000-document-links.js';
import { LIVE, OWNER, PROJECTOR } from './names.js';
import { prepareRoles, type RoleUrls } from './roles.js';

const MIGRATIONS = [
  Ledger1795000000000,
  Payments1796000000000,
  Promotion1797000000000,
  Halts1798000000000,
  Queries1799000000000,
  Documents1799500000000,
  EntriesOfSale1799700000000,
  BareShadow1799800000000,
  NumericSums1799900000000,
  Suspense1799910000000,
  PaymentFacts1799920000000,
  HaltDecisions1799930000000,
  FailedRefunds1799935000000,
  TicketKinds1799940000000,
  DocumentLinks1799950000000,
];
const KNOWN = MIGRATIONS.map(({ name }) => name);
/** Names of the migrations that ran. */
const DONE = `${LIVE}.migration`;
/** The session lock of a migration: several apps may start at once. An arbitrary number. */
const MIGRATION_LOCK = 7_301_001;

/** A one-shot container that fails is not started again by Compose, and a Postgres that starts or is busy refuses some connections. */
const RESPONDS_WITHIN_MS = 60_000;
const RETRY_MS = 1_000;

/** `migrateDatabase`, repeated for a minute while Postgres does not respond. */
export const migrateOnceReachable = (adminUrl: string, urls: RoleUrls, logger: Logger, withinMs = RESPONDS_WITHIN_MS): Promise<string[]> =>
  retried(() => migrateDatabase(adminUrl, urls, logger), {
    withinMs,
    pauseMs: RETRY_MS,
    onRetry: (err) => logger.warn({ err, withinMs }, 'Postgres does not respond; the migration is tried again'),
  });

/**
 * Migrates the database to this version: roles, schemas, tables. Does nothing on a current one.
 * @returns the names of the migrations that ran
 * @throws Fault `configuration` if a later version migrated it
 */
export async function migrateDatabase(adminUrl: string, urls: RoleUrls, logger: Logger): Promise<string[]> {
  const admin = database(adminUrl, { name: 'admit-migrate', connections: 1, logger });
  await connected(admin);
  const runner = admin.createQueryRunner();
  try {
    await runner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await prepareRoles(runner, urls);
    return await asOwner(adminUrl, async (owner) => {
      const [{ found }]: [{ found: string | null }] = await owner.query(`select to_regclass('${DONE}')::text as found`);
      if (found !== null) refuseLater(await doneIn(owner), 'DATABASE_ADMIN_URL');
      const made = (await owner.runMigrations()).map(({ name }) => name);
      await owner.query(`grant select on ${DONE} to ${PROJECTOR}`);
      return made;
    });
  } catch (thrown) {
    throw databaseFault(thrown);
  } finally {
    await finish(admin, runner);
  }
}

/**
 * Refuses a database of another version of the ledger, whose columns it would misread or not find.
 * @param variable that holds the URL
 * @throws Fault `configuration`
 */
export async function assertMigrated(source: DataSource, variable: string): Promise<void> {
  const done = await doneIn(source).catch((thrown: unknown) => {
    const fault = databaseFault(thrown);
    if (fault.code !== 'ledger-differs') throw fault;
    return [] as string[]; // no such table, or one of the first versions, which let no app read it
  });
  refuseLater(done, variable);
  const missing = KNOWN.filter((name) => !done.includes(name));
  if (missing.length === 0) return;
  const lacks = done.length === 0 ? 'or not migrated' : `and lacks ${missing.join(', ')}`;
  const problem = `${variable}: the database is of an earlier version ${lacks}. Run admit ledger migrate of this version`;
  throw new Fault('configuration', { problems: [problem] });
}

function refuseLater(done: readonly string[], variable: string): void {
  const later = done.filter((name) => !KNOWN.includes(name));
  if (later.length === 0) return;
  const problem = `${variable}: a later version migrated the database (${later.join(', ')}). Run that version, or restore the database from before`;
  throw new Fault('configuration', { problems: [problem] });
}

const doneIn = async (source: DataSource): Promise<string[]> =>
  ((await source.query(`select name from ${DONE}`)) as { readonly name: string }[]).map(({ name }) => name);

/** Tables belong to the owner role, which has no login; the administrator assumes it during the migration. */
export async function asOwner<T>(adminUrl: string, work: (owner: DataSource) => Promise<T>): Promise<T> {
  const owner = await new DataSource({
    type: 'postgres',
    url: adminUrl,
    schema: LIVE,
    migrations: MIGRATIONS,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    logging: false,
    applicationName: 'admit-migrate',
    poolSize: 1,
    extra: { options: `-c role=${OWNER}` },
  }).initialize();
  try {
    return await work(owner);
  } finally {
    await owner.destroy();
  }
}

/** Ending the session releases its lock. */
async function finish(admin: DataSource, runner: QueryRunner): Promise<void> {
  await runner.release();
  await admin.destroy();
}
