import type { BuyerId, OrderId, SaleId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';
import type { Decision } from '../refusal.js';
import type { SaleEvent, TicketOfUnit } from './events.js';
import { noteMintFailure, releaseUnit } from './mint-result.js';
import { Sale } from './sale.js';
import type { SaleTerms } from './terms.js';

const price = { amount: '0', currency: 'EUR' };
const units = { areas: [{ quota: 9 }] };
const rules = { maxPerBuyer: 9, holdSeconds: 600, payment: 'none', mint: 'on-request' } as const;
const TERMS: SaleTerms = { sale: 'gala' as SaleId, name: 'Gala', units, currency: 'EUR', prices: [{ amount: '0' }], ...rules };
const order = 'ord_1' as OrderId;
const ticket = (unit: string): TicketOfUnit => ({ ticket: `tkt_${unit}` as TicketId, unit: unit as UnitId });
const [first, second] = [ticket('1'), ticket('2')];

const minting = (request: number): SaleEvent => ({
  type: 'MintsRequested',
  data: { order, name: 'Gala', wallet: 'wallet' as Wallet, tickets: [{ ...first, request }] },
});
const noted = (request: number): SaleEvent => ({ type: 'MintFailureNoted', data: { order, ticket: first.ticket, request } });
const revoking: SaleEvent = { type: 'RevocationsRequested', data: { order, tickets: [first] } };
const released: SaleEvent = { type: 'UnitsReleased', data: { order, tickets: [first] } };

const SOLD: readonly SaleEvent[] = [
  { type: 'SaleOpened', data: TERMS },
  {
    type: 'OrderPlaced',
    data: { order, buyer: 'b-1' as BuyerId, tickets: [first, second].map((one) => ({ ...one, price: '1' })), total: price },
  },
  { type: 'OrderConfirmed', data: { order } },
];
const ASKED = [...SOLD, minting(1)];
const FAILED = [...ASKED, noted(1)];
const REVOKING = [...ASKED, { type: 'OrderCancelled', data: { order } }, revoking] satisfies SaleEvent[];

type Decide = (sale: Sale) => Decision<SaleEvent>;
const failure =
  (request = 1, of = first): Decide =>
  (sale) =>
    noteMintFailure(sale, { ticket: of.ticket, request });
const gone =
  (of = first): Decide =>
  (sale) =>
    releaseUnit(sale, { ticket: of.ticket, request: 0 });

describe("the minter's result of a ticket", () => {
  it.each<[string, readonly SaleEvent[], Decide, SaleEvent[]]>([
    ['a failed mint may be requested again', ASKED, failure(), [noted(1)]],
    ['a failure is recorded once', FAILED, failure(), []],
    ['the failure of an old request changes nothing', [...FAILED, minting(2)], failure(1), []],
    ['the failure of the current request is recorded', [...FAILED, minting(2)], failure(2), [noted(2)]],
    ['a failed mint releases a unit that was being revoked', REVOKING, failure(), [released]],
    ['a failed mint releases nothing twice', [...REVOKING, released], failure(), []],
    ['a failure without a request changes nothing', SOLD, failure(0), []],
    ['burned or cancelled releases its unit', REVOKING, gone(), [released]],
    ['releases its unit once', [...REVOKING, released], gone(), []],
    ['releases nothing that is not being revoked', ASKED, gone(), []],
    ['releases no other unit of the order', REVOKING, gone(second), []],
    ['changes nothing for a ticket that the sale does not know', REVOKING, gone(ticket('9')), []],
    ['is no failure for a ticket that the sale does not know', REVOKING, failure(0, ticket('9')), []],
    ['changes nothing in a sale that was not opened', [], gone(), []],
    ['is no failure in a sale that was not opened', [], failure(), []],
  ])('%s', (_, history, decide, events) => {
    const sale = new Sale();
    for (const event of history) sale.evolve(event, 0);
    expect(decide(sale)).toEqual({ events });
  });

  it('void releases its unit, and the ticket stays void', () => {
    const sale = new Sale();
    for (const event of REVOKING) sale.evolve(event, 0);
    const decision = releaseUnit(sale, { ticket: first.ticket, request: 0, void: true });
    expect(decision).toEqual({ events: [{ type: 'UnitsReleased', data: { order, tickets: [first], void: true } }] });
  });
});
