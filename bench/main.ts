import { Argument } from 'commander';
import { countOf, ownCommand } from '../dev/processes/own-command.js';
import { benchFair } from './fair.js';
import { benchFlash } from './flash.js';
import { benchFold } from './fold.js';
import { benchHttp } from './http-orders.js';
import { benchMints } from './mints.js';
import { benchOrders } from './orders.js';
import { benchReads } from './reads.js';
import { benchReplay } from './replay.js';

interface Options {
  readonly seconds: number;
  readonly buyers: number;
  readonly events: number;
  readonly mints: number;
}

const BENCHES: Readonly<Record<string, (given: Options) => Promise<boolean>>> = {
  orders: benchOrders,
  flash: benchFlash,
  reads: benchReads,
  fair: benchFair,
  http: benchHttp,
  replay: benchReplay,
  mint: benchMints,
  fold: benchFold,
};
const DEFAULT_SECONDS = 5;
const DEFAULT_BUYERS = 50_000;
const DEFAULT_EVENTS = 1_000_000;
const DEFAULT_MINTS = 10_000;

await ownCommand('bench')
  .description('Measures, beside what it is compared with in the same run. Ends with 1 where a bar is missed.')
  .addArgument(new Argument('[what...]', 'what is measured').choices(Object.keys(BENCHES)).default(Object.keys(BENCHES), 'all of it'))
  .option('--seconds <n>', 'orders, reads, http: of each load', countOf, DEFAULT_SECONDS)
  .option('--buyers <n>', 'flash: for a tenth as many seats', countOf, DEFAULT_BUYERS)
  .option('--events <n>', 'replay: in the log', countOf, DEFAULT_EVENTS)
  .option('--mints <n>', 'mint: outstanding at once', countOf, DEFAULT_MINTS)
  .action(async (wanted: readonly string[], options: Options) => {
    for (const name of wanted) if (!(await BENCHES[name]?.(options))) process.exitCode = 1;
  })
  .parseAsync();
