import { parseArgs } from 'node:util';
import { benchFlash } from './flash.js';
import { benchFold } from './fold.js';
import { benchHttp } from './http-orders.js';
import { benchMints } from './mints.js';
import { benchOrders } from './orders.js';
import { benchReads } from './reads.js';
import { benchReplay } from './replay.js';

const DEFAULT_SECONDS = 5;
const DEFAULT_BUYERS = 50_000;
const DEFAULT_EVENTS = 1_000_000;
const DEFAULT_MINTS = 10_000;

const { values, positionals } = parseArgs({
  options: {
    seconds: { type: 'string', default: `${DEFAULT_SECONDS}` },
    buyers: { type: 'string', default: `${DEFAULT_BUYERS}` },
    events: { type: 'string', default: `${DEFAULT_EVENTS}` },
    mints: { type: 'string', default: `${DEFAULT_MINTS}` },
  },
  allowPositionals: true,
});
const options = {
  seconds: Number(values.seconds),
  buyers: Number(values.buyers),
  events: Number(values.events),
  mints: Number(values.mints),
};
const BENCHES: Readonly<Record<string, (given: typeof options) => Promise<boolean>>> = {
  orders: benchOrders,
  flash: benchFlash,
  reads: benchReads,
  http: benchHttp,
  replay: benchReplay,
  mint: benchMints,
  fold: benchFold,
};

const wanted = positionals.length > 0 ? positionals : Object.keys(BENCHES);
for (const name of wanted) {
  const bench = BENCHES[name];
  if (bench === undefined) {
    console.error(`There is no bench "${name}". There are: ${Object.keys(BENCHES).join(', ')}.`);
    process.exit(2);
  }
  if (!(await bench(options))) process.exitCode = 1;
}
