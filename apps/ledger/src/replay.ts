import 'reflect-metadata';
import { once } from 'node:events';
import type { DataSource } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { connectForCommand } from '#shared/platform/messaging/nats.js';
import { accessOf } from '#shared/platform/messaging/nats-login.js';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger, type Logger, STANDARD_ERROR } from '#shared/platform/process/logger.js';
import { printError } from '#shared/platform/process/print-error.js';
import { connected, database, REPLAY_QUERY_TIMEOUT_MS } from './database/connect.js';
import { ReplayLog } from './logs/replay.js';
import { progressBar } from './replay/progress.js';
import { LedgerReplay, type Promotion } from './replay/replay-ledger.js';
import { type ReplayOrder, replayOrder } from './replay/replay-options.js';
import { exitCodeOf, exitCodeOfFault, sentenceOf } from './replay/verdict.js';

/**
 * `node dist/apps/ledger/src/replay.js [--tenant t] [--until sequence] [--log-is-past] [--promote [--trust-log]] [--json]`: rebuilds the
 * ledger from the log and compares it with the live one. `admit replay` starts this with the replay's logins only, and rewinds the
 * consumer on request; with --promote it adds the login of the schemas' owner.
 */
const MS_PER_SECOND = 1_000;
const MICROS_PER_SECOND = 1_000_000;
const KIB_PER_MIB = 1_024;

/** One connection, with the long statement timeouts that a large ledger needs. */
const replaying = (url: string, name: string, logger: Logger): Promise<DataSource> =>
  connected(database(url, { name, connections: 1, logger, queryTimeoutMs: REPLAY_QUERY_TIMEOUT_MS }));

async function promotionOf(
  { DATABASE_ADMIN_URL }: Environment,
  { promote, trustLog }: ReplayOrder,
  logger: Logger,
): Promise<Promotion | undefined> {
  if (!promote) return undefined;
  if (DATABASE_ADMIN_URL === '') throw new Fault('configuration', { problems: ['DATABASE_ADMIN_URL is needed to promote'] });
  return { owner: await replaying(DATABASE_ADMIN_URL, 'admit-promote', logger), trustLog };
}

/** The parent process may move the consumer and this one may not. When started by hand, the consumer was moved before. */
async function rewind(): Promise<void> {
  if (process.send === undefined) return;
  const done = once(process, 'message');
  process.send('rewind');
  await done;
}

const peakMemoryMiB = (): number => Math.round(process.resourceUsage().maxRSS / KIB_PER_MIB);

/** Of this process: unlike elapsed time, it does not grow on a busy machine. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return Number(((user + system) / MICROS_PER_SECOND).toFixed(3));
}

/** Started by `admit replay`, it exits when that process exits for any reason. */
process.on('disconnect', () => process.exit(exitCodeOfFault(undefined)));
process.channel?.unref();

/** @returns the exit code */
async function replay(order: ReplayOrder, environment: Environment): Promise<number> {
  const logger = createLogger('ledger-replay', environment.LOG_LEVEL, STANDARD_ERROR);
  const startedAt = performance.now();
  const access = accessOf(environment, 'replay', 'NATS_REPLAY');
  const promotion = await promotionOf(environment, order, logger);
  const connection = await connectForCommand(access, 'ledger-replay');
  const pool = await replaying(environment.DATABASE_REPLAY_URL, 'admit-replay', logger);
  const ledger = new LedgerReplay(
    new ReplayLog(connection, `_INBOX.${access.user}`, rewind),
    order.options,
    progressBar(process.stderr, startedAt),
  );
  const report = await ledger.run(pool, promotion);
  const seconds = (performance.now() - startedAt) / MS_PER_SECOND;
  const measured = {
    seconds: Number(seconds.toFixed(3)),
    eventsPerSecond: Math.round(report.events / seconds),
    peakMemoryMiB: peakMemoryMiB(),
    cpuSeconds: cpuSeconds(),
  };
  process.stdout.write(order.json ? `${JSON.stringify({ ...report, ...measured })}\n` : `${sentenceOf(report)}, ${seconds.toFixed(1)} s\n`);
  await promotion?.owner.destroy();
  await pool.destroy();
  await connection.close();
  return exitCodeOf(report);
}

try {
  process.exitCode = await replay(replayOrder(process.argv.slice(2)), readEnvironment());
} catch (thrown) {
  printError(thrown);
  process.exit(exitCodeOfFault(thrown));
}
