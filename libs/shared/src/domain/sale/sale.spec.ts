import type { BuyerId, OrderId, SaleId, TicketId, UnitId } from '../../kernel/ids.js';
import type { SaleEvent, SaleTerms } from './events.js';
import { Sale } from './sale.js';

const TERMS: SaleTerms = {
  sale: 'gala' as SaleId,
  name: 'Gala',
  units: { quota: 10 },
  price: { amount: '100', currency: 'EUR' },
  maxPerBuyer: 10,
  holdSeconds: 600,
  payment: 'none',
  mint: 'on-request',
};
const opened: SaleEvent = { type: 'SaleOpened', data: TERMS };
const placed = (name: string, ...units: string[]): SaleEvent => ({
  type: 'OrderPlaced',
  data: {
    order: name as OrderId,
    buyer: 'b-1' as BuyerId,
    tickets: units.map((unit) => ({ ticket: `tkt_${name}_${unit}` as TicketId, unit: unit as UnitId })),
    total: { amount: `${units.length * 100}`, currency: 'EUR' },
  },
});
const confirmed = (name: string): SaleEvent => ({ type: 'OrderConfirmed', data: { order: name as OrderId } });

function saleAfter(...events: SaleEvent[]): Sale {
  const sale = new Sale();
  for (const [at, event] of events.entries()) sale.evolve(event, at);
  return sale;
}

describe('the fold of a sale', () => {
  it('[L9] moves units from available to held to sold, and loses none', () => {
    expect(saleAfter(opened).counts()).toEqual({ opened: 10, available: 10, held: 0, sold: 0 });
    expect(saleAfter(opened, placed('o1', '1', '2')).counts()).toEqual({ opened: 10, available: 8, held: 2, sold: 0 });
    expect(saleAfter(opened, placed('o1', '1', '2'), confirmed('o1'), placed('o2', '4')).counts()).toEqual({
      opened: 10,
      available: 7,
      held: 1,
      sold: 2,
    });
  });

  it('never lets its clock run backwards', () => {
    const sale = new Sale();
    sale.evolve(opened, 500);
    sale.evolve(placed('o1', '1'), 400);
    expect(sale.clock).toBe(500);
  });

  it('finds the lowest free place although a higher one went first', () => {
    expect(saleAfter(opened, placed('o1', '2', '3')).open?.units.lowestFree(3)).toEqual(['1', '4', '5']);
    expect(saleAfter(opened, placed('o1', '2'), placed('o2', '1')).open?.units.lowestFree(2)).toEqual(['3', '4']);
    expect(saleAfter(opened).open?.units.lowestFree(11)).toHaveLength(10);
  });

  it.each([
    ['[L1] a unit that has an order already', [opened, placed('o1', '1'), placed('o2', '1')], /o1 has it/],
    ['[L1] a unit twice in one order', [opened, placed('o1', '1', '1')], /o1 has it/],
    ['a unit that the sale does not have', [opened, placed('o1', '11')], /there is none/],
    ['a place by another spelling', [opened, placed('o1', '01')], /there is none/],
    ['an order twice', [opened, placed('o1', '1'), placed('o1', '2')], /placed twice/],
    ['a confirmation twice', [opened, placed('o1', '1'), confirmed('o1'), confirmed('o1')], /is confirmed: OrderConfirmed cannot follow/],
    ['a confirmation of nothing', [opened, confirmed('o1')], /never placed/],
    ['a second opening', [opened, opened], /opened twice/],
    ['an order before the opening', [placed('o1', '1')], /before it is opened/],
  ] as const)('cannot be told of %s: that is a broken log, not a refusal', (_, events, words) => {
    expect(() => saleAfter(...events)).toThrow(words);
  });
});
