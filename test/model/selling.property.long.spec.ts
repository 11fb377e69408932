import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { stateOf } from '../stages/restored-sale.js';
import { Shop } from '../stages/shop.js';
import { MemorySelling } from './memory-selling.js';
import { Model, TERMS } from './model.js';
import { STEPS } from './steps.js';

/** `npm run test:model` runs the long form: 100,000 in memory, 2,000 on the real service. */
const LONG = process.env.MODEL_RUNS === 'long';
const MEMORY_RUNS = LONG ? 100_000 : 1_000;
const REAL_RUNS = LONG ? 2_000 : 60;
const STEPS_AT_MOST = 40;
/** Up to all of them; by itself fast-check stops at about ten, which the long form makes up for by number: it would take half an hour. */
const SIZE = LONG ? 'small' : 'medium';
const TIMEOUT_MS = LONG ? 1_800_000 : 120_000;
/** The short form walks the same ways every time, the long form others each time. */
const WAYS = LONG ? {} : { seed: 20_278 };
const OPEN = { name: 'Model', ...TERMS };

it(
  'sells in memory as the model does',
  async () => {
    let voided = 0;
    await fc.assert(
      fc.asyncProperty(fc.commands(STEPS, { maxCommands: STEPS_AT_MOST, size: SIZE }), async (steps) => {
        const model = new Model();
        const selling = new MemorySelling();
        const sale = 'model';
        await selling.ask('sale.open', { sale, ...OPEN }, 'open');
        try {
          await fc.asyncModelRun(() => ({ model, real: { ask: selling.ask, pass: selling.pass, tell: selling.tell, sale } }), steps);
          const [decided, read] = await selling.folds(sale);
          expect(read).toEqual(decided);
          voided += [...model.orders.values()].filter((order) => order.voided.size > 0).length;
        } finally {
          await selling.end();
        }
      }),
      { numRuns: MEMORY_RUNS, ...WAYS },
    );
    expect(voided).toBeGreaterThan(MEMORY_RUNS / 1_000); // by chance: the steps lead there, not only past it
  },
  TIMEOUT_MS,
);

it(
  '[L3] sells as the model does when every process ends after one answer, and the next begins at its snapshot',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(STEPS, { maxCommands: STEPS_AT_MOST, size: SIZE }), async (steps) => {
        const selling = new MemorySelling();
        const sale = 'model';
        await selling.ask('sale.open', { sale, ...OPEN }, 'open');
        const ask: typeof selling.ask = async (what, body, key) => {
          await selling.restart(sale);
          return selling.ask(what, body, key);
        };
        try {
          await fc.asyncModelRun(() => ({ model: new Model(), real: { ask, pass: selling.pass, tell: selling.tell, sale } }), steps);
          await selling.restart(sale);
          const [restarted, read] = await selling.folds(sale);
          expect(stateOf(restarted)).toEqual(stateOf(read));
        } finally {
          await selling.end();
        }
      }),
      { numRuns: MEMORY_RUNS / 2 },
    );
  },
  TIMEOUT_MS,
);

describe('the real service', () => {
  const shop = Shop.forTests('model');

  it(
    'sells as the model does, retries and duplicates included',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.commands(STEPS, { maxCommands: STEPS_AT_MOST, size: SIZE }), async (steps) => {
          const sale = `model-${randomUUID()}`;
          await shop.demo.ask('sale.open', { sale, ...OPEN }, 'open');
          const ask = (what: string, body: object, key: string) => shop.demo.ask(what, body, key === '' ? undefined : key);
          await fc.asyncModelRun(() => ({ model: new Model(), real: { ask, sale } }), steps);
        }),
        { numRuns: REAL_RUNS, ...WAYS },
      );
    },
    TIMEOUT_MS,
  );
});
