import { isFault } from '../../../kernel/fault.js';
import type { OrderId, SaleId, TicketId, UnitId, Wallet } from '../../../kernel/ids.js';
import { type Account, mintsOf, ticketsOf } from '../account.js';
import { canonicalRow, extendChain, NO_CHAIN } from '../entry.js';
import { UnitOfWork } from '../unit-of-work.js';
import { type LedgerEvent, postCommit } from './post.js';

const tenant = 'demo';
const sale = 'gala' as SaleId;
const at = 1_700_000_000_000;
const order = 'ord_1' as OrderId;
const wallet = 'W' as Wallet;
const tickets = [
  { ticket: 'tkt_1' as TicketId, unit: 'A-1' as UnitId },
  { ticket: 'tkt_2' as TicketId, unit: 'A-2' as UnitId },
];

const opened = (price = '5000'): LedgerEvent =>
  ({
    type: 'SaleOpened',
    at,
    data: {
      sale,
      name: 'Gala',
      units: { rows: [{ row: 'A', seats: [{ from: 1, to: 3 }] }] },
      currency: 'EUR',
      prices: [{ amount: price }],
      maxPerBuyer: 4,
      holdSeconds: 600,
      payment: 'none',
      mint: 'on-confirm',
    },
  }) as const;
const decided = (key: string, emitted: number): LedgerEvent =>
  ({ type: 'CommandDecided', at, data: { operation: 'order.place', key, emitted } }) as unknown as LedgerEvent;
const placed = (amount = '10000'): LedgerEvent =>
  ({
    type: 'OrderPlaced',
    at,
    data: {
      ...{ order, buyer: 'b-1', wallet, total: { amount, currency: 'EUR' } },
      tickets: tickets.map((ticket) => ({ ...ticket, price: `${BigInt(amount) / 2n}` })),
    },
  }) as unknown as LedgerEvent;
const confirmed: LedgerEvent = { type: 'OrderConfirmed', at, data: { order } };
const minting = (request: number): LedgerEvent => ({
  type: 'MintsRequested',
  at,
  data: { order, name: 'Gala', wallet, tickets: tickets.map((ticket) => ({ ...ticket, request })) },
});
const mint = (type: 'MintCompleted' | 'MintFailed' | 'MintPlanned', ticket: TicketId): LedgerEvent =>
  ({
    type,
    at: at + 1,
    data: { ticket, order, asset: 'Asset', signature: 'Sig', slot: '9', holder: 'W', wallet, reason: 'no', request: 1 },
  }) as unknown as LedgerEvent;

function post(...commits: LedgerEvent[][]) {
  const book = new UnitOfWork();
  const rows = commits.flatMap((events, index) => postCommit(book, { tenant, sale, sequence: index + 1, events }));
  const balance = (unit: string, account: Account): bigint => book.balances.of(tenant, sale, unit, account);
  return { book, rows, balance };
}

const reasonOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (thrown) {
    return isFault(thrown, 'projection-refused') && isFault(thrown.cause) ? thrown.cause.context.reason : thrown;
  }
};

