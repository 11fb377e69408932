import { useEffect, useRef, useState } from 'preact/hooks';
import { count, money } from './format.js';
import type { PageOf } from './frame.js';
import { nameOf, saleOf } from './live.js';
import { Badge, Moment, Note, Shown, Table, Tile, useLoaded } from './parts.js';
import { RateChart } from './rate-chart.js';
import { REVENUE_MS } from './revenue.js';
import { SeatMap, type Unit } from './seat-map.js';
import type { EventOf } from './session.js';

interface Counts {
  readonly opened: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
}
/** With one price, or with categories and a currency. */
export interface Sale {
  readonly sale: string;
  readonly name: string;
  readonly currency?: string;
  readonly price?: { readonly amount: string; readonly currency: string };
  readonly categories?: readonly { readonly category: string; readonly name?: string; readonly units: Counts }[];
  readonly closed?: boolean;
  readonly paused?: boolean;
  readonly payment: string;
  readonly mint: string;
  readonly tickets: string;
  readonly units: Counts;
}
/** Of no currency, if a sale has neither. */
export const currencyOf = ({ currency, price }: Sale): string => currency ?? price?.currency ?? 'XXX';

interface Revenue {
  readonly revenue: readonly { readonly currency: string; readonly category?: string; readonly amount: string; readonly tickets: number }[];
}

/** A sale is read again this soon after an event, however many there are. */
const REREAD_MS = 500;
/** So often the map shows what orders changed, however many there are: each time all of its seats are drawn. */
const SHOW_MS = 250;
/** Every unit of a sale is read at most this often. */
export const REREAD_UNITS_MS = 1_500;
const LATEST_ORDERS = 6;
const MOST_MAPPED = 100_000;

/** Calls `run` soon after `ask`, and not again before it is done and some time has passed. */
export function useThrottled(run: () => Promise<unknown>, everyMs: number): () => void {
  const state = useRef({ isBusy: false, isAsked: false, isGone: false, run });
  state.current.run = run;
  useEffect(
    () => () => {
      state.current.isGone = true;
    },
    [],
  );
  return () => {
    const now = state.current;
    const next = (): void => {
      now.isAsked = false;
      now.isBusy = true;
      const pause = (): void =>
        void setTimeout(() => {
          now.isBusy = false;
          if (now.isAsked && !now.isGone) next();
        }, everyMs);
      now.run().then(pause, pause);
    };
    now.isAsked = true;
    if (!now.isBusy) next();
  };
}

export function Bar({ units: { opened, sold, held } }: { readonly units: Counts }) {
  const share = (of: number): string => `${opened === 0 ? 0 : (100 * of) / opened}%`;
  return (
    <span class="bar" role="img" aria-label={`${share(sold)} sold, ${share(held)} held`}>
      <span class="sold" style={{ width: share(sold) }} />
      <span class="held" style={{ width: share(held) }} />
    </span>
  );
}

const SEATS_NAMED = 2;

/** `A 1, A 2 and 2 more` */
function namesOf(tickets: readonly { readonly unit: string; readonly label?: string }[]): string {
  const named = tickets.slice(0, SEATS_NAMED).map(({ label, unit }) => label ?? unit);
  return named.join('; ') + (tickets.length > SEATS_NAMED ? ` and ${tickets.length - SEATS_NAMED} more` : '');
}

const sum = (amounts: readonly string[]): string => `${amounts.reduce((all, amount) => all + BigInt(amount), 0n)}`;

export function SalePage({ api, live, sale }: PageOf & { readonly sale: string }) {
  const path = `/v1/sales/${encodeURIComponent(sale)}`;
  const loaded = useLoaded(() => api.get<Sale>(path), [api, sale]);
  const revenue = useLoaded(
    () => api.get<Revenue>(`/v1/ledger/revenue?sale=${encodeURIComponent(sale)}&limit=1000`),
    [api, sale],
    REVENUE_MS,
  );
  const units = useUnits(api, path);
  const [orders, setOrders] = useState<readonly EventOf[]>([]);
  const latest = useRef<readonly EventOf[]>([]);
  const showLatest = useThrottled(async () => setOrders(latest.current), SHOW_MS);
  const placed = useRef(0);
  const reread = useThrottled(async () => loaded.reload(), REREAD_MS);
  const rereadSlowly = useThrottled(() => units.reread(), REREAD_UNITS_MS);
  useEffect(
    () =>
      live.on((event) => {
        if (saleOf(event) !== sale) return;
        if (nameOf(event) === 'OrderPlaced') {
          placed.current += 1;
          latest.current = [event, ...latest.current].slice(0, LATEST_ORDERS);
          showLatest();
        }
        units.apply(event);
        reread();
        rereadSlowly();
      }),
    [live, sale],
  );
  return (
    <>
      <p class="crumbs">
        <a href="#/sales">Sales</a> / {sale}
      </p>
      <Shown of={loaded}>
        {(shown) => (
          <>
            <h1>
              {shown.name} {shown.closed === true && <Badge>closed</Badge>} {shown.paused === true && <Badge>paused</Badge>}
            </h1>
            <Numbers sale={shown} revenue={revenue.value} />
            <div class="columns">
              <section class="card" aria-labelledby="rate">
                <h2 id="rate">Orders per second</h2>
                <RateChart placed={placed} />
              </section>
              <LatestOrders orders={orders} />
            </div>
            {shown.categories !== undefined && <Categories sale={shown} revenue={revenue.value} />}
          </>
        )}
      </Shown>
      {units.error !== undefined && <Note kind="bad">{units.error}</Note>}
      {units.list.length > 0 && units.list.length <= MOST_MAPPED && <SeatMap units={units.list} />}
    </>
  );
}

