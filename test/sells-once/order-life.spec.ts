import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TRANSITIONS } from '#shared/domain/mint/ticket-mint.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { ORDER_TRANSITIONS, Order, type OrderStatus } from '#shared/domain/sale/orders/order.js';
import type { BuyerId, OrderId } from '#shared/kernel/ids.js';
import { type Life, lifeDiagram, withDiagram } from '../../dev/docs/life-diagram.js';
import { LIVES } from '../../dev/docs/lives.js';

const pageAt = (path: string): string => readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8');

/** Reads a drawing back: `from --> to: event`. */
function arrowsOf(page: string): string[] {
  const titles = new Map([...page.matchAll(/state "([^"]+)" as (\w+)/g)].map(([, title = '', name = '']) => [name, title]));
  const named = (name = ''): string => titles.get(name) ?? name;
  return [...page.matchAll(/^ +(\S+) --> (\S+): (\w+)$/gm)].map(([, from, to, event]) => `${named(from)} ${event} ${named(to)}`).sort();
}

const arrowsIn = (life: Life): string[] =>
  Object.entries(life)
    .flatMap(([from, ways]) => Object.entries(ways).map(([event, to]) => `${from} ${event} ${to}`))
    .sort();

describe('the pages that show a life', () => {
  it.each(Object.entries(LIVES))('%s equals the code (npm run docs draws it)', (path, diagram) => {
    const page = pageAt(path);
    expect(page).toBe(withDiagram(page, diagram));
  });

  it.each(Object.keys(LIVES))('%s describes every state', (path) => {
    const page = pageAt(path);
    const states = Object.keys(path.includes('order') ? ORDER_TRANSITIONS : TRANSITIONS).filter((state) => state !== 'unknown');
    expect(states.filter((state) => !page.includes(`| \`${state}\` |`))).toEqual([]);
  });

  it('show every arrow and no other', () => {
    expect(arrowsOf(pageAt('docs/order-life.md'))).toEqual(arrowsIn({ '[*]': { OrderPlaced: 'held' }, ...ORDER_TRANSITIONS }));
    const { unknown, ...life } = TRANSITIONS;
    expect(arrowsOf(pageAt('docs/mint-life.md'))).toEqual(arrowsIn({ '[*]': unknown, ...life }));
  });
});

describe('an order', () => {
  const placed = (): Order =>
    new Order('ord_1' as OrderId, 'b-1' as BuyerId, undefined, [], { total: { amount: '1', currency: 'EUR' }, expiresAt: undefined });
  const statuses = Object.keys(ORDER_TRANSITIONS) as OrderStatus[];
  const events = [...new Set(statuses.flatMap((status) => Object.keys(ORDER_TRANSITIONS[status])))] as SaleEvent['type'][];

  it('begins as a hold', () => {
    expect(placed().status).toBe('held');
  });

  it.each(
    statuses.flatMap((status) => events.map((event) => [status, event] as const)),
  )('that is %s changes its state on %s, or refuses it', (status, event) => {
    const order = placed();
    order.status = status;
    const to = (ORDER_TRANSITIONS[status] as Partial<Record<string, OrderStatus>>)[event];
    if (to === undefined) expect(() => order.move(event)).toThrow(`${event} cannot follow`);
    else order.move(event);
    expect(order.status).toBe(to ?? status);
  });

  it('[L6] can reach an end from every status', () => {
    const ends = new Set<string>(['refunded']); // no refund is due any more; only a new payment changes the state
    for (let before = -1; before < ends.size; ) {
      before = ends.size;
      for (const status of statuses) if (Object.values(ORDER_TRANSITIONS[status]).some((to) => ends.has(to))) ends.add(status);
    }
    expect([...ends].sort()).toEqual([...statuses].sort());
  });
});

it('draws ways in, ways out and ends', () => {
  expect(lifeDiagram({ Begun: 'to-do' }, { 'to-do': { Done: 'done' }, done: {} })).toBe(
    ['stateDiagram-v2', 'state "to-do" as to_do', '[*] --> to_do: Begun', 'to_do --> done: Done', 'done --> [*]'].join('\n    '),
  );
  expect(() => withDiagram('# No drawing', '')).toThrow('no Mermaid diagram');
});
