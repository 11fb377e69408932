import fc from 'fast-check';
import type { z } from 'zod';
import { type MutationName, mutations, OPERATIONS, type OperationName } from '../../apps/purchase/src/operations/operations.js';
import { openingBodies } from './openings.js';
import { valuesOf } from './values.js';

/** Tenants of one history, and sales per tenant. */
export const TENANTS = 2;
export const SALES = 2;
/** Keys of orders: few, so that payments may precede their order, and orders may be repeated. */
export const ORDER_KEYS = 6;
const MOST_STEPS = 40;
/** A mint takes three steps to its end, and two more to be burned. */
const MOST_MOVES = 5;
/** This many buyers, with one order each, reach the largest sum that a sale can have. */
const CROWD = 100;
/** One in this many histories begins with the largest possible sale and a crowd of orders. */
const LARGE_ONES = 200;
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const WAITS_MS = [0, 0, 0, 1, SECOND_MS, 61 * SECOND_MS, 11 * 60 * SECOND_MS, 25 * HOUR_MS, 8 * 24 * HOUR_MS, 400 * 24 * HOUR_MS];

type Body = Readonly<Record<string, unknown>>;

/**
 * Replaces members of a drawn body with values of earlier events: of random ids hardly two would match. The numbers select the value; some
 * leave the member as drawn.
 */
export interface Aims {
  /** 0 to ORDER_KEYS - 1: the order of that key; ORDER_KEYS: an order of another sale; more: as drawn. */
  readonly order: number;
  /** The amount of a payment or refund. */
  readonly amount: 'total' | 'half' | 'one' | 'drawn';
  readonly currency: 'of the sale' | 'drawn';
  /** 0: as drawn. Otherwise the position of the selected units in the sale; the tickets to mint begin there too. */
  readonly units: number;
}

interface At {
  readonly tenant: number;
  readonly sale: number;
}

export type Ask = Extract<Step, { readonly kind: 'ask' }>;

/** One step; each of its numbers is taken modulo the number of current choices. */
export type Step =
  | (At & {
      readonly kind: 'ask';
      readonly operation: OperationName;
      readonly body: Body;
      readonly key: number;
      readonly aims: Aims;
      /** In the same commit as the next step of the same sale. */
      readonly together: boolean;
    })
  | (At & { readonly kind: 'crowd'; readonly buyers: number })
  | (At & { readonly kind: 'mint'; readonly ticket: number; readonly moves: readonly number[] })
  | (At & { readonly kind: 'report'; readonly nth: number; readonly again: boolean })
  | (At & { readonly kind: 'sweep' })
  | { readonly kind: 'wait'; readonly ms: number };

export interface Opening extends At {
  readonly body: Body;
}

export interface History {
  readonly sales: readonly string[];
  readonly openings: readonly Opening[];
  readonly steps: readonly Step[];
}

const at = { tenant: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1), sale: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1) };
const nat = fc.nat({ max: 1_000 });

const aims: fc.Arbitrary<Aims> = fc.record({
  order: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 2 }) }, { weight: 1, arbitrary: fc.nat({ max: ORDER_KEYS + 1 }) }),
  amount: fc.constantFrom('total', 'total', 'half', 'one', 'drawn'),
  currency: fc.constantFrom('of the sale', 'of the sale', 'of the sale', 'drawn'),
  units: fc.nat({ max: 7 }),
});

type DrawnOperation = { readonly operation: OperationName; readonly schema: z.ZodType };
const DRAWN_OPERATIONS: readonly DrawnOperation[] = mutations().map(({ name, schema }) => ({ operation: name as MutationName, schema }));
/** The relative frequency of each operation. */
const USUAL_WEIGHT = 2;
const WEIGHTS: Partial<Record<OperationName, number>> = {
  'order.place': 24,
  'payment.confirm': 16,
  'payment.refunded': 10,
  'ticket.mint': 8,
  'order.refund': 10,
  'order.cancel': 5,
  'sale.open': 1,
  'sale.close': 1,
  'sale.change': 8,
};

const bodyOf = ({ operation, schema }: DrawnOperation): fc.Arbitrary<Body> =>
  operation === 'sale.open' ? openingBodies('any') : (valuesOf(schema) as fc.Arbitrary<Body>);
/** Requests of callers and payment providers. */
export const asks: fc.Arbitrary<Ask> = fc.oneof(
  ...DRAWN_OPERATIONS.map((asked) => ({
    weight: WEIGHTS[asked.operation] ?? USUAL_WEIGHT,
    arbitrary: fc.record({
      ...at,
      kind: fc.constant('ask' as const),
      operation: fc.constant(asked.operation),
      body: bodyOf(asked),
      key: nat,
      aims,
      together: fc.boolean(),
    }),
  })),
);
const mint = fc.record({
  ...at,
  kind: fc.constant('mint' as const),
  ticket: nat,
  moves: fc.array(nat, { minLength: 1, maxLength: MOST_MOVES }),
});
const report = fc.record({ ...at, kind: fc.constant('report' as const), nth: nat, again: fc.boolean() });
const sweep = fc.record({ ...at, kind: fc.constant('sweep' as const) });
const wait = fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(...WAITS_MS) });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 140, arbitrary: asks },
  { weight: 60, arbitrary: mint },
  { weight: 10, arbitrary: report },
  { weight: 20, arbitrary: wait },
  { weight: 5, arbitrary: sweep },
);

const openSale = OPERATIONS['sale.open'].schema;
type Size = 'any' | 'largest';
/** In most sales no time limit applies: in a sale that has ended or not begun, little happens. */
export const openings = (size: Size): fc.Arbitrary<Opening> =>
  fc
    .record({
      ...at,
      body: openingBodies(size),
      anyTime: fc.constantFrom(false, false, false, false, false, true),
    })
    .map(({ anyTime, body, ...place }) => {
      const { opensAt: _, closesAt: __, ...always } = body;
      return { ...place, body: anyTime ? body : always };
    });

const begunWith = (size: Size, first: readonly Step[]): fc.Arbitrary<History> =>
  fc.record({
    sales: fc.uniqueArray(valuesOf(openSale.shape.sale) as fc.Arbitrary<string>, { minLength: SALES, maxLength: SALES }),
    openings: fc
      .tuple(openings(size), fc.array(openings('any'), { maxLength: 2 }))
      .map(([opening, others]): Opening[] => [{ ...opening, tenant: 0, sale: 0 }, ...others]),
    steps: fc.array(step, { maxLength: MOST_STEPS, size: 'max' }).map((steps) => [...first, ...steps]),
  });

/** Every possible step of callers, payment providers, minters and time, on a few sales, in any order. */
export const histories: fc.Arbitrary<History> = fc.oneof(
  { weight: LARGE_ONES - 1, arbitrary: begunWith('any', []) },
  { weight: 1, arbitrary: begunWith('largest', [{ kind: 'crowd', tenant: 0, sale: 0, buyers: CROWD }]) },
);
