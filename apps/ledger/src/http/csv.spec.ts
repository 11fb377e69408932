import fc from 'fast-check';
import { csvLines, csvOf, wantsCsv } from './csv.js';
import { Balances, Entries, Orders, RevenueLines, Tickets } from './shapes.js';

/** RFC 4180 literally: fields between commas, lines between CRLF, quotes doubled within quotes. */
function parse(text: string): string[][] {
  const lines: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/y;
  while (field.lastIndex < text.length) {
    const [, quoted, bare = '', end] = field.exec(text) ?? [];
    if (end === undefined) throw new Error(`no field of RFC 4180 at ${field.lastIndex}`);
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === '\r\n') lines.push([]);
  }
  return lines.slice(0, -1);
}

const order = {
  order: 'ord_1',
  sale: 'gala',
  buyer: 'b-1',
  status: 'held',
  total: { amount: '5000', currency: 'EUR' },
  tickets: ['tkt_1', 'tkt_2'],
  placedAt: '2027-01-01T00:00:00.000Z',
  changedAt: '2027-01-01T00:00:00.000Z',
};

it.each([
  ['orders', Orders, 'order,sale,buyer,status,total.amount,total.currency,tickets,wallet,payment,key,placedAt,expiresAt,changedAt'],
  ['entries', Entries, 'position,entry,at,event,sale,order,ticket,category,type,key,debit,credit,unitOfAccount,amount'],
  ['balances', Balances, 'sale,unitOfAccount,account,amount'],
  ['revenue', RevenueLines, 'sale,currency,category,type,ofNoTicket,tickets,amount'],
  [
    'tickets',
    Tickets,
    'ticket,sale,unit,label,category,type,price,order,buyer,status,attempts,wallet,asset,signature,slot,holder,failure,changedAt',
  ],
])('names the columns of %s as the members of the JSON, even without rows', (list, answer, header) => {
  const csv = csvOf(answer);
  expect([csv.list, csvLines(csv, { [list]: [] }, true)]).toEqual([list, `${header}\r\n`]);
  expect(csvLines(csv, { [list]: [] }, false)).toBe('');
});

it('writes a row in the order of its columns, with empty cells for absent members', () => {
  const [line] = parse(csvLines(csvOf(Orders), { orders: [order] }, false));
  expect(line).toEqual(['ord_1', 'gala', 'b-1', 'held', '5000', 'EUR', 'tkt_1 tkt_2', '', '', '', order.placedAt, '', order.changedAt]);
});

it.each(['=', '+', '-', '@', '\t', '\r', '＝', '＋'])('prefixes a value that begins with %j with an apostrophe', (first) => {
  const [line] = parse(csvLines(csvOf(Orders), { orders: [{ ...order, key: `${first}HYPERLINK("x")` }] }, false));
  expect(line?.[9]).toBe(`'${first}HYPERLINK("x")`);
});

it('leaves negative amounts unchanged', () => {
  const revenue = { sale: 'gala', currency: 'EUR', ofNoTicket: true, tickets: 0, amount: '-1000' };
  expect(csvLines(csvOf(RevenueLines), { revenue: [revenue] }, false)).toBe('gala,EUR,,,1,0,-1000\r\n');
});

it('writes lines that an RFC 4180 reader reads back, whatever they contain', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.record({ key: text, buyer: text }), { maxLength: 4 }), (rows) => {
      const read = parse(csvLines(csvOf(Orders), { orders: rows.map((row) => ({ ...order, ...row })) }, true)).slice(1);
      const guarded = (value: string): string => (/^[=+\-@\t\r＝＋－＠]/.test(value) ? `'${value}` : value);
      expect(read.map((line) => [line[2], line[9]])).toEqual(rows.map(({ buyer, key }) => [guarded(buyer), guarded(key)]));
    }),
  );
});

it.each([
  ['text/csv', true],
  ['application/json, text/csv;q=0.5', true],
  ['TEXT/CSV; header=present', true],
  ['application/json', false],
  ['*/*', false],
  ['text/*', false],
  ['', false],
])('interprets Accept: %s as a request for CSV: %s', (accept, wanted) => {
  expect(wantsCsv(accept)).toBe(wanted);
});
