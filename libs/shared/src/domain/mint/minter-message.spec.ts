import type { CategoryId, OrderId, TicketId, TypeId, UnitId, Wallet } from '../../kernel/ids.js';
import type { Recorded } from '../recorded.js';
import { minterMessagesOf } from './minter-message.js';

const of = { tenant: 'demo', sale: 'gala' };
const order = 'ord_1' as OrderId;
const [wallet, name] = ['wallet' as Wallet, 'Gala'];
const [first, second] = ['A-1', 'A-2'].map((unit) => ({ ticket: `tkt_${unit}` as TicketId, unit: unit as UnitId })) as [Owned, Owned];
interface Owned {
  readonly ticket: TicketId;
  readonly unit: UnitId;
}
const minting = (more: object = {}): Recorded => ({
  type: 'MintsRequested',
  at: 1,
  data: {
    order,
    name,
    wallet,
    tickets: [
      { ...first, request: 1 },
      { ...second, request: 3 },
    ],
    ...more,
  },
});

describe('what a sale asks the minter for', () => {
  it('is one mint per ticket, under the number of its request', () => {
    expect(minterMessagesOf(of, minting(), 7)).toEqual([
      { tenant: 'demo', ticket: first.ticket, what: '1', body: { ...of, order, ...first, wallet, request: 1, name } },
      { tenant: 'demo', ticket: second.ticket, what: '3', body: { ...of, order, ...second, wallet, request: 3, name } },
    ]);
  });

  it('says what the ticket is, where the sale has categories, types or labels', () => {
    const kind = { category: 'front' as CategoryId, type: 'adult' as TypeId, label: 'Reihe AA, 1' };
    const [asked] = minterMessagesOf(of, minting({ tickets: [{ ...first, ...kind, request: 1 }] }), 7);
    expect(asked?.body).toEqual({ ...of, order, ...first, ...kind, wallet, request: 1, name });
  });

  it('is each mint again where a dispute held it, under the commit that resumed it', () => {
    const { data } = minting();
    const resumed = { type: 'MintsResumed', at: 1, data } as Recorded;
    expect(minterMessagesOf(of, resumed, 7)).toEqual([
      { tenant: 'demo', ticket: first.ticket, what: '1-7', body: { ...of, order, ...first, wallet, request: 1, name, resumed: 7 } },
      { tenant: 'demo', ticket: second.ticket, what: '3-7', body: { ...of, order, ...second, wallet, request: 3, name, resumed: 7 } },
    ]);
    expect(minterMessagesOf(of, { type: 'MintsHeld', at: 1, data: { order, tickets: [first] } }, 7)).toEqual([]);
  });

  it('has the trace context of the request that led to it', () => {
    expect(minterMessagesOf(of, { ...minting(), traceparent: '00-a-b-01' }, 7)).toMatchObject([
      { traceparent: '00-a-b-01' },
      { traceparent: '00-a-b-01' },
    ]);
  });

  it('is the kind of asset that the sale promised, for the wallets that it allows, with its image and its page', () => {
    const asset = { asset: 'compressed', smartWallets: true, image: 'https://a.example/i.png', externalUrl: 'https://a.example/' } as const;
    expect(minterMessagesOf(of, minting(asset), 7)[0]?.body).toEqual({ ...of, order, ...first, wallet, request: 1, name, ...asset });
  });

  it('is a revocable asset where the sale promised one', () => {
    expect(minterMessagesOf(of, minting({ revocable: true }), 7).map(({ body }) => body)).toMatchObject([
      { revocable: true },
      { revocable: true },
    ]);
  });

  it('is one revocation per ticket, under a subject of its own', () => {
    expect(minterMessagesOf(of, { type: 'RevocationsRequested', at: 1, data: { order, tickets: [first, second] } }, 7)).toEqual([
      { tenant: 'demo', ticket: first.ticket, what: 'revoke', body: { ...of, order, ...first, revoke: true } },
      { tenant: 'demo', ticket: second.ticket, what: 'revoke', body: { ...of, order, ...second, revoke: true } },
    ]);
  });

  it('is an override where the order was given up although its assets cannot be burned', () => {
    expect(minterMessagesOf(of, { type: 'RevocationsRequested', at: 1, data: { order, tickets: [first], override: true } }, 7)).toEqual([
      { tenant: 'demo', ticket: first.ticket, what: 'override', body: { ...of, order, ...first, revoke: true, override: true } },
    ]);
  });

  it('is nothing when the event is about something else', () => {
    expect(minterMessagesOf(of, { type: 'UnitsReleased', at: 1, data: { order, tickets: [first] } }, 7)).toEqual([]);
  });
});
