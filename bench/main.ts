import { parseArgs } from 'node:util';
import { benchOrders } from './orders.js';

const DEFAULT_SECONDS = 5;

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: `${DEFAULT_SECONDS}` } },
  allowPositionals: true,
});
const BENCHES: Readonly<Record<string, (options: { readonly seconds: number }) => Promise<boolean>>> = { orders: benchOrders };

const wanted = positionals.length > 0 ? positionals : Object.keys(BENCHES);
for (const name of wanted) {
  const bench = BENCHES[name];
  if (bench === undefined) {
    console.error(`There is no bench "${name}". There are: ${Object.keys(BENCHES).join(', ')}.`);
    process.exit(2);
  }
  if (!(await bench({ seconds: Number(values.seconds) }))) process.exitCode = 1;
}
