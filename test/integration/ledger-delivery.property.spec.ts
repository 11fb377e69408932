import { jetstreamManager } from '@nats-io/jetstream';
import fc from 'fast-check';
import type { QueryRunner } from 'typeorm';
import { isFault } from '#shared/kernel/fault.js';
import { connected } from '../../apps/ledger/src/database/connect.js';
import { readCheckpoint } from '../../apps/ledger/src/projection/checkpoint.js';
import type { LoggedMessage } from '../../apps/ledger/src/projection/commit-place.js';
import { takeBatch } from '../../apps/ledger/src/projection/take-batch.js';
import { LEDGER_TABLES } from '../../apps/ledger/src/rows/tables.js';
import { LedgerStage } from './ledger-stage.js';

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
    expect(await takeBatch(runner, before, batch)).toMatchObject({ halted: [] });
    return true;
  } catch (thrown) {
    if (!isFault(thrown, 'log-unreachable')) throw thrown;
    expect(await at()).toEqual(before);
    return false;
  }
}

/** From so far behind the checkpoint, so many; as they are, or in whatever order these numbers give, some of them twice. */
const delivery = fc.record({
  back: fc.nat(40),
  size: fc.integer({ min: 1, max: 25 }),
  turns: fc.option(fc.array(fc.nat(), { minLength: 1, maxLength: 25 })),
  twice: fc.boolean(),
});

it(
  '[L7] gives the same ledger and the same hash however often commits come, in whatever batches, and in whatever order within one',
  async () => {
    await begin();
    expect(await deliver(messages)).toBe(true);
    const wanted = await ledger();
    const met = { taken: 0, refused: 0 };
    const property = fc.asyncProperty(fc.array(delivery, { maxLength: 6 }), async (plan) => {
      await begin();
      for (const { back, size, turns, twice } of plan) {
        const first = Math.max(0, (await at()).sequence - back);
        const batch = messages.slice(first, first + size);
        const repeated = twice ? [...batch, ...batch] : batch;
        const ordered = turns === null ? repeated : shuffled(repeated, turns);
        met[(await deliver(ordered)) ? 'taken' : 'refused'] += 1;
      }
      expect(await deliver(messages)).toBe(true); // everything once more, from 1 on
      expect(await ledger()).toEqual(wanted);
    });
    await fc.assert(property, { numRuns: RUNS });
    expect(Math.min(met.taken, met.refused)).toBeGreaterThan(RUNS / 4); // both were met
  },
  LONG_MS,
);

function shuffled(batch: readonly LoggedMessage[], turns: readonly number[]): LoggedMessage[] {
  const left = [...batch];
  return batch.flatMap((_, index) => left.splice((turns[index % turns.length] ?? 0) % left.length, 1));
}
