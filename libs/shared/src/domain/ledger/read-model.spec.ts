import { isFault } from '../../kernel/fault.js';
import { type LedgerEvent, postCommit } from './posting/post.js';
import type { OrderRow, SaleRow, TicketRow } from './read-model.js';
import { UnitOfWork } from './unit-of-work.js';

const [tenant, sale, order, wallet] = ['demo', 'gala', 'ord_1', 'wallet'];
/** Commit `n` has the time 10 × n, so that a row shows which event changed it last. */
const event = (type: string, data: object): LedgerEvent => ({ type, at: 0, data }) as unknown as LedgerEvent;
const ticket = (n: number) => ({ ticket: `tkt_${n}`, unit: `A-${n}` });

const terms = {
  sale,
  name: 'Gala',
  units: { areas: [{ quota: 5 }] } as object,
  currency: 'EUR',
  prices: [{ amount: '50' }],
  maxPerBuyer: 4,
  payment: 'none',
  mint: 'on-request',
};
const opened = (more: object = {}) => event('SaleOpened', { ...terms, ...more });
const placed = (more: object = {}) =>
  event('OrderPlaced', {
    order,
    buyer: 'b-1',
    tickets: [ticket(1), ticket(2)].map((one) => ({ ...one, price: '50' })),
    total: { amount: '100', currency: 'EUR' },
    ...more,
  });
const of = (type: string, more: object = {}) => event(type, { order, ...more });
const decided = (key: string) => event('CommandDecided', { operation: 'any', key, emitted: 9 });
const asked = (n: number, request = 1) => of('MintsRequested', { name: 'Gala', wallet, tickets: [{ ...ticket(n), request }] });
const mint = (type: string, more: object = {}) => event(type, { ...ticket(1), order, ...more });
const completed = mint('MintCompleted', { asset: 'asset', signature: 'sig', slot: '9', holder: 'holder', wallet: 'given' });

const HELD = [[opened()], [placed()]];
const SOLD = [...HELD, [of('OrderConfirmed')]];
const ASKED = [...SOLD, [decided('k-mint'), asked(1)]];

function post(...commits: LedgerEvent[][]) {
  const book = new UnitOfWork();
  const rows = commits.flatMap((events, index) => {
    const sequence = index + 1;
    return postCommit(book, { tenant, sale, sequence, events: events.map((one) => ({ ...one, at: 10 * sequence })) });
  });
  const last = rows
    .filter(({ sequence }) => sequence === commits.length)
    .map(({ debit, credit, amount }) => `${amount} ${debit} < ${credit}`);
  return {
    rows,
    last,
    ticket: (n: number) => book.tickets.get(tenant, `tkt_${n}`),
    order: book.orders.get(tenant, order),
    sale: book.sales.get(tenant, sale),
  };
}
const wrongs = (...commits: LedgerEvent[][]): unknown => {
  try {
    return post(...commits);
  } catch (thrown) {
    return isFault(thrown, 'projection-refused') && isFault(thrown.cause) ? thrown.cause.context : thrown;
  }
};

const sold = { name: 'Gala', units: 5n, priceMinor: 50n, currency: 'EUR', maxPerBuyer: 4, payment: 'none', mint: 'on-request' } as const;
const SALE: SaleRow = { tenant, sale, ...sold, opensAt: null, closesAt: null, status: 'open', sequence: 1, updatedAt: 10 };

const held = { tenant, sale, order, buyer: 'b-1', wallet: null, status: 'held', sequence: 2, updatedAt: 20 } as const;
const cost = { totalMinor: 100n, currency: 'EUR' };
const ORDER: OrderRow = { ...held, ...cost, tickets: ['tkt_1', 'tkt_2'], key: null, placedAt: 20, expiresAt: null, payment: null };
const unminted = { request: 0, mintKey: null, attempts: 0, asset: null, signature: null, slot: null, holder: null, failure: null };
const nameless = { label: null, category: null, type: null, priceMinor: 50n };
const documented = { asset: 'a', symbol: 'ADMIT', document: 'hash' };
const undocumented = { symbol: null, document: null, documentName: null, image: null, externalUrl: null };
const TICKET: TicketRow = { ...held, ...ticket(1), ...nameless, ...unminted, ...undocumented };

