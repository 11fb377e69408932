import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger, STANDARD_ERROR } from '#shared/platform/process/logger.js';
import { printError } from '#shared/platform/process/print-error.js';
import { balancesOf } from './balances.js';
import { connected, database } from './database/connect.js';

/** `node dist/apps/ledger/src/balance.js --tenant demo --sale gala [--json]`: prints the ledger's balances of a sale. */
const { values } = parseArgs({
  options: { tenant: { type: 'string' }, sale: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const environment = readEnvironment();
const logger = createLogger('ledger-balance', environment.LOG_LEVEL, STANDARD_ERROR);
const pool = database(environment.DATABASE_READER_URL, { name: 'admit-balance', connections: 1, logger });
try {
  const balances = await balancesOf(await connected(pool), values.tenant ?? '', values.sale ?? '');
  const lines = balances.map(({ unit, account, amount }) => `${unit.padEnd(24)} ${account.padEnd(16)} ${amount.padStart(16)}`);
  process.stdout.write(values.json ? `${JSON.stringify(balances)}\n` : `${lines.join('\n')}\n`);
} catch (thrown) {
  printError(thrown);
  process.exitCode = 1;
} finally {
  if (pool.isInitialized) await pool.destroy();
}
