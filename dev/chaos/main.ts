import { parseArgs } from 'node:util';
import { ledgerChaos } from './ledger-chaos.js';
import { mintChaos } from './mint-chaos.js';

const DEFAULT_TICKETS = 10_000;
const DEFAULT_STRIKES = 200;

const { values, positionals } = parseArgs({
  options: {
    tickets: { type: 'string', default: `${DEFAULT_TICKETS}` },
    strikes: { type: 'string', default: `${DEFAULT_STRIKES}` },
    seed: { type: 'string', default: `${Date.now() % 1e9}` },
  },
  allowPositionals: true,
});

async function mint(): Promise<boolean> {
  const report = await mintChaos(Number(values.tickets), Number(values.seed));
  const { seed, tickets, assets, duplicates, stuck, attempts, handedOutAgain, drainedInMs, faults } = report;
  console.log(`seed ${seed} (--seed ${seed} strikes with the same chances again)`);
  console.log(`${tickets} tickets, ${assets} assets on the chain, ${duplicates} duplicates, ${stuck} stuck`);
  console.log(
    `${attempts} transactions signed, ${handedOutAgain} times handed out again, drained in ${(drainedInMs / 1_000).toFixed(1)} s`,
  );
  console.log('injected:');
  for (const [name, count] of Object.entries(faults)) console.log(`  ${name.padEnd(26)} ${count}`);
  return assets === tickets && duplicates === 0 && stuck === 0;
}

async function ledger(): Promise<boolean> {
  const { seed, killed, rival, setBack, restored, orders, entries, replay, tookMs } = await ledgerChaos(
    Number(values.strikes),
    Number(values.seed),
  );
  console.log(`seed ${seed} (--seed ${seed} strikes with the same chances again)`);
  console.log(`killed: projectors ${killed.projectors} times, Postgres ${killed.postgres} times`);
  console.log(
    `checkpoint set back ${setBack} times, backup restored ${restored} times, a second writer won ${rival.won} batches and lost ${rival.lost}`,
  );
  console.log(`${orders} orders: ${entries.wanted} entries wanted, ${entries.found} found, ${entries.doubled} doubled; replay: ${replay}`);
  console.log(`took ${(tookMs / 1_000).toFixed(1)} s`);
  return entries.found === entries.wanted && entries.doubled === 0 && replay === 'equal' && rival.lost > 0;
}

const CHAOS: Readonly<Record<string, () => Promise<boolean>>> = { mint, ledger };
const [what = 'mint'] = positionals;
const chaos = CHAOS[what];
if (chaos === undefined) {
  console.error(`There is no chaos "${what}". There are: ${Object.keys(CHAOS).join(', ')}.`);
  process.exit(2);
}
if (!(await chaos())) process.exitCode = 1;
