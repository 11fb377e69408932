import { type AggregatePart, SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';

/** The fold that a process begins with at a snapshot of this one, stored and read as JSON. */
export const restored = ({ subject, head }: SaleAggregate, parts: readonly AggregatePart[]): Promise<SaleAggregate> =>
  SaleAggregate.restored(subject, head, storedAndRead(parts));

async function* storedAndRead(parts: readonly AggregatePart[]): AsyncIterable<AggregatePart> {
  yield* JSON.parse(JSON.stringify(parts)) as AggregatePart[];
}

/** Everything that a later decision could depend on, without what a fold remembers to be fast. */
export const stateOf = (fold: SaleAggregate): unknown => [
  fold.head,
  fold.length,
  fold.weight,
  fold.sale.clock,
  fold.sale.open,
  fold.snapshot(),
];
