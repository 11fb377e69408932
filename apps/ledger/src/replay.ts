import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { Fault } from '#shared/kernel/fault.js';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import { readEnvironment } from '#shared/platform/environment.js';
import { createLogger } from '#shared/platform/logger.js';
import { connectNats } from '#shared/platform/nats.js';
import { connected, database } from './database/connect.js';
import { ReplayLog } from './logs/replay.js';
import { number, progressBar } from './replay/progress.js';
import { LedgerReplay, type ReplayReport, type ReplayWish } from './replay/replay-ledger.js';

/**
 * `node dist/apps/ledger/src/replay.js [--tenant t] [--until sequence] [--json]`: rebuilds the ledger from the log and compares it with the
 * live one. `admit replay` rewinds the consumer first and starts this with the replay's logins only.
 */
const EXIT = { equal: 0, different: 1, couldNot: 2 } as const;
const MS_PER_SECOND = 1_000;

function wishOf(argv: readonly string[]): { readonly wish: ReplayWish; readonly json: boolean } {
  const { values } = parseArgs({
    args: [...argv],
    options: { tenant: { type: 'string' }, until: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const { tenant, until, json } = values;
  const problems = [
    ...(tenant === undefined || TENANT_PATTERN.test(tenant) ? [] : [`--tenant ${tenant}: not the name of a tenant`]),
    ...(until === undefined || /^[1-9]\d{0,15}$/.test(until) ? [] : [`--until ${until}: not a stream sequence`]),
  ];
  if (problems.length > 0) throw new Fault('configuration', { problems });
  return { wish: { ...(tenant !== undefined && { tenant }), ...(until !== undefined && { until: Number(until) }) }, json };
}

function sentenceOf({ result, sequence, events, entries, difference }: ReplayReport): string {
  if (difference === undefined) return `${result} at commit ${number(sequence)}: ${number(events)} events, ${number(entries)} entries`;
  const { table, row, field, live, replayed } = difference;
  const where = `${table} ${Object.entries(row)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`;
  return `different, first at commit ${difference.sequence ?? `≤ ${sequence}`}: ${where}, field ${field}\n  live     ${live}\n  replayed ${replayed}`;
}

const environment = readEnvironment();
const logger = createLogger('ledger-replay', environment.LOG_LEVEL);
const startedAt = performance.now();
try {
  const { wish, json } = wishOf(process.argv.slice(2));
  const { NATS_URL, NATS_PASSWORD } = environment;
  const user = environment.NATS_USER || 'replay';
  const connection = await connectNats({ servers: NATS_URL.split(','), user, password: NATS_PASSWORD }, 'ledger-replay');
  const pool = await connected(database(environment.DATABASE_REPLAY_URL, { name: 'admit-replay', connections: 1, logger }));
  const report = await new LedgerReplay(new ReplayLog(connection, `_INBOX.${user}`), wish, progressBar(process.stderr, startedAt)).run(
    pool,
  );
  const seconds = (performance.now() - startedAt) / MS_PER_SECOND;
  const measured = { seconds: Number(seconds.toFixed(3)), eventsPerSecond: Math.round(report.events / seconds) };
  process.stdout.write(json ? `${JSON.stringify({ ...report, ...measured })}\n` : `${sentenceOf(report)}, ${seconds.toFixed(1)} s\n`);
  process.exitCode = EXIT[report.result];
  await pool.destroy();
  await connection.close();
} catch (thrown) {
  logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : 'the replay could not be run');
  process.exit(EXIT.couldNot);
}
