import fc from 'fast-check';
import { type BuyerId, orderId, type SaleId, type TenantId, ticketId, type UnitId } from '../../kernel/ids.js';
import { OpenSale, PlaceOrder } from './commands.js';
import type { SaleEvent } from './events.js';
import { openSale } from './open-sale.js';
import { placeOrder } from './orders/place-order.js';
import { Sale } from './sale.js';

const TENANT = 'demo' as TenantId;
const SALE = 'gala' as SaleId;
const RUNS = { numRuns: 200 };
const SEATS = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'];

type Asked =
  | { readonly open: object }
  | { readonly order: { readonly buyer: string; readonly units?: readonly string[]; readonly quantity?: number } };

const BUYERS = ['b-1', 'b-2', 'b-3'] as BuyerId[];
const buyer = fc.constantFrom(...BUYERS);
const opens: fc.Arbitrary<Asked> = fc
  .record({
    units: fc.oneof(
      fc.subarray(SEATS, { minLength: 1 }).map((seats) => ({ seats })),
      fc.integer({ min: 1, max: 6 }).map((to) => ({ rows: [{ row: 'A', from: 1, to }] })),
      fc.integer({ min: 1, max: 12 }).map((quota) => ({ quota })),
    ),
    maxPerBuyer: fc.integer({ min: 1, max: 6 }),
  })
  .map((open) => ({ open }));
const orders: fc.Arbitrary<Asked> = fc
  .oneof(
    fc.record({ buyer, units: fc.subarray([...SEATS, 'Z-9'], { minLength: 1, maxLength: 4 }) }),
    fc.record({ buyer, quantity: fc.integer({ min: 1, max: 4 }) }),
  )
  .map((order) => ({ order }));
const history = fc.array(fc.oneof({ weight: 1, arbitrary: opens }, { weight: 6, arbitrary: orders }), { maxLength: 40 });
const opened = fc.tuple(opens, history).map(([first, rest]) => [first, ...rest]);

/** Decides all commands in turn, and calls `seen` at every prefix of the log. */
function run(
  asked: readonly Asked[],
  seen: (sale: Sale, events: readonly SaleEvent[]) => void = () => undefined,
): { sale: Sale; log: SaleEvent[]; times: number[]; accepted: boolean[] } {
  const [sale, log, times, accepted]: [Sale, SaleEvent[], number[], boolean[]] = [new Sale(), [], [], []];
  for (const [index, each] of asked.entries()) {
    const decision = decide(sale, each, index);
    accepted.push('events' in decision);
    for (const event of 'events' in decision ? decision.events : []) {
      sale.evolve(event, index);
      log.push(event);
      times.push(index);
      seen(sale, log);
    }
  }
  return { sale, log, times, accepted };
}

function decide(sale: Sale, asked: Asked, index: number) {
  if ('open' in asked)
    return openSale(
      sale,
      OpenSale.parse({ sale: SALE, name: 'n', price: { amount: '7', currency: 'EUR' }, mint: 'on-request', ...asked.open }),
    );
  const command = PlaceOrder.parse({ sale: SALE, ...asked.order });
  return placeOrder(sale, { tenant: TENANT, order: orderId(TENANT, SALE, `k-${index}`), command }, index);
}

/** A model of selling in ten lines, with sets alone: whether each command is accepted. */
function model(asked: readonly Asked[]): boolean[] {
  let free: Set<string> | undefined;
  let [quota, most] = [false, 0];
  const has = new Map<string, number>();
  return asked.map((each) => {
    if ('open' in each)
      return free === undefined
        ? begin(OpenSale.shape.units.parse((each.open as { units: unknown }).units), (each.open as { maxPerBuyer: number }).maxPerBuyer)
        : false;
    const { buyer: who, units, quantity } = each.order;
    const wanted = units ?? [...(free ?? [])].slice(0, quantity);
    const count = quantity ?? wanted.length;
    if (
      free === undefined ||
      quota !== (quantity !== undefined) ||
      wanted.length < count ||
      wanted.some((unit) => !free?.has(unit)) ||
      (has.get(who) ?? 0) + count > most
    )
      return false;
    for (const unit of wanted) free.delete(unit);
    has.set(who, (has.get(who) ?? 0) + count);
    return true;
  });
  function begin(units: OpenSale['units'], limit: number): true {
    [quota, most] = [units.quota !== undefined, limit];
    const { seats = [], rows = [] } = units;
    const inRows = rows.flatMap((row) => ('from' in row ? Array.from({ length: row.to }, (_, seat) => `${row.row}-${seat + 1}`) : []));
    const places = Array.from({ length: units.quota ?? 0 }, (_, place) => `${place + 1}`);
    free = new Set([...seats.map(String), ...inRows, ...places]);
    return true;
  }
}

