// Runs Jest: `npm test` runs the specs that take seconds, `npm run test:long` the slow ones (`*.long.spec.ts`). Either command runs a spec
// that its arguments name: `npm test -- minter-crash`.
import { run } from 'jest';

const LONG = '.long.spec.ts';
/** Jest options whose value may be the next argument. */
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

// Words first: a Jest option that takes a list would consume them.
if (isLong) await run([...words, `--testMatch=**/*${LONG}`]);
else if (namesSpecs) await run(words);
else await run([...words, `--testPathIgnorePatterns=/node_modules/`, `--testPathIgnorePatterns=${LONG.replaceAll('.', '\\.')}$`]);
