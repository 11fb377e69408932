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

type Told = (sale: Sale) => Decision<SaleEvent>;
const failure =
  (request = 1, of = first): Told =>
  (sale) =>
    noteMintFailure(sale, { ticket: of.ticket, request });
const gone =
  (of = first): Told =>
  (sale) =>
    releaseUnit(sale, { ticket: of.ticket, request: 0 });

describe('what the minter tells of a ticket', () => {
  it.each<[string, readonly SaleEvent[], Told, SaleEvent[]]>([
    ['a failed mint may be asked for again', ASKED, failure(), [noted(1)]],
    ['a failure is noted once', FAILED, failure(), []],
    ['the failure of an old request is no news', [...FAILED, minting(2)], failure(1), []],
    ['the failure of the present request is', [...FAILED, minting(2)], failure(2), [noted(2)]],
    ['a failed mint gives back a unit that was on its way back: nothing stands in its way', REVOKING, failure(), [released]],
    ['a failed mint gives nothing back twice', [...REVOKING, released], failure(), []],
    ['a failure of what nobody asked for is no news', SOLD, failure(0), []],
    ['a burned or cancelled one gives back its unit', REVOKING, gone(), [released]],
    ['gives back its unit once', [...REVOKING, released], gone(), []],
    ['gives back nothing that is not on its way back', ASKED, gone(), []],
    ['gives back no other unit of the order', REVOKING, gone(second), []],
    ['is no news of a ticket that the sale does not know', REVOKING, gone(ticket('9')), []],
    ['is no failure of a ticket that the sale does not know', REVOKING, failure(0, ticket('9')), []],
    ['is no news in a sale that nobody opened', [], gone(), []],
    ['is no failure in a sale that nobody opened', [], failure(), []],
  ])('%s', (_, history, told, events) => {
    const sale = new Sale();
    for (const event of history) sale.evolve(event, 0);
    expect(told(sale)).toEqual({ events });
  });

  it('a void one gives back its unit, and is void from then on', () => {
    const sale = new Sale();
    for (const event of REVOKING) sale.evolve(event, 0);
    const decision = releaseUnit(sale, { ticket: first.ticket, request: 0, void: true });
    expect(decision).toEqual({ events: [{ type: 'UnitsReleased', data: { order, tickets: [first], void: true } }] });
  });
});
