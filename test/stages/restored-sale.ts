import { type FoldPart, SaleFold } from '../../apps/purchase/src/sale-fold.js';

/** The fold that a process begins with at a snapshot of this one, stored and read as JSON. */
export const restored = ({ subject, head }: SaleFold, parts: readonly FoldPart[]): Promise<SaleFold> =>
  SaleFold.restored(subject, head, storedAndRead(parts));

async function* storedAndRead(parts: readonly FoldPart[]): AsyncIterable<FoldPart> {
  yield* JSON.parse(JSON.stringify(parts)) as FoldPart[];
}

/** Everything that a later decision could depend on, without what a fold remembers to be fast. */
export const stateOf = (fold: SaleFold): unknown => [fold.head, fold.length, fold.weight, fold.sale.clock, fold.sale.open, fold.snapshot()];
