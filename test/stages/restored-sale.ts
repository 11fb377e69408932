import { type AggregatePart, SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';

/** The aggregate with which a process starts from a snapshot of this one, stored and read as JSON. */
export const restored = ({ subject, head }: SaleAggregate, parts: readonly AggregatePart[]): Promise<SaleAggregate> =>
  SaleAggregate.restored(subject, head, storedAndRead(parts));

async function* storedAndRead(parts: readonly AggregatePart[]): AsyncIterable<AggregatePart> {
  yield* JSON.parse(JSON.stringify(parts)) as AggregatePart[];
}

/** The state on which later decisions depend, without an aggregate's caches. */
export const stateOf = (fold: SaleAggregate): unknown => [
  fold.head,
  fold.length,
  fold.weight,
  fold.sale.clock,
  fold.sale.open,
  fold.snapshot(),
];
