import { join } from 'node:path';
import { countOf, ownCommand, runSeeded } from '../processes/own-command.js';
import { temporaryFolder } from '../processes/temporary.js';
import type { Failure } from './run.js';

const DEFAULT_RUNS = 100_000;
const SHOW_EVERY = 1_000;
/** After this many failures the run stops. */
const MOST_FAILURES = 20;

interface Options {
  readonly runs: number;
  readonly seed: number;
}

async function run({ runs, seed }: Options): Promise<boolean> {
  const [{ startPostgres }, { HistoryLedger }, { runHistories }] = await Promise.all([
    import('../postgres/server.js'),
    import('./ledger.js'),
    import('./run.js'),
  ]);
  const folder = temporaryFolder('histories');
  const postgres = await startPostgres({ dataDir: join(folder.path, 'postgres') });
  const ledger = await HistoryLedger.on(postgres);
  try {
    const startedAt = performance.now();
    const report = await runHistories(ledger, { runs, seed, mostFailures: MOST_FAILURES }, ({ histories, commits, failures }) => {
      if (histories % SHOW_EVERY === 0) console.log(`${histories} histories, ${commits} commits, ${failures} failures`);
    });
    for (const failure of report.failures) console.log(describe(failure));
    const events = [...report.events].map(([type, times]) => `${type} ${times}`).join(', ');
    console.log(
      `${report.histories} histories, ${report.commits} commits in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s: ${events}`,
    );
    console.log(report.failures.length === 0 ? 'every history holds' : `${report.failures.length} histories do not hold`);
    return report.failures.length === 0;
  } finally {
    await ledger.close();
    await postgres.stop();
    folder.remove();
  }
}

const describe = ({ seed, runs, found, smallest, foundInSmallest }: Failure): string =>
  [
    `--seed ${seed} --runs ${runs} ends with:`,
    ...found.map((line) => `  ${line}`),
    'The smallest history of this kind:',
    JSON.stringify(smallest, null, 2),
    ...foundInSmallest.map((line) => `  ${line}`),
  ].join('\n');

const command = ownCommand('test:histories')
  .description(
    'Runs random histories through decide, log, Postgres and replay. Ends with 1 where one does not hold, as small as it can be made.',
  )
  .option('--runs <n>', 'histories', countOf, DEFAULT_RUNS);
await runSeeded(command, 'histories', run);