describe('posting', () => {
  it('moves opened units to available', () => {
    const { rows, balance } = post([opened()]);
    expect(rows).toEqual([
      expect.objectContaining({
        debit: 'available',
        credit: 'opened',
        unit: 'tickets:gala',
        amount: 3n,
        sequence: 1,
        eventIndex: 0,
        entryIndex: 0,
        at,
      }),
    ]);
    expect(balance(ticketsOf(sale), 'available')).toBe(3n);
  });

  it('moves an order from available to held to sold, and its money to revenue settled outside', () => {
    const { rows, balance, book } = post([opened()], [decided('k-1', 2), placed(), confirmed]);
    expect(rows.slice(1).map(({ debit, credit, unit, amount, key }) => [debit, credit, unit, amount, key])).toEqual([
      ['held/b-1', 'available', 'tickets:gala', 2n, 'k-1'],
      ['sold/b-1', 'held/b-1', 'tickets:gala', 2n, 'k-1'],
      ['settled-outside', 'revenue', 'EUR', 10000n, 'k-1'],
    ]);
    expect([balance(ticketsOf(sale), 'available'), balance(ticketsOf(sale), 'held'), balance(ticketsOf(sale), 'sold')]).toEqual([
      1n,
      0n,
      2n,
    ]);
    expect(balance('EUR', 'revenue')).toBe(10000n);
    expect(book.orders.get(tenant, order)).toMatchObject({ status: 'confirmed', key: 'k-1', totalMinor: 10000n });
    expect(book.tickets.get(tenant, 'tkt_2')).toMatchObject({ status: 'sold', unit: 'A-2', buyer: 'b-1' });
  });

  it('moves no money for a free order', () => {
    const { balance, rows } = post([opened('0'), placed('0'), confirmed]);
    expect(balance('EUR', 'revenue')).toBe(0n);
    expect(rows).toHaveLength(3);
  });

  it('moves a mint from requested to minted, under the key of its request', () => {
    const { rows, balance, book } = post(
      [opened(), placed(), confirmed, decided('k-2', 1), minting(1)],
      [mint('MintPlanned', tickets[0]!.ticket)],
      [mint('MintCompleted', tickets[0]!.ticket)],
    );
    expect([balance(mintsOf(sale), 'mint-asked'), balance(mintsOf(sale), 'minted'), balance(mintsOf(sale), 'mint-requests')]).toEqual([
      1n,
      1n,
      2n,
    ]);
    expect(rows.at(-1)).toMatchObject({ debit: 'minted', credit: 'mint-asked', ticket: 'tkt_1', order, key: 'k-2', sequence: 3 });
    expect(book.tickets.get(tenant, 'tkt_1')).toMatchObject({ status: 'minted', asset: 'Asset', signature: 'Sig', slot: '9' });
    expect(book.tickets.get(tenant, 'tkt_2')).toMatchObject({ status: 'minting', asset: null });
  });

  it('requests a failed mint again, out of the failed ones', () => {
    const again = minting(2) as Extract<LedgerEvent, { type: 'MintsRequested' }>;
    const one: LedgerEvent = { ...again, data: { ...again.data, tickets: again.data.tickets.slice(0, 1) } };
    const { balance } = post([opened(), placed(), confirmed, minting(1)], [mint('MintFailed', tickets[0]!.ticket)], [one]);
    expect([balance(mintsOf(sale), 'mint-asked'), balance(mintsOf(sale), 'mint-failed')]).toEqual([2n, 0n]);
  });

  it('[L9] moves a burned asset out of the minted ones', () => {
    const { ticket, unit } = tickets[0]!;
    const asked: LedgerEvent = { type: 'RevocationsRequested', at, data: { order, tickets: [{ ticket, unit }] } } as LedgerEvent;
    const revoked = { type: 'MintRevoked', at, data: { ticket, order, unit, asset: 'Asset', signature: null, slot: '20' } } as LedgerEvent;
    const { balance, book } = post([opened(), placed(), confirmed, minting(1)], [mint('MintCompleted', ticket)], [asked], [revoked]);
    expect([balance(mintsOf(sale), 'minted'), balance(mintsOf(sale), 'mint-revoked')]).toEqual([0n, 1n]);
    expect(book.tickets.get(tenant, ticket)).toMatchObject({ status: 'revoking', holder: null });
    expect(reasonOf(() => post([opened(), placed(), confirmed, minting(1)], [revoked]))).toBe('no balance is negative');
  });

  it('[L9] moves a void ticket out of the minted ones, releases its unit once, and keeps its asset', () => {
    const { ticket, unit } = tickets[0]!;
    const asked = { type: 'RevocationsRequested', at, data: { order, tickets: [{ ticket, unit }], override: true } } as LedgerEvent;
    const voided = { type: 'MintVoided', at, data: { ticket, order, unit, asset: 'Asset' } } as LedgerEvent;
    const freed = { type: 'UnitsReleased', at, data: { order, tickets: [{ ticket, unit }], void: true } } as LedgerEvent;
    const minted = (): LedgerEvent[][] => [[opened(), placed(), confirmed, minting(1)], [mint('MintCompleted', ticket)], [asked]];
    const { balance, book } = post(...minted(), [voided], [freed]);
    expect([balance(mintsOf(sale), 'minted'), balance(mintsOf(sale), 'mint-voided')]).toEqual([0n, 1n]);
    expect(balance(ticketsOf(sale), 'available')).toBe(post(...minted()).balance(ticketsOf(sale), 'available') + 1n);
    expect(book.tickets.get(tenant, ticket)).toMatchObject({ status: 'void', asset: 'Asset', signature: 'Sig' });
    expect(reasonOf(() => post(...minted(), [voided], [freed], [freed]))).toBe('only sold units are released');
    expect(reasonOf(() => post([opened(), placed(), confirmed, minting(1)], [voided]))).toBe('no balance is negative');
  });

  describe('money through the provider', () => {
    const money = (amount: string) => ({ order, payment: 'pay_1', amount, currency: 'EUR' });
    const happened = (type: string, data: object): LedgerEvent => ({ type, at, data }) as unknown as LedgerEvent;
    const received = happened('PaymentReceived', { ...money('10000'), matched: true });
    const paidFor = happened('OrderConfirmed', { order, payment: 'pay_1' });
    const owed = (reason: string) => happened('RefundOwed', { ...money('10000'), reason });
    const back = (refundedTotal: string) => happened('RefundPaid', { order, payment: 'pay_1', currency: 'EUR', refundedTotal });
    const accounts = ({ balance }: ReturnType<typeof post>) =>
      (['provider', 'clearing', 'revenue', 'refunds-owed'] as const).map((account) => balance('EUR', account));

    it('goes through the clearing of its order to revenue when it pays for it', () => {
      const posted = post([opened(), placed()], [received, paidFor]);
      expect(posted.rows.slice(2).map(({ debit, credit, amount }) => [debit, credit, amount])).toEqual([
        ['provider', 'clearing/ord_1', 10000n],
        ['sold/b-1', 'held/b-1', 2n],
        ['clearing/ord_1', 'revenue', 10000n],
      ]);
      expect(posted.book.orders.get(tenant, order)).toMatchObject({ status: 'confirmed', payment: 'pay_1' });
    });

    it('is due from revenue when the organiser refunds it, and is returned as the provider reports, part by part', () => {
      const sold = [[opened(), placed()], [received, paidFor], [owed('requested')]];
      expect(accounts(post(...sold))).toEqual([10000n, 0n, 0n, 10000n]);
      expect(accounts(post(...sold, [back('4000')], [back('4000')]))).toEqual([6000n, 0n, 0n, 6000n]);
      const done = post(...sold, [back('4000')], [back('10000'), happened('OrderRefunded', { order })]);
      expect([accounts(done), done.book.orders.get(tenant, order)?.status]).toEqual([[0n, 0n, 0n, 0n], 'refunded']);
    });

    it('is due from clearing when it arrived too late', () => {
      const late = post([opened(), placed()], [happened('OrderExpired', { order })], [received, owed('expired')]);
      expect([accounts(late), late.balance(ticketsOf(sale), 'available')]).toEqual([[10000n, 0n, 0n, 10000n], 3n]);
    });

    it('is returned from where it is without a refund due, even if its return is reported before its receipt', () => {
      expect(accounts(post([opened(), placed()], [received, paidFor], [back('2500')]))).toEqual([7500n, 0n, 7500n, 0n]);
      const early = post([opened(), placed()], [back('10000'), happened('OrderRefunded', { order })], [received]);
      expect([accounts(early), early.balance(ticketsOf(sale), 'available')]).toEqual([[0n, 0n, 0n, 0n], 3n]);
    });

    it('waits in clearing for an unknown order, and may not stay there when the order ends', () => {
      const before = happened('PaymentReceived', { ...money('10000'), matched: false });
      expect(accounts(post([opened()], [before]))).toEqual([10000n, 10000n, 0n, 0n]);
      expect(accounts(post([opened()], [before], [placed(), received, paidFor]))).toEqual([10000n, 0n, 10000n, 0n]);
      const stuck = () => post([opened()], [before], [placed(), received, happened('OrderCancelled', { order })]);
      expect(reasonOf(stuck)).toBe('the clearing of an ended order is zero');
    });

    it('was settled directly, and is reversed when a sold order ends; its units are released one by one', () => {
      const ended = [[opened(), placed(), confirmed], [happened('OrderCancelled', { order })]];
      expect(accounts(post(...ended))).toEqual([0n, 0n, 0n, 0n]);
      const one = post(...ended, [happened('UnitsReleased', { order, tickets: [tickets[0]] })]);
      expect([one.balance(ticketsOf(sale), 'available'), one.balance(ticketsOf(sale), 'sold')]).toEqual([2n, 1n]);
      expect(one.book.tickets.get(tenant, 'tkt_1')?.status).toBe('released');
      const twice = () => post(...ended, ...[1, 2].map(() => [happened('UnitsReleased', { order, tickets: [tickets[0]] })]));
      expect(reasonOf(twice)).toBe('only sold units are released');
    });
  });

  it.each<[string, LedgerEvent[][], string]>([
    ['more than is available is held', [[placed()]], 'no balance is negative'],
    ['an unknown order is confirmed', [[opened(), confirmed]], 'the sale has no such order'],
    ['an order is confirmed twice', [[opened(), placed(), confirmed, confirmed]], 'the event leads nowhere'],
    ['an unknown ticket is minted', [[opened(), mint('MintCompleted', tickets[0]!.ticket)]], 'the sale has no such ticket'],
    [
      'a mint completes twice',
      [
        [
          opened(),
          placed(),
          confirmed,
          minting(1),
          ...tickets.flatMap(({ ticket }) => [mint('MintCompleted', ticket), mint('MintCompleted', ticket)]),
        ],
      ],
      'no balance is negative',
    ],
    [
      'an event is of a later version',
      [[{ type: 'SeatPolished', at, data: {} } as unknown as LedgerEvent]],
      'this version does not know the event',
    ],
  ])('rejects when %s', (_, commits, reason) => {
    expect(reasonOf(() => post(...commits))).toBe(reason);
  });

  it('names tenant, sequence and event of a rejection', () => {
    expect(() => post([opened()], [confirmed])).toThrow(
      expect.objectContaining({ context: { tenant, sequence: 2, eventIndex: 0, event: 'OrderConfirmed' } }),
    );
  });

  it('has one canonical text for each row, and a chain that depends on every row', () => {
    const { rows } = post([opened()], [decided('k-1', 2), placed(), confirmed]);
    expect(canonicalRow(rows[1]!)).toBe(
      '["demo","gala","2","1","0","OrderPlaced","1700000000000","k-1","ord_1",null,"held/b-1","available","tickets:gala","2"]',
    );
    const whole = rows.reduce(extendChain, NO_CHAIN);
    expect(whole).toMatchObject({ rows: 4n, sequence: 2 });
    for (const left of rows.keys())
      expect(rows.filter((__, index) => index !== left).reduce(extendChain, NO_CHAIN).hash).not.toBe(whole.hash);
  });
});