describe('the row of a sale', () => {
  it('has its terms', () => {
    expect(post([opened()]).sale).toEqual(SALE);
    expect(post([opened({ opensAt: 5, closesAt: 6 })]).sale).toEqual({ ...SALE, opensAt: 5, closesAt: 6 });
  });

  it.each<[string, object, bigint]>([
    ['seats', { seats: [{ unit: 'A-1' }, { unit: 'A-2' }, { unit: 'Box' }] }, 3n],
    [
      'rows',
      {
        rows: [
          { row: 'A', seats: [{ from: 3, to: 5 }] },
          {
            row: 'B',
            seats: [
              { from: 7, to: 11, step: 2 },
              { from: 8, to: 8 },
            ],
          },
        ],
      },
      7n,
    ],
    ['areas', { areas: [{ quota: 500 }, { area: 'floor', quota: 20 }] }, 520n],
    [
      'all of them',
      { rows: [{ row: 'A', seats: [{ from: 3, to: 5 }] }], seats: [{ unit: 'Box' }], areas: [{ area: 'floor', quota: 20 }] },
      24n,
    ],
  ])('counts its units: %s', (_, units, count) => {
    const { sale: row, last, rows } = post([opened({ units })]);
    expect([row?.units, last]).toEqual([count, [`${count} available < opened`]]);
    expect(rows).toMatchObject([{ order: null, ticket: null, unit: 'tickets:gala' }]);
  });

  it('has the time of its closing', () => {
    const closed = post([opened()], [event('SaleClosed', { sale })]);
    expect([closed.sale, closed.last]).toEqual([{ ...SALE, status: 'closed', sequence: 2, updatedAt: 20 }, []]);
  });
});

describe('the row of an order, and those of its tickets', () => {
  it('have the members of the placed order', () => {
    const { order: row, ticket: of, rows } = post(...HELD);
    expect([row, of(1), of(2)]).toEqual([ORDER, TICKET, { ...TICKET, ...ticket(2) }]);
    expect(rows[1]).toMatchObject({ debit: 'held/b-1', credit: 'available', amount: 2n, unit: 'tickets:gala', order, ticket: null });
  });

  it('have wallet, hold time and key if present', () => {
    const { order: row, ticket: of } = post([opened()], [decided('k-1'), placed({ wallet, expiresAt: 99 })]);
    expect([row, of(1)]).toEqual([
      { ...ORDER, wallet, expiresAt: 99, key: 'k-1' },
      { ...TICKET, wallet },
    ]);
  });

  const free = placed({ total: { amount: '0', currency: 'EUR' } });
  const outside = { sold: '100 settled-outside < revenue', undone: '100 revenue < settled-outside' };
  const kept = of('UnitsReleased', { tickets: [ticket(2)] });
  it.each<[string, LedgerEvent[][], string, string[], string[]]>([
    ['sold and settled outside', SOLD, 'confirmed', ['sold', 'sold'], ['2 sold/b-1 < held/b-1', outside.sold]],
    ['given free of charge', [[opened()], [free], [of('OrderConfirmed')]], 'confirmed', ['sold', 'sold'], ['2 sold/b-1 < held/b-1']],
    ['expired', [...HELD, [of('OrderExpired')]], 'expired', ['released', 'released'], ['2 available < held/b-1']],
    ['cancelled while held', [...HELD, [of('OrderCancelled')]], 'cancelled', ['released', 'released'], ['2 available < held/b-1']],
    ['restored', [...HELD, [of('OrderExpired')], [of('OrderRestored')]], 'held', ['held', 'held'], ['2 held/b-1 < available']],
    ['refunded after it expired', [...HELD, [of('OrderExpired')], [of('OrderRefunded')]], 'refunded', ['released', 'released'], []],
    [
      'cancelled after it was sold: its units are sold until they are released',
      [...SOLD, [of('OrderCancelled')]],
      'cancelled',
      ['sold', 'sold'],
      [outside.undone],
    ],
    [
      'cancelled after it was given free of charge',
      [[opened()], [free], [of('OrderConfirmed')], [of('OrderCancelled')]],
      'cancelled',
      ['sold', 'sold'],
      [],
    ],
    ['released in part', [...SOLD, [of('OrderCancelled')], [kept]], 'cancelled', ['sold', 'released'], ['1 available < sold/b-1']],
  ])('change when it is %s', (_, commits, status, tickets, moved) => {
    const { order: row, ticket: of, last } = post(...commits);
    expect([row?.status, [of(1)?.status, of(2)?.status], last]).toEqual([status, tickets, moved]);
  });

  it('name the commit of their last change', () => {
    const changed = { sequence: 3, updatedAt: 30 };
    const { order: row, ticket: of } = post(...SOLD);
    expect([row, of(1)]).toEqual([
      { ...ORDER, status: 'confirmed', ...changed },
      { ...TICKET, status: 'sold', ...changed },
    ]);
  });
});

