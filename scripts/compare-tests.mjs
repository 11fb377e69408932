// Prints the tests of one state of the tree that are missing in another: `node scripts/compare-tests.mjs before.json -- after.json
// long.json`. Reads Jest's output of `--json --outputFile`. Tests are compared by full name, so moving a file loses none. Exit code 1 when a
// name is missing.
import { readFileSync } from 'node:fs';

const words = process.argv.slice(2);
const cut = words.indexOf('--');
if (cut < 1 || cut === words.length - 1) {
  console.error('Usage: node scripts/compare-tests.mjs BEFORE.json… -- AFTER.json…');
  process.exit(2);
}
const [before, after] = [namesIn(words.slice(0, cut)), namesIn(words.slice(cut + 1))];
const lost = [...before].filter(([name, times]) => (after.get(name) ?? 0) < times).map(([name]) => name);
const found = [...after].filter(([name, times]) => (before.get(name) ?? 0) < times).map(([name]) => name);
for (const name of lost) console.log(`- ${name}`);
for (const name of found) console.log(`+ ${name}`);
console.log(`${sum(before)} tests before, ${sum(after)} after; ${lost.length} names missing, ${found.length} new`);
process.exitCode = lost.length === 0 ? 0 : 1;

/** How often each name occurs; skipped tests do not count. */
function namesIn(paths) {
  const names = new Map();
  for (const path of paths) {
    for (const { assertionResults } of JSON.parse(readFileSync(path, 'utf8')).testResults) {
      for (const { fullName, status } of assertionResults) {
        if (status === 'passed' || status === 'failed') names.set(fullName, (names.get(fullName) ?? 0) + 1);
      }
    }
  }
  return names;
}

function sum(names) {
  return [...names.values()].reduce((total, times) => total + times, 0);
}
