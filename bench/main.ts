import { join } from 'node:path';
import { Argument, type Command } from 'commander';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { causeOf, messageOf } from '../dev/processes/errors.js';
import { countOf, ownCommand } from '../dev/processes/own-command.js';
import { homeFolder, projectFolder } from '../dev/processes/project.js';
import { BENCHES } from './benches.js';
import { commitNow } from './measure/machine.js';
import { type Plan, planOf, type Wanted } from './plan.js';
import { readResult, updateDocument, writePage } from './report/files.js';
import { runBench } from './run-bench.js';

const RESULTS = join(projectFolder(), 'bench', 'results');
const DOCUMENTS = [join(projectFolder(), 'docs', 'performance.md'), join(projectFolder(), 'README.md')];
const NAMES = BENCHES.map(({ name }) => name);
const QUICK_RESULTS = join(homeFolder(), 'bench');

const listed = BENCHES.map(({ name, what, minutes, size }) => {
  const sizes = size === undefined ? '' : ` (--size: ${size.of}, ${size.full.toLocaleString('en-US')})`;
  return `  ${name.padEnd(14)} ${String(minutes).padStart(2)} min  ${what}${sizes}`;
}).join('\n');

await ownCommand('bench')
  .description('Measures workloads beside what they are compared with in the same run. Exit code 1: a target is missed or a bench failed.')
  .addArgument(new Argument('[names...]', 'what is measured; all of it without a name').choices(NAMES).default([], 'all'))
  .option('--quick', 'small sizes, one pair; without names only the benches that end within two minutes together')
  .option('--pairs <n>', 'how often each variant is measured, in turns (5, quick 1)', countOf)
  .option('--seconds <n>', 'of each measurement (4, quick 2)', countOf)
  .option('--size <n>', 'of the one bench that is named: see the list', countOf)
  .option('--seed <n>', 'of random arrival times', countOf, 1)
  .option('--resume', 'skip what bench/results has already, measured at this commit with these sizes')
  .addHelpText('after', `\nBenches, and how long each takes on two idle processors:\n${listed}\n`)
  .action(async (names: readonly string[], options: Wanted, command: Command) => {
    const folder = options.quick ? QUICK_RESULTS : RESULTS;
    const commit = commitNow();
    const plans = plansFor(names, options, command).filter((plan) => !options.resume || !isDone(plan, folder, commit));
    const minutes = plans.reduce((sum, { bench }) => sum + bench.minutes, 0);
    if (!options.quick) console.log(`${plans.length} benches, about ${minutes} minutes on two idle processors`);
    for (const plan of plans) {
      try {
        if (!(await runBench(plan, folder, commit))) process.exitCode = EXIT.findings;
        writePage(folder, NAMES);
        if (folder === RESULTS) for (const document of DOCUMENTS) updateDocument(document, folder, NAMES);
      } catch (error) {
        console.error(`\n${plan.bench.name} failed: ${messageOf(causeOf(error))}\n${error instanceof Error ? error.stack : ''}`);
        process.exitCode = EXIT.findings;
      }
    }
    process.exit(); // a failed bench may have left a connection or a child that would keep this process alive
  })
  .parseAsync();

function plansFor(names: readonly string[], options: Wanted, command: Command): readonly Plan[] {
  try {
    return planOf(BENCHES, names, options);
  } catch (error) {
    return command.error(`error: ${messageOf(error)}`);
  }
}

function isDone({ bench, sizes }: Plan, folder: string, commit: string): boolean {
  const recorded = readResult(folder, bench.name);
  const isSame = recorded?.commit === commit && !commit.endsWith('+') && JSON.stringify(recorded.sizes) === JSON.stringify(sizes);
  if (isSame) console.log(`${bench.name}: measured at ${commit} already`);
  return isSame;
}
