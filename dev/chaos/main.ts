import { Argument, Option } from 'commander';
import type { AssetKind } from '#shared/domain/sale/assets/asset-terms.js';
import { countOf, ownCommand } from '../processes/own-command.js';

const DEFAULT_TICKETS = 10_000;
const DEFAULT_STRIKES = 200;
const SEEDS = 1e9;

interface Options {
  readonly tickets: number;
  readonly strikes: number;
  readonly seed: number;
  readonly asset: AssetKind;
  readonly slotMs?: number;
}

async function mint(given: Options): Promise<boolean> {
  const { DEFAULT_SLOT_MS, mintChaos } = await import('./mint-chaos.js');
  const report = await mintChaos({ ...given, slotMs: given.slotMs ?? DEFAULT_SLOT_MS });
  const { seed, tickets, assets, leaves, duplicates, stuck, attempts, handedOutAgain, drainedInMs, faults } = report;
  const isWhole = given.asset !== 'compressed' || leaves === tickets;
  console.log(`seed ${seed} (--seed ${seed} strikes with the same chances again)`);
  console.log(
    `${tickets} ${given.asset} tickets, ${assets} assets on the chain,${given.asset === 'compressed' ? ` ${leaves} leaves,` : ''} ${duplicates} duplicates, ${stuck} stuck`,
  );
  console.log(
    `${attempts} transactions signed, ${handedOutAgain} times handed out again, drained in ${(drainedInMs / 1_000).toFixed(1)} s`,
  );
  console.log('injected:');
  for (const [name, count] of Object.entries(faults)) console.log(`  ${name.padEnd(26)} ${count}`);
  return assets === tickets && isWhole && duplicates === 0 && stuck === 0;
}

async function ledger(given: Options): Promise<boolean> {
  const { ledgerChaos } = await import('./ledger-chaos.js');
  const { seed, killed, rival, setBack, restored, orders, entries, replay, tookMs } = await ledgerChaos(given.strikes, given.seed);
  console.log(`seed ${seed} (--seed ${seed} strikes with the same chances again)`);
  console.log(`killed: projectors ${killed.projectors} times, Postgres ${killed.postgres} times`);
  console.log(
    `checkpoint set back ${setBack} times, backup restored ${restored} times, a second writer won ${rival.won} batches and lost ${rival.lost}`,
  );
  console.log(`${orders} orders: ${entries.wanted} entries wanted, ${entries.found} found, ${entries.doubled} doubled; replay: ${replay}`);
  console.log(`took ${(tookMs / 1_000).toFixed(1)} s`);
  return entries.found === entries.wanted && entries.doubled === 0 && replay === 'equal' && rival.lost > 0;
}

const CHAOS: Readonly<Record<string, (given: Options) => Promise<boolean>>> = { mint, ledger };

await ownCommand('test:chaos')
  .description('Strikes at what runs, and counts what is lost or doubled. Ends with 1 where anything is.')
  .addArgument(new Argument('[what]', 'what is struck at').choices(Object.keys(CHAOS)).default('mint'))
  .option('--tickets <n>', 'mint: on a chain that drops, lies and forks', countOf, DEFAULT_TICKETS)
  .addOption(new Option('--asset <kind>', 'mint: what tickets are').choices(['token-2022', 'compressed']).default('token-2022'))
  .option('--slot-ms <n>', 'mint: of the chain (40); more on a busy machine', countOf)
  .option('--strikes <n>', 'ledger: projectors and Postgres killed', countOf, DEFAULT_STRIKES)
  .option('--seed <n>', 'strikes with the same chances again', countOf, 1 + (Date.now() % (SEEDS - 1)))
  .action(async (what: string, options: Options) => {
    if (!(await CHAOS[what]?.(options))) process.exitCode = 1;
  })
  .parseAsync();