describe('the row of a ticket', () => {
  const changed = { sequence: 5, updatedAt: 50 };
  const minting = { ...TICKET, status: 'minting' as const, wallet, request: 1, mintKey: 'k-mint' };
  const failed = mint('MintFailed', { request: 1, reason: 'wallet-invalid' });
  const revoking = of('RevocationsRequested', { tickets: [ticket(1)] });

  it('has the key of its mint request and its wallet', () => {
    const { ticket: of, last, rows } = post(...ASKED);
    expect([of(1), of(2)?.status, last]).toEqual([{ ...minting, sequence: 4, updatedAt: 40 }, 'sold', ['1 mint-asked < mint-requests']]);
    expect(rows.at(-1)).toMatchObject({ unit: 'mints:gala', order, ticket: 'tkt_1', key: 'k-mint' });
  });

  it.each<[string, LedgerEvent, Partial<TicketRow>, string[]]>([
    ['planned', mint('MintPlanned', { asset: 'asset' }), { asset: 'asset' }, []],
    ['planned with a document', mint('MintPlanned', documented), documented, []],
    ['planned with a page', mint('MintPlanned', { ...documented, shown: { name: 'G' } }), { ...documented, documentName: 'G' }, []],
    ['planned before there were documents', mint('MintPlanned', { asset: 'a', symbol: 'ADMIT' }), { asset: 'a' }, []],
    ['signed', mint('MintSubmitted', { attempt: 3 }), { attempts: 3 }, []],
    ['not minted by this attempt', mint('MintAttemptDied', { attempt: 1 }), {}, []],
    [
      'minted',
      completed,
      { status: 'minted', asset: 'asset', signature: 'sig', slot: '9', holder: 'holder', wallet: 'given' },
      ['1 minted < mint-asked'],
    ],
    ['not minted at all', failed, { status: 'mint-failed', failure: 'wallet-invalid' }, ['1 mint-failed < mint-asked']],
    ['revoked before it was minted', mint('MintCancelled'), {}, ['1 mint-cancelled < mint-asked']],
    ['to be revoked', revoking, { status: 'revoking' }, []],
  ])('is %s', (_, happened, change, moved) => {
    const posted = post(...ASKED, [happened]);
    expect([posted.ticket(1), posted.last]).toEqual([{ ...minting, ...change, ...changed }, moved]);
    expect(posted.rows.every(({ sequence, key }) => sequence < 5 || key === 'k-mint')).toBe(true); // under the key that requested the mint
  });

  it('stays in revocation whatever the result of its mint, until its unit is released', () => {
    const back = [...ASKED, [revoking], [completed]];
    expect(post(...back).ticket(1)).toMatchObject({ status: 'revoking', asset: 'asset', holder: 'holder' });
    expect(post(...back, [mint('MintRevokeSubmitted', { attempt: 1 })]).ticket(1)).toMatchObject({ status: 'revoking', attempts: 0 });
    expect(post(...back, [mint('MintRevokeDied', { attempt: 1 })]).ticket(1)?.status).toBe('revoking');
    const burned = post(...back, [mint('MintRevoked', { asset: 'asset' })]);
    expect([burned.ticket(1), burned.last]).toMatchObject([{ status: 'revoking', holder: null }, ['1 mint-revoked < minted']]);
    const released = of('UnitsReleased', { tickets: [ticket(1)] });
    expect(post(...back, [mint('MintRevoked', { asset: 'asset' })], [of('OrderCancelled'), released]).ticket(1)?.status).toBe('released');
  });

  it('drops the reason of a failed mint when it is requested again', () => {
    const again = post(...ASKED, [failed], [decided('k-again'), asked(1, 2)]);
    expect([again.ticket(1), again.last]).toMatchObject([
      { status: 'minting', failure: null, request: 2, mintKey: 'k-again' },
      ['1 mint-asked < mint-failed'],
    ]);
  });

  it('leaves the failed mints when it is revoked after a failure', () => {
    expect(post(...ASKED, [failed], [mint('MintCancelled')]).last).toEqual(['1 mint-cancelled < mint-failed']);
    expect(post(...ASKED, [failed], [of('MintFailureNoted', { ...ticket(1), request: 1 })]).last).toEqual([]); // its own event has posted it
  });
});

