import { jetstreamManager } from '@nats-io/jetstream';
import fc from 'fast-check';
import type { QueryRunner } from 'typeorm';
import { isFault } from '#shared/kernel/fault.js';
import { connected } from '../../apps/ledger/src/database/connect.js';
import { applyBatch } from '../../apps/ledger/src/projection/apply-batch.js';
import { readCheckpoint } from '../../apps/ledger/src/projection/checkpoint.js';
import type { LoggedMessage } from '../../apps/ledger/src/projection/commit-place.js';
import { LEDGER_TABLES } from '../../apps/ledger/src/rows/tables.js';
import { LedgerStage } from '../stages/ledger-stage.js';

const LONG_MS = 180_000;
const RUNS = 40;
const EPOCH = 'of this log';

const stage = LedgerStage.forTests('ledger-delivery');
let runner: QueryRunner;
const messages: LoggedMessage[] = [];

beforeAll(async () => {
  for (const [tenant, sale] of [
    ['demo', 'gala'],
    ['acme', 'fair'],
    ['demo', 'late'],
  ] as const)
    await stage.sell(tenant, sale, 7);
  const connection = await stage.nat('operator');
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const { last_seq } = (await jsm.streams.info('EVENTS')).state;
  for (let seq = 1; seq <= last_seq; seq++) {
    const message = await jsm.streams.getMessage('EVENTS', { seq });
    messages.push({ subject: message!.subject, sequence: seq, body: message!.data });
  }
  await connection.close();
  runner = (await connected(stage.pool('projector', 1))).createQueryRunner();
  stage.onClose(() => runner.release());
});

async function begin(): Promise<void> {
  await stage.query(`truncate ${LEDGER_TABLES.map(({ name }) => `ledger.${name}`).join(', ')}`);
  await stage.query('update ledger.checkpoint set sequence = 0, epoch = null');
}

const at = async () => ({ ...(await readCheckpoint(runner, 'ledger')), epoch: EPOCH });
const ledger = async (): Promise<unknown> =>
  Promise.all(LEDGER_TABLES.map(({ name }) => stage.query(`select * from ledger.${name} t order by t::text`)));

/** @returns whether it was taken in; a batch that was refused has changed nothing and may come again */
async function deliver(batch: readonly LoggedMessage[]): Promise<boolean> {
  const before = await at();
  try {
    expect(await applyBatch(runner, before, batch)).toMatchObject({ halted: [] });
    return true;
  } catch (thrown) {
    if (!isFault(thrown, 'log-unreachable')) throw thrown;
    expect(await at()).toEqual(before);
    return false;
  }
}

/**
 * The batch starts this far behind the checkpoint, with this many commits, in sequence or in the order of these numbers, some of them
 * twice.
 */
interface Delivery {
  readonly back: number;
  readonly size: number;
  readonly turns: readonly number[];
  readonly twice: boolean;
}

const size = fc.integer({ min: 2, max: 25 });
const inTurn = fc.record({ back: fc.nat(40), size, turns: fc.constant([]), twice: fc.constant(false) });
const anyhow = fc.record({ back: fc.nat(40), size, turns: fc.array(fc.nat(), { maxLength: 25 }), twice: fc.boolean() });
/** Of a log of which nothing was taken yet: the second commit comes first. */
const outOfTurn = fc.record({ back: fc.constant(0), size, turns: fc.constant([1]), twice: fc.constant(false) });
/** Every plan contains one refused and one accepted batch, and continues from there. */
const plan: fc.Arbitrary<readonly Delivery[]> = fc
  .tuple(outOfTurn, fc.array(fc.tuple(anyhow, inTurn), { minLength: 1, maxLength: 3 }))
  .map(([first, pairs]) => [first, ...pairs.flat()]);

it(
  '[L7] gives the same ledger and the same hash however often commits arrive, in any batches, and in any order within one',
  async () => {
    await begin();
    expect(await deliver(messages)).toBe(true);
    const wanted = await ledger();
    const met = { taken: 0, refused: 0 };
    const property = fc.asyncProperty(plan, async (deliveries) => {
      await begin();
      for (const delivery of deliveries) {
        const { sequence } = await at();
        const batch = batchOf(delivery, sequence);
        const taken = await deliver(batch);
        expect(taken).toBe(goesOn(batch, sequence));
        met[taken ? 'taken' : 'refused'] += 1;
      }
      expect(await deliver(messages)).toBe(true); // everything once more, from 1 on
      expect(await ledger()).toEqual(wanted);
    });
    await fc.assert(property, { numRuns: RUNS });
    expect(Math.min(met.taken, met.refused)).toBeGreaterThanOrEqual(RUNS); // both were met by every plan
  },
  LONG_MS,
);

function batchOf({ back, size, turns, twice }: Delivery, sequence: number): readonly LoggedMessage[] {
  const first = Math.max(0, sequence - back);
  const batch = messages.slice(first, first + size);
  const left = twice ? [...batch, ...batch] : [...batch];
  return left.slice().flatMap((_, index) => left.splice((turns[index % turns.length] ?? 0) % left.length, 1));
}

/** Whether the new commits of a batch directly follow the applied ones: exactly then the batch is applied. */
const goesOn = (batch: readonly LoggedMessage[], taken: number): boolean =>
  batch.filter(({ sequence }) => sequence > taken).every(({ sequence }, index) => sequence === taken + 1 + index);