/** All state that a later decision could depend on. */
const snapshot = (sale: Sale): unknown => ({
  clock: sale.clock,
  open: sale.open && {
    ...sale.open,
    counts: sale.counts(),
    free: sale.open.units
      .ofCategory(undefined)
      ?.earliest(100)
      .map(({ block, place }) => block.unitAt(place)),
    holders: [...sale.open.orders.values()].flatMap(({ order, tickets }) =>
      tickets.map(({ unit }) => [unit, sale.open?.units.orderOf(unit), order]),
    ),
    orders: [...sale.open.orders.values()],
    buyers: BUYERS.map((each) => sale.open?.usage.unitsOf(each)),
  },
});

describe('any sequence of openings and orders', () => {
  it('is decided as a ten-line model decides it', () => {
    fc.assert(
      fc.property(opened, (asked) => expect(run(asked).accepted).toEqual(model(asked))),
      RUNS,
    );
  });

  it('[L1] leaves every unit with at most one order, at every prefix of the log', () => {
    fc.assert(
      fc.property(opened, (asked) => {
        const doubled: string[] = [];
        run(asked, (_, log) => {
          const given = log.flatMap((event) => (event.type === 'OrderPlaced' ? event.data.tickets.map(({ unit }) => unit) : []));
          if (new Set(given).size < given.length) doubled.push(given.join());
        });
        expect(doubled).toEqual([]);
      }),
      RUNS,
    );
  });

  it('[L9] keeps available + held + sold = opened, at every prefix of the log', () => {
    fc.assert(
      fc.property(opened, (asked) => {
        const lost: unknown[] = [];
        run(asked, (sale, log) => {
          const { opened: all, available, held, sold } = sale.counts();
          const given = log.flatMap((event) => (event.type === 'OrderPlaced' ? event.data.tickets : [])).length;
          if (available + held + sold !== all || held + sold !== given || Math.min(available, held, sold) < 0) lost.push(sale.counts());
        });
        expect(lost).toEqual([]);
      }),
      RUNS,
    );
  });

  it('[L9] charges the price of every unit, and the buyers together own the sold units', () => {
    fc.assert(
      fc.property(opened, (asked) => {
        const { sale, log } = run(asked);
        for (const event of log)
          if (event.type === 'OrderPlaced')
            expect(event.data.total).toEqual({ amount: `${7 * event.data.tickets.length}`, currency: 'EUR' });
        const counts = BUYERS.map((each) => sale.open?.usage.unitsOf(each) ?? 0);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(sale.counts().sold);
        for (const count of counts) expect(count).toBeLessThanOrEqual(sale.open?.terms.maxPerBuyer ?? 0);
      }),
      RUNS,
    );
  });

  it('[L5] folds from its log alone to the state of its decisions', () => {
    fc.assert(
      fc.property(opened, (asked) => {
        const again = new Sale();
        const { sale, log, times } = run(asked);
        for (const [index, event] of (JSON.parse(JSON.stringify(log)) as SaleEvent[]).entries()) again.evolve(event, times[index] ?? 0);
        expect(snapshot(again)).toEqual(snapshot(sale));
      }),
      RUNS,
    );
  });

  it('is not changed by deciding: only events change it', () => {
    fc.assert(
      fc.property(opened, orders, (asked, next) => {
        const { sale } = run(asked);
        const before = JSON.stringify(snapshot(sale));
        const first = decide(sale, next, asked.length);
        expect(JSON.stringify(snapshot(sale))).toBe(before);
        expect(decide(sale, next, asked.length)).toEqual(first);
      }),
      RUNS,
    );
  });

  it('[L4] names orders and tickets by tenant, sale, key and unit alone, the same each time', () => {
    fc.assert(
      fc.property(opened, (asked) => {
        const { log } = run(asked);
        expect(run(asked).log).toEqual(log);
        for (const event of log) {
          if (event.type !== 'OrderPlaced') continue;
          for (const { ticket, unit } of event.data.tickets) expect(ticket).toBe(ticketId(TENANT, SALE, event.data.order, unit as UnitId));
        }
      }),
      RUNS,
    );
  });
});
