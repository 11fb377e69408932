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

describe('the minter messages of a sale event', () => {
  it('are one mint per ticket, under the number of its request', () => {
    expect(minterMessagesOf(of, minting(), 7)).toEqual([
      { tenant: 'demo', ticket: first.ticket, what: '1', body: { ...of, order, ...first, wallet, request: 1, name } },
      { tenant: 'demo', ticket: second.ticket, what: '3', body: { ...of, order, ...second, wallet, request: 3, name } },
    ]);
  });

  it('contain the kind of the ticket, if the sale has categories, types or labels', () => {
    const kind = { category: 'front' as CategoryId, type: 'adult' as TypeId, label: 'Reihe AA, 1' };
    const [asked] = minterMessagesOf(of, minting({ tickets: [{ ...first, ...kind, request: 1 }] }), 7);
    expect(asked?.body).toEqual({ ...of, order, ...first, ...kind, wallet, request: 1, name });
  });

  it('are each mint again that a dispute held, under the commit that resumed it', () => {
    const { data } = minting();
    const resumed = { type: 'MintsResumed', at: 1, data } as Recorded;
    expect(minterMessagesOf(of, resumed, 7)).toEqual([
      { tenant: 'demo', ticket: first.ticket, what: '1-7', body: { ...of, order, ...first, wallet, request: 1, name, resumed: 7 } },
      { tenant: 'demo', ticket: second.ticket, what: '3-7', body: { ...of, order, ...second, wallet, request: 3, name, resumed: 7 } },
    ]);
    expect(minterMessagesOf(of, { type: 'MintsHeld', at: 1, data: { order, tickets: [first] } }, 7)).toEqual([]);
  });

  it('contain the trace context of the request that caused them', () => {
    expect(minterMessagesOf(of, { ...minting(), traceparent: '00-a-b-01' }, 7)).toMatchObject([
      { traceparent: '00-a-b-01' },
      { traceparent: '00-a-b-01' },
    ]);
  });

  it('contain the promised kind of asset, the allowed wallets, the image and the page', () => {
    const asset = { asset: 'compressed', smartWallets: true, image: 'https://a.example/i.png', externalUrl: 'https://a.example/' } as const;
    expect(minterMessagesOf(of, minting(asset), 7)[0]?.body).toEqual({ ...of, order, ...first, wallet, request: 1, name, ...asset });
  });

  it('contain a revocable asset if the sale promised one', () => {
    expect(minterMessagesOf(of, minting({ revocable: true }), 7).map(({ body }) => body)).toMatchObject([
      { revocable: true },
      { revocable: true },
    ]);
  });

  it('are one revocation per ticket, under a subject of its own', () => {
    expect(minterMessagesOf(of, { type: 'RevocationsRequested', at: 1, data: { order, tickets: [first, second] } }, 7)).toEqual([
      { tenant: 'demo', ticket: first.ticket, what: 'revoke', body: { ...of, order, ...first, revoke: true } },
      { tenant: 'demo', ticket: second.ticket, what: 'revoke', body: { ...of, order, ...second, revoke: true } },
    ]);
  });

  it('are an override if the order ended although its assets cannot be burned', () => {
    expect(minterMessagesOf(of, { type: 'RevocationsRequested', at: 1, data: { order, tickets: [first], override: true } }, 7)).toEqual([
      { tenant: 'demo', ticket: first.ticket, what: 'override', body: { ...of, order, ...first, revoke: true, override: true } },
    ]);
  });

  it('are empty for other events', () => {
    expect(minterMessagesOf(of, { type: 'UnitsReleased', at: 1, data: { order, tickets: [first] } }, 7)).toEqual([]);
  });
});
