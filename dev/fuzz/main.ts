import { countOf, ownCommand, runSeeded } from '../processes/own-command.js';
import { temporaryFolder } from '../processes/temporary.js';

const DEFAULT_MINUTES = 1;
const MS_PER_MINUTE = 60_000;
/** Findings that are printed; further ones are counted. */
const MOST_SHOWN = 50;

interface Options {
  readonly minutes: number;
  readonly seed: number;
}

async function run({ minutes, seed }: Options): Promise<boolean> {
  const { fuzz } = await import('./fuzz.js'); // only where it runs: it loads every app
  const folder = temporaryFolder('fuzz');
  try {
    const report = await fuzz(folder.path, minutes * MS_PER_MINUTE, seed, console.log);
    const { findings, requests, acknowledged, repeated, commits, sales, replay } = report;
    console.log(`${requests} requests, ${acknowledged} acknowledged, ${repeated} of them answered again with the same bytes`);
    console.log(`${commits} commits of ${sales} sales; replay: ${replay}`);
    for (const finding of findings.slice(0, MOST_SHOWN)) console.log(`  ${finding}`);
    console.log(findings.length === 0 ? 'everything holds' : `${findings.length} findings`);
    return findings.length === 0;
  } finally {
    folder.remove();
  }
}

const command = ownCommand('test:fuzz')
  .description('Asks everything of a running stack, parts of which are ended meanwhile. Ends with 1 where anything does not hold.')
  .option('--minutes <n>', 'how long it is asked', countOf, DEFAULT_MINUTES);
await runSeeded(command, 'requests', run);
