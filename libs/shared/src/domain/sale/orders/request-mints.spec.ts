import type { BuyerId, OrderId, SaleId, TicketId, UnitId, Wallet } from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import type { SaleEvent, TicketOfUnit } from '../events.js';
import { Sale } from '../sale.js';
import type { SaleTerms } from '../terms.js';
import { requestMints } from './request-mints.js';

const TERMS: SaleTerms = {
  sale: 'gala' as SaleId,
  name: 'Gala',
  units: { areas: [{ quota: 9 }] },
  currency: 'EUR',
  prices: [{ amount: '0' }],
  maxPerBuyer: 9,
  holdSeconds: 600,
  payment: 'none',
  mint: 'on-request',
};
const wallet = 'wallet' as Wallet;
const ticketId = (unit: string) => `tkt_${unit}` as TicketId;
const ticket = (unit: string): TicketOfUnit => ({ ticket: ticketId(unit), unit: unit as UnitId });
const asked = (unit: string, request: number) => ({ ...ticket(unit), request });

const opened = (more: Partial<SaleTerms> = {}): SaleEvent => ({ type: 'SaleOpened', data: { ...TERMS, ...more } });
const placed = (name: string, ...units: string[]): SaleEvent => ({
  type: 'OrderPlaced',
  data: {
    order: name as OrderId,
    buyer: 'b-1' as BuyerId,
    tickets: units.map((unit) => ({ ...ticket(unit), price: '1' })),
    total: { amount: '0', currency: 'EUR' },
  },
});
const sold = (name: string, ...units: string[]): SaleEvent[] => [
  placed(name, ...units),
  { type: 'OrderConfirmed', data: { order: name as OrderId } },
];
const mints = (name: string, ...tickets: (TicketOfUnit & { request: number })[]): SaleEvent => ({
  type: 'MintsRequested',
  data: { order: name as OrderId, name: 'Gala', wallet, tickets },
});
const failed = (name: string, unit: string, request = 1): SaleEvent => ({
  type: 'MintFailureNoted',
  data: { order: name as OrderId, ticket: ticketId(unit), request },
});
const revoking = (name: string, unit: string): SaleEvent => ({
  type: 'RevocationsRequested',
  data: { order: name as OrderId, tickets: [ticket(unit)] },
});
const released = (name: string, unit: string): SaleEvent => ({
  type: 'UnitsReleased',
  data: { order: name as OrderId, tickets: [ticket(unit)] },
});

const voided = (name: string, unit: string): SaleEvent => ({
  type: 'UnitsReleased',
  data: { order: name as OrderId, tickets: [ticket(unit)], void: true },
});

function asking(history: readonly SaleEvent[], ...units: string[]): Decision<SaleEvent> {
  const sale = new Sale();
  for (const event of history) sale.evolve(event, 0);
  return requestMints(sale, { sale: TERMS.sale, tickets: units.map(ticketId), wallet });
}

describe('requesting the mints of sold tickets', () => {
  it('requests each once, under the name of the sale, for the given wallet', () => {
    const history = [opened(), ...sold('o1', '1', '2', '3')];
    expect(asking(history, '3', '1')).toEqual({
      events: [{ type: 'MintsRequested', data: { order: 'o1', name: 'Gala', wallet, tickets: [asked('3', 1), asked('1', 1)] } }],
    });
  });

  it('states that the asset must be revocable if the sale sells revocable tickets', () => {
    const history = [opened({ tickets: 'revocable' }), ...sold('o1', '1')];
    expect(asking(history, '1')).toMatchObject({ events: [{ data: { revocable: true } }] });
  });

  it('records one event for each order', () => {
    const history = [opened(), ...sold('o1', '1', '2'), ...sold('o2', '3')];
    expect(asking(history, '1', '3', '2')).toEqual({
      events: [mints('o1', asked('1', 1), asked('2', 1)), mints('o2', asked('3', 1))],
    });
  });

  it('omits tickets that were requested already', () => {
    const history = [opened(), ...sold('o1', '1', '2'), mints('o1', asked('1', 1))];
    expect(asking(history, '1')).toEqual({ events: [] });
    expect(asking(history, '1', '2')).toEqual({ events: [mints('o1', asked('2', 1))] });
  });

  it('increments the number of a request after a failure', () => {
    const history = [opened(), ...sold('o1', '1', '2'), mints('o1', asked('1', 1)), failed('o1', '1')];
    expect(asking(history, '1')).toEqual({ events: [mints('o1', asked('1', 2))] });
    const again = [...history, mints('o1', asked('1', 2)), failed('o1', '1', 2)];
    expect(asking(again, '2', '1')).toEqual({ events: [mints('o1', asked('2', 1), asked('1', 3))] });
  });
});

describe('requests all or none', () => {
  const two = [opened(), ...sold('o1', '1', '2')];
  it.each<[string, readonly SaleEvent[], string, string[]]>([
    ['a ticket that the sale never assigned', [...two], 'ticket-unknown', ['/tickets/1']],
    ['a ticket of an order that is only held', [...two, placed('o2', '3')], 'ticket-not-sold', ['/tickets/1']],
    ['a ticket of a cancelled order', [...two, ...sold('o2', '3'), cancelled('o2')], 'ticket-not-sold', ['/tickets/1']],
    ['a ticket that is being revoked', [...two, ...sold('o2', '3'), revoking('o2', '3')], 'ticket-not-sold', ['/tickets/1']],
    ['a ticket whose unit was released', [...two, ...sold('o2', '3'), released('o2', '3')], 'ticket-not-sold', ['/tickets/1']],
    ['a ticket that is void', [...two, ...sold('o2', '3'), voided('o2', '3')], 'ticket-not-sold', ['/tickets/1']],
  ])('is refused for %s, and names it', (_, history, code, pointers) => {
    expect(asking(history, '1', '3', '2')).toEqual({ refusal: { code, pointers } });
  });

  it('names unknown tickets before unsold ones', () => {
    const history = [opened(), placed('o1', '1')];
    expect(asking(history, '1', '8', '9')).toEqual({ refusal: { code: 'ticket-unknown', pointers: ['/tickets/1', '/tickets/2'] } });
  });

  it('is refused in a sale that was not opened', () => {
    expect(asking([], '1')).toEqual({ refusal: { code: 'sale-unknown', pointers: ['/sale'] } });
  });
});

function cancelled(name: string): SaleEvent {
  return { type: 'OrderCancelled', data: { order: name as OrderId } };
}
