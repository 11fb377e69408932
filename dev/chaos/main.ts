import { parseArgs } from 'node:util';
import { mintChaos } from './mint-chaos.js';

const DEFAULT_TICKETS = 10_000;

const { values, positionals } = parseArgs({
  options: { tickets: { type: 'string', default: `${DEFAULT_TICKETS}` }, seed: { type: 'string', default: `${Date.now() % 1e9}` } },
  allowPositionals: true,
});
const [what = 'mint'] = positionals;
if (what !== 'mint') {
  console.error(`There is no chaos "${what}". There is: mint.`);
  process.exit(2);
}
const report = await mintChaos(Number(values.tickets), Number(values.seed));
const { seed, tickets, assets, duplicates, stuck, attempts, handedOutAgain, drainedInMs, faults } = report;
console.log(`seed ${seed} (--seed ${seed} strikes with the same chances again)`);
console.log(`${tickets} tickets, ${assets} assets on the chain, ${duplicates} duplicates, ${stuck} stuck`);
console.log(`${attempts} transactions signed, ${handedOutAgain} times handed out again, drained in ${(drainedInMs / 1_000).toFixed(1)} s`);
console.log('injected:');
for (const [name, count] of Object.entries(faults)) console.log(`  ${name.padEnd(26)} ${count}`);
if (assets !== tickets || duplicates !== 0 || stuck !== 0) process.exitCode = 1;
