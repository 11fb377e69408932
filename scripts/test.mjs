// Runs Jest: `npm test` the specs that take seconds, `npm run test:long` those that take longer by nature (`*.long.spec.ts`).
// Whoever names a spec gets it from either command: `npm test -- minter-crash`.
import { run } from 'jest';

const LONG = '.long.spec.ts';
/** Options of Jest whose value may stand in the next word. */
const WITH_VALUE = new Set([
  '-t',
  '--testNamePattern',
  '-w',
  '--maxWorkers',
  '--outputFile',
  '-c',
  '--config',
  '--seed',
  '--shard',
  '--testTimeout',
]);

const [first, ...rest] = process.argv.slice(2);
const isLong = first === '--long';
const words = isLong ? rest : process.argv.slice(2);
const namesSpecs = words.some((word, n) => !word.startsWith('-') && !WITH_VALUE.has(words[n - 1]));

// Words first: an option of Jest that takes a list would take them too.
if (isLong) await run([...words, `--testMatch=**/*${LONG}`]);
else if (namesSpecs) await run(words);
else await run([...words, `--testPathIgnorePatterns=/node_modules/`, `--testPathIgnorePatterns=${LONG.replaceAll('.', '\\.')}$`]);