describe('the key of a command', () => {
  it('is on exactly the events that the command caused', () => {
    const key = event('CommandDecided', { operation: 'order.place', key: 'k-1', emitted: 1 });
    const { rows } = post([opened()], [key, placed(), of('OrderConfirmed')], [of('OrderCancelled')]);
    expect(rows.map((row) => [row.event, row.eventIndex, row.entryIndex, row.key])).toEqual([
      ['SaleOpened', 0, 0, null],
      ['OrderPlaced', 1, 0, 'k-1'],
      ['OrderConfirmed', 2, 0, null],
      ['OrderConfirmed', 2, 1, null],
      ['OrderCancelled', 0, 0, null],
    ]);
  });
});

describe('an impossible event is rejected', () => {
  const elsewhere =
    (known: LedgerEvent, ...events: LedgerEvent[]) =>
    () => {
      const book = new UnitOfWork();
      postCommit(book, { tenant, sale, sequence: 1, events: [opened(), placed()] });
      postCommit(book, { tenant, sale: 'ball', sequence: 2, events: [event('SaleOpened', { ...terms, sale: 'ball' }), known, ...events] });
    };
  const refusal = (context: object) => expect.objectContaining({ code: 'projection-refused', cause: expect.objectContaining({ context }) });

  it.each<[string, LedgerEvent[][], object]>([
    ['another sale is opened here', [[opened({ sale: 'ball' })]], { reason: 'the event opens another sale', opens: 'ball' }],
    ['a sale is opened twice', [[opened()], [opened()]], { reason: 'made before', id: sale }],
    ['a sale is closed that was never opened', [[event('SaleClosed', { sale })]], { reason: 'the sale was never opened', sale }],
    ['an order is unknown', [[opened()], [of('OrderExpired')]], { reason: 'the sale has no such order', sale, order }],
    ['a ticket is unknown', [[opened()], [completed]], { reason: 'the sale has no such ticket', sale, ticket: 'tkt_1' }],
    [
      'an order ended before',
      [...HELD, [of('OrderExpired')], [of('OrderConfirmed')]],
      { reason: 'the event leads nowhere', order, status: 'expired', event: 'OrderConfirmed' },
    ],
    ['a request is left out', [...SOLD, [asked(1, 2)]], { reason: 'mint requests count on', ticket: 'tkt_1', last: 0, request: 2 }],
    [
      'units of a hold are released',
      [...HELD, [of('UnitsReleased', { tickets: [ticket(1)] })]],
      { reason: 'only sold units are released', order, status: 'held', ticket: 'tkt_1' },
    ],
    [
      'nothing of a hold is released',
      [...HELD, [of('UnitsReleased', { tickets: [] })]],
      { reason: 'only sold units are released', order, status: 'held', ticket: undefined },
    ],
    [
      'a unit of another order is released',
      [
        ...SOLD,
        [placed({ order: 'ord_2', tickets: [{ ...ticket(3), price: '100' }] })],
        [event('OrderConfirmed', { order: 'ord_2' })],
        [of('UnitsReleased', { tickets: [ticket(3)] })],
      ],
      { reason: 'only sold units are released', order, status: 'confirmed', ticket: 'tkt_3' },
    ],
  ])('when %s', (_, commits, context) => {
    expect(wrongs(...commits)).toEqual(context);
  });

  it('[L8] when an order or a ticket is of another sale', () => {
    expect(elsewhere(of('OrderExpired'))).toThrow(refusal({ reason: 'the sale has no such order', sale: 'ball', order }));
    expect(elsewhere(completed)).toThrow(refusal({ reason: 'the sale has no such ticket', sale: 'ball', ticket: 'tkt_1' }));
  });
});