function Numbers({ sale, revenue }: { readonly sale: Sale; readonly revenue: Revenue | undefined }) {
  const { units } = sale;
  return (
    <dl class="tiles">
      <Tile label="Sold">
        <span class="dot sold" /> <output>{count(units.sold)}</output>
      </Tile>
      <Tile label="Held">
        <span class="dot held" /> {count(units.held)}
      </Tile>
      <Tile label="Free">
        <span class="dot free" /> {count(units.available)}
      </Tile>
      <Tile label="Revenue">{revenue === undefined ? '…' : money(sum(revenue.revenue.map(({ amount }) => amount)), currencyOf(sale))}</Tile>
    </dl>
  );
}

function Categories({ sale, revenue }: { readonly sale: Sale; readonly revenue: Revenue | undefined }) {
  const { categories = [] } = sale;
  const of = (category: string, { revenue: lines }: Revenue): string =>
    sum(lines.filter((line) => line.category === category).map(({ amount }) => amount));
  return (
    <section class="card" aria-labelledby="categories">
      <h2 id="categories">Categories</h2>
      <Table caption="Categories" heads={['Category', '-Sold', '-Held', '-Free', '-Revenue', 'Share']}>
        {categories.map(({ category, name, units }) => (
          <tr key={category}>
            <th scope="row">{name ?? category}</th>
            <td class="number">{count(units.sold)}</td>
            <td class="number">{count(units.held)}</td>
            <td class="number">{count(units.available)}</td>
            <td class="number">{revenue === undefined ? '…' : money(of(category, revenue), currencyOf(sale))}</td>
            <td>
              <Bar units={units} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function LatestOrders({ orders }: { readonly orders: readonly EventOf[] }) {
  return (
    <section class="card" aria-labelledby="latest">
      <h2 id="latest">Orders since you opened this page</h2>
      {orders.length === 0 ? (
        <p class="quiet">None yet. Orders appear here as they are placed.</p>
      ) : (
        <ul class="lines">
          {orders.map(({ id, time, data }) => {
            const { order, buyer, tickets, total } = data as {
              order: string;
              buyer: string;
              tickets: readonly { unit: string; label?: string }[];
              total: { amount: string; currency: string };
            };
            return (
              <li key={`${id}${order}`}>
                <Moment at={time} />{' '}
                <a class="cut" href={`#/orders/${order}`}>
                  {buyer}
                </a>
                <span class="grow cut">{namesOf(tickets)}</span>
                <span class="number">{money(total.amount, total.currency)}</span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

const STATE_AFTER: Readonly<Record<string, Unit['state']>> = {
  OrderPlaced: 'held',
  OrderConfirmed: 'sold',
  OrderExpired: 'available',
  OrderCancelled: 'available',
};

/** Every unit with its state. An order that was just placed shows at once, and what the sale says replaces it. */
function useUnits(api: PageOf['api'], path: string) {
  const [list, setList] = useState<readonly Unit[]>([]);
  const [error, setError] = useState<string>();
  const etag = useRef('');
  const reread = async (): Promise<void> => {
    try {
      const read = await api.getIfChanged<{ units: readonly Unit[] }>(`${path}/units`, etag.current);
      if (read === undefined) return;
      etag.current = read.etag;
      setList(read.value.units);
      setError(undefined);
    } catch (thrown) {
      setError((thrown as Error).message);
    }
  };
  const placed = useRef(new Map<string, readonly string[]>());
  const changed = useRef(new Map<string, Unit['state']>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const flush = (): void => {
    timer.current = undefined;
    const states = changed.current;
    changed.current = new Map();
    setList((before) => before.map((unit) => ({ ...unit, state: states.get(unit.unit) ?? unit.state })));
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const apply = (event: EventOf): void => {
    const state = STATE_AFTER[nameOf(event)];
    const { order, tickets } = event.data as { order: string; tickets?: readonly { readonly unit: string }[] };
    if (state === undefined) return;
    if (state === 'held' && tickets !== undefined)
      placed.current.set(
        order,
        tickets.map(({ unit }) => unit),
      );
    for (const unit of placed.current.get(order) ?? []) changed.current.set(unit, state);
    if (state !== 'held') placed.current.delete(order);
    timer.current ??= setTimeout(flush, SHOW_MS);
  };
  useEffect(() => void reread(), [path]);
  return { list, error, reread, apply };
}
