import type { OrderRow, PaymentRow, SaleRow, TicketRow } from './read-model.js';
import { RowSet, UnitOfWork } from './unit-of-work.js';

interface Row {
  readonly tenant: string;
  readonly id: string;
  readonly text: string;
}
const row = (id: string, text = 'first', tenant = 'demo'): Row => ({ tenant, id, text });
const shelf = (): RowSet<Row> => new RowSet<Row>(({ id }) => id);

describe('a set of rows', () => {
  it('finds a row only under its tenant', () => {
    const rows = shelf();
    rows.load(row('a'));
    rows.load(row('b'));
    rows.load(row('a', 'theirs', 'other'));
    expect([rows.get('demo', 'a'), rows.get('demo', 'b'), rows.get('other', 'a')]).toEqual([
      row('a'),
      row('b'),
      row('a', 'theirs', 'other'),
    ]);
    expect([rows.get('other', 'b'), rows.get('unknown', 'a')]).toEqual([undefined, undefined]);
  });

  it('counts the rows it holds', () => {
    const rows = shelf();
    expect([rows.isEmpty, rows.size]).toEqual([true, 0]);
    rows.load(row('a'));
    rows.create(row('b'));
    rows.change(row('b', 'second'));
    rows.settle();
    expect([rows.isEmpty, rows.size]).toEqual([false, 2]);
  });

  it.each<[string, (rows: RowSet<Row>) => void, Row[], Row[]]>([
    ['loaded is known, and not written', (rows) => rows.load(row('a')), [], []],
    ['created is written as new', (rows) => rows.create(row('a')), [row('a')], []],
    [
      'created and changed is written as new, with its current value',
      (rows) => {
        rows.create(row('a'));
        rows.change(row('a', 'second'));
      },
      [row('a', 'second')],
      [],
    ],
    [
      'loaded and changed twice is written once, with its current value',
      (rows) => {
        rows.load(row('a'));
        rows.change(row('a', 'second'));
        rows.change(row('a', 'third'));
      },
      [],
      [row('a', 'third')],
    ],
    ['changed without being loaded is written as changed', (rows) => rows.change(row('a', 'second')), [], [row('a', 'second')]],
    [
      'written is known, and written again only after another change',
      (rows) => {
        rows.create(row('a'));
        rows.create(row('b'));
        rows.settle();
        rows.change(row('b', 'second'));
      },
      [],
      [row('b', 'second')],
    ],
  ])('a row that was %s', (_, happened, created, changed) => {
    const rows = shelf();
    happened(rows);
    expect([rows.created(), rows.changed()]).toEqual([created, changed]);
  });

  it('creates no row twice', () => {
    const rows = shelf();
    rows.load(row('a'));
    rows.create(row('a', 'theirs', 'other'));
    expect(() => rows.create(row('a', 'second'))).toThrow(
      expect.objectContaining({ code: 'projection-refused', context: { reason: 'made before', id: 'a' } }),
    );
  });
});

describe('the payments of a unit of work', () => {
  const payment = (name: string, order: string, more: Partial<PaymentRow> = {}) =>
    ({ tenant: 'demo', sale: 'gala', payment: name, order, ...more }) as PaymentRow;

  it('are found by their order, loaded or created, with their current values', () => {
    const { payments } = new UnitOfWork();
    expect(payments.ofOrder('demo', 'gala', 'ord_1')).toEqual([]);
    payments.load(payment('pay_1', 'ord_1'));
    payments.create(payment('pay_2', 'ord_1'));
    payments.create(payment('pay_3', 'ord_2'));
    payments.change(payment('pay_2', 'ord_1', { matched: true }));
    expect(payments.ofOrder('demo', 'gala', 'ord_1')).toEqual([payment('pay_1', 'ord_1'), payment('pay_2', 'ord_1', { matched: true })]);
    expect(payments.ofOrder('demo', 'gala', 'ord_3')).toEqual([]);
  });

  it('[L8] are separate for each tenant and sale', () => {
    const { payments } = new UnitOfWork();
    payments.create(payment('pay_1', 'ord_1'));
    payments.create(payment('pay_1', 'ord_1', { sale: 'ball' }));
    expect(payments.of('demo', payment('pay_1', 'ord_1'))).toEqual(payment('pay_1', 'ord_1'));
    expect(payments.of('demo', payment('pay_1', 'ord_1', { sale: 'ball' }))).toEqual(payment('pay_1', 'ord_1', { sale: 'ball' }));
    expect([payments.of('other', payment('pay_1', 'ord_1')), payments.of('demo', payment('pay_1', 'ord_1', { sale: 'opera' }))]).toEqual([
      undefined,
      undefined,
    ]);
    expect(payments.ofOrder('demo', 'ball', 'ord_1')).toHaveLength(1);
    expect(payments.ofOrder('other', 'gala', 'ord_1')).toEqual([]);
  });
});

it('a unit of work counts all its rows, and settles them together', () => {
  const book = new UnitOfWork();
  book.sales.create({ tenant: 'demo', sale: 'gala' } as SaleRow);
  book.payments.create({ tenant: 'demo', sale: 'gala', payment: 'pay_1', order: 'ord_1' } as PaymentRow);
  book.orders.create({ tenant: 'demo', order: 'ord_1' } as OrderRow);
  book.tickets.create({ tenant: 'demo', ticket: 'tkt_1' } as TicketRow);
  book.balances.post('demo', 'gala', { debit: 'available', credit: 'opened', unit: 'tickets:gala', amount: 1n, order: null, ticket: null });
  expect(book.size).toBe(4);
  book.settle();
  const { sales, orders, tickets, payments, balances } = book;
  expect([sales.created(), orders.created(), tickets.created(), payments.created()]).toEqual([[], [], [], []]);
  expect(balances.changed()).toEqual([]);
});
