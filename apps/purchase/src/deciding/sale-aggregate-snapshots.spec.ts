import { AggregateSnapshots } from '#shared/aggregate/aggregate-snapshots.js';
import type { Commit } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { MemoryValues } from '#shared/event-store/memory-values.js';
import type { NamedValues } from '#shared/event-store/named-values.js';
import { Snapshots } from '#shared/event-store/snapshots.js';
import type { Hash } from '#shared/kernel/hash.js';
import type { KeyHash } from '#shared/kernel/ids.js';
import { type AggregatePart, SaleAggregate } from './sale-aggregate.js';

const SUBJECT = saleSubject('demo', 'long');
/** One commit and a full group of decisions add this much to a sale's length. */
const KEYS = 249;
const STEP = KEYS + 1;

let told: string[];
let values: NamedValues;
let sales: AggregateSnapshots<SaleAggregate, AggregatePart>;
beforeEach(() => {
  told = [];
  values = new MemoryValues();
  sales = salesOn(values);
});

const salesOn = (on: NamedValues): AggregateSnapshots<SaleAggregate, AggregatePart> =>
  new AggregateSnapshots({
    snapshots: new Snapshots(on, 'test'),
    restore: SaleAggregate.restored,
    onOutcome: (outcome) => told.push(outcome),
  });

const opening = {
  type: 'SaleOpened',
  data: {
    sale: 'long',
    name: 'Long',
    units: { areas: [{ quota: 9 }] },
    currency: 'EUR',
    prices: [{ amount: '1' }],
    maxPerBuyer: 1,
    holdSeconds: 60,
  },
  at: 1,
};

const commit = (version: number, events: readonly unknown[]): Commit =>
  ({
    ...{ subject: SUBJECT, version, sequence: version, previous: '', hash: `hash-${version}` as Hash, at: version },
    keys: Array.from({ length: KEYS }, (_, key) => `${version}-${key}` as KeyHash),
    events,
  }) as unknown as Commit;

/** A sale of which only the length is known. */
function grownTo(length: number, fold = new SaleAggregate(SUBJECT), first: readonly unknown[] = [opening]): SaleAggregate {
  while (fold.length < length) fold.apply(commit(fold.head.version + 1, fold.head.version === 0 ? first : []));
  return fold;
}

async function noticed(fold: SaleAggregate): Promise<readonly string[]> {
  told = [];
  sales.notice(fold);
  await sales.drain();
  return told;
}

it('takes the first snapshot of a long sale, and the next when it has grown by a quarter', async () => {
  const lengths = [9_750, 10_000, 10_250, 12_250, 12_500, 15_500, 15_750].map((length) => [length, length % STEP] as const);
  const fold = new SaleAggregate(SUBJECT);
  const taken: (readonly [number, readonly string[]])[] = [];
  for (const [length] of lengths) taken.push([length, await noticed(grownTo(length, fold))]);
  expect(taken.filter(([, outcomes]) => outcomes.length > 0)).toEqual([10_000, 12_500, 15_750].map((length) => [length, ['taken']]));
});

it('takes no snapshot of a sale that was never opened', async () => {
  expect(await noticed(grownTo(20_000, new SaleAggregate(SUBJECT), []))).toEqual([]);
});

it('loads the stored snapshot, and takes the next after a quarter more', async () => {
  const fold = grownTo(10_000);
  await noticed(fold);
  sales = salesOn(values);
  const found = await sales.find(SUBJECT);
  expect([found?.head, found?.length, found?.snapshot(), told]).toEqual([fold.head, fold.length, fold.snapshot(), ['taken', 'used']]);
  expect(await noticed(grownTo(12_250, found))).toEqual([]);
  expect(await noticed(grownTo(12_500, found))).toEqual(['taken']);
});

it('writes one snapshot at a time, with the state at which it was taken', async () => {
  const fold = grownTo(10_000);
  sales.notice(fold);
  grownTo(20_000, fold);
  sales.notice(fold);
  await sales.drain();
  expect([(await sales.find(SUBJECT))?.length, told]).toEqual([10_000, ['taken', 'used']]);
  expect(await noticed(fold)).toEqual(['taken']);
});

it('does not write when another process was faster', async () => {
  await noticed(grownTo(12_000));
  sales = salesOn(values);
  expect(await noticed(grownTo(11_000))).toEqual([]);
  expect((await sales.find(SUBJECT))?.length).toBe(12_000);
});

it('continues without snapshots that cannot be written or read', async () => {
  const away = (): Promise<never> => Promise.reject(new Error('no answer'));
  sales = salesOn({ get: away, bytes: away, put: away });
  expect(await noticed(grownTo(10_000))).toEqual(['failed']);
  expect([await sales.find(SUBJECT), told]).toEqual([undefined, ['failed', 'unusable']]);
});

it('ignores a snapshot whose parts contradict each other, and replaces it', async () => {
  const fold = grownTo(10_000);
  const [terms, ...parts] = fold.snapshot();
  await new Snapshots(values, 'test').write(fold, parts);
  expect([terms?.kind, await sales.find(SUBJECT), told]).toEqual(['sale', undefined, ['unusable']]);
  expect(await noticed(fold)).toEqual(['taken']);
  expect((await sales.find(SUBJECT))?.snapshot()).toEqual(fold.snapshot());
});
