import { setTimeout as pause } from 'node:timers/promises';
import { PurchaseProcess } from '../../bench/stage/purchase-process.js';
import { type OpenStage, openStage } from '../../bench/stage/selling-stage.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Caller, type Heard } from '../harness/caller.js';
import { scrapeAt } from '../harness/scrape.js';
import { counted, toldOf } from '../stages/crash-stage.js';
import { Stage } from '../stages/stage.js';

const SALES = Array.from({ length: 48 }, (_, number) => `sale-${number}`); // some in every set of buckets
const CALLERS = 12;
const BETWEEN_MS = 20; // a caller's pause between two orders: the machine also starts processes meanwhile
/** Beats and pins take seconds; the rest is a busy machine. */
const SPREAD_MS = 120_000;
const LONG_MS = 900_000;
/** After a kill: 2.5 s without a heartbeat, 5 s until the process's commands are redelivered; the rest is a margin for a busy machine. */
const DECIDED_AGAIN_MS = 45_000;

const stage = Stage.forTests();
const processes: PurchaseProcess[] = [];
const answers = new Map<string, readonly [sale: string, heard: Heard]>();
let servers: OpenStage;
let caller: Caller;
let rush: Promise<unknown> | undefined;
let isOver = false;

beforeAll(async () => {
  servers = await stage.keep(openStage('purchase-shares', { purchases: 0 }));
  caller = await stage.keep(Caller.of(servers.server, 'demo'));
  await start();
  await Promise.all(SALES.map((sale) => caller.open(sale, { quota: 100_000 }, { maxPerBuyer: 100_000 })));
  rush = Promise.all(Array.from({ length: CALLERS }, (_, number) => sell(number)));
}, LONG_MS);

async function start(): Promise<void> {
  processes.push(await stage.keep(PurchaseProcess.start(servers.server)));
}

/** Orders of one caller, one after the other, over all sales. */
async function sell(number: number): Promise<void> {
  for (let at = number; !isOver; at += 1) {
    const [sale = '', key] = [SALES[at % SALES.length], `${number}-${at}`];
    answers.set(key, [sale, await order(sale, key)]);
    await pause(BETWEEN_MS);
  }
}

const order = (sale: string, key: string): Promise<Heard> => caller.askUntilSettled('order.place', { sale, buyer: key, quantity: 1 }, key);

const read = async (metric: string): Promise<number[]> =>
  Promise.all(processes.map(async ({ health }) => (await scrapeAt(health)).get(metric) ?? 0));

/** Resolves when the processes, the oldest first, have these many sets each, and each has decided commands since. */
async function spread(expected: readonly number[]): Promise<void> {
  const isSpread = async (): Promise<boolean> => `${await read('admit_decider_sets')}` === `${expected}`;
  await waitFor(isSpread, { what: `sets are spread ${expected.join(' + ')}`, timeoutMs: SPREAD_MS });
  const before = await read('admit_group_commands_sum');
  const decides = async (): Promise<boolean> => (await read('admit_group_commands_sum')).every((now, at) => now > (before[at] ?? 0));
  await waitFor(decides, { what: 'every process decides commands', timeoutMs: SPREAD_MS });
}

describe('purchase processes on one log, while orders are sold', () => {
  it(
    'share the commands evenly, one after the other, and a process that is stopped hands over its share',
    async () => {
      await spread([4]);
      await start();
      await spread([2, 2]);
      await start();
      await spread([2, 1, 1]);
      await processes.pop()?.stop('SIGTERM');
      await spread([2, 2]);
      await start();
      await spread([2, 1, 1]);
    },
    LONG_MS,
  );

  it(
    'replace a process that is killed: its sales are decided by the others',
    async () => {
      const began = performance.now();
      await processes.shift()?.stop('SIGKILL');
      await Promise.all(SALES.map((sale) => order(sale, `after-${sale}`)));
      const ms = performance.now() - began;
      process.stdout.write(`every sale was decided again ${(ms / 1_000).toFixed(1)} s after a purchase process was killed\n`);
      expect(ms).toBeLessThan(DECIDED_AGAIN_MS);
      await spread([2, 2]);
    },
    LONG_MS,
  );

  it(
    'lose no order and decide none twice meanwhile',
    async () => {
      isOver = true;
      await rush;
      expect(answers.size).toBeGreaterThan(SALES.length);
      expect([...answers.values()].filter(([, { status }]) => status !== 201)).toEqual([]);
      const keys = [...answers];
      const repeat = async (): Promise<void> => {
        for (let next = keys.pop(); next !== undefined; next = keys.pop()) {
          const [key, [sale, { text }]] = next;
          expect((await order(sale, key)).text).toBe(text);
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, repeat));
      const told = await Promise.all(SALES.map((sale) => toldOf(servers, sale)));
      const decisions = told.flatMap((one) => one.decisions);
      const all = answers.size + SALES.length; // and one of each sale after the kill
      expect([counted(decisions), counted(told.flatMap(({ orders }) => orders))]).toEqual([
        [all, all],
        [all, all],
      ]);
    },
    LONG_MS,
  );
});
