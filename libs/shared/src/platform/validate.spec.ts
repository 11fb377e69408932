import { GetOrder, OpenSale, PlaceOrder } from '../domain/sale/commands.js';
import { validate } from './validate.js';

const ORDER = { sale: 'gala', buyer: 'b-1', units: ['A-1'] };
const OPENING = { sale: 'gala', name: 'Gala', units: { quota: 5 }, price: { amount: '5000', currency: 'EUR' } };
/** An address that no key can sign for: a program owns it. */
const WHOLE_ORDER = 'must be a whole number from 1 to 100';
const WHOLE_SALE = 'must be a whole number from 1 to 100000';
const ID_OF_64 = 'must be 1 to 64 of A-Z a-z 0-9 _ -';
const MINOR_UNITS = 'must be a string of minor units such as "5000"';
const DIGITS = 'must be 1 to 15 digits of minor units, such as "5000" for 50.00';
const NO_UNITS = 'must have rows, seats or areas, or else a quota';
const A_TIME = 'must be an RFC 3339 time such as 2027-01-31T19:00:00Z';
const PSEUDONYM = 'must be an opaque pseudonym of 1 to 64 of A-Z a-z 0-9 _ -, never a name or an e-mail address';
const CARD_NUMBER = 'looks like a card number, which must not enter the permanent log';
const EMAIL = 'looks like an e-mail address, which must not enter the permanent log';
const UNSEEN = 'must have a character that can be seen';
const NO_CURRENCY = 'must be a currency of ISO 4217 that is in use, such as EUR';
const RANGE = 'must be from 1970-01-01T00:00:00.000Z to 9998-12-31T23:59:59.999Z; leave it out for no limit';
const ONE_OF = 'must be given, or else quantity or items, and only one of them';
const LISTED = (count: number) => Array.from({ length: count }, (_, seat) => `A-${seat}`);

const ROWS_OF = (...counts: number[]) => counts.map((count, index) => ({ row: `R${index}`, from: 3, to: count + 2 }));

/** Members to add to a valid body, with the pointer and detail of the expected error. */
type Row = readonly [more: object, pointer: string, detail: string];

const badOrders: readonly Row[] = [
  [{ sale: undefined }, '/sale', 'is required'],
  [{ buyer: undefined }, '/buyer', 'is required'],
  [{ units: undefined }, '/units', ONE_OF],
  [{ quantity: 2 }, '/units', ONE_OF],
  [{ seat: 'A-1' }, '/seat', 'is not known here'],
  [{ 'a/b~c': 1 }, '/a~1b~0c', 'is not known here'],
  [{ constructor: 1 }, '/constructor', 'is not known here'],
  [JSON.parse('{"__proto__":{"quantity":1}}') as object, '/__proto__', 'is not known here'],
  [{ units: ['A-1', 'A-2', 'A-1'] }, '/units/2', 'A-1 is named twice'],
  [{ units: [] }, '/units', 'must name at least one unit'],
  [{ units: 'A-1' }, '/units', 'must be a list of units'],
  [{ units: [1] }, '/units/0', 'must be a string: 1 to 32 of A-Z a-z 0-9 _ -'],
  [{ units: ['A-1', 'A.2'] }, '/units/1', 'must be 1 to 32 of A-Z a-z 0-9 _ -'],
  [{ units: LISTED(101) }, '/units', 'must name at most 100 units'],
  ...[0, -1, 1.5, 1e9, Number.POSITIVE_INFINITY, '2', null, true, [1]].map(
    (quantity): Row => [{ units: undefined, quantity }, '/quantity', WHOLE_ORDER],
  ),
  ...['a.b', '*', '>', 'a b', 'a\u0000', '', 'é', 'x'.repeat(65)].map((sale): Row => [{ sale }, '/sale', ID_OF_64]),
  ...[5, null, ['gala']].map((sale): Row => [{ sale }, '/sale', 'must be a string: 1 to 64 of A-Z a-z 0-9 _ -']),
  ...['ann@example.org', 'Ann Smith', '+49 30 1234567', ''].map((buyer): Row => [{ buyer }, '/buyer', PSEUDONYM]),
  ...['4111111111111111', '4111-1111-1111-1111', '378282246310005'].map((buyer): Row => [{ buyer }, '/buyer', CARD_NUMBER]),
  [{ units: ['A-1', '4111111111111111'] }, '/units/1', CARD_NUMBER],
  [{ wallet: '' }, '/wallet', 'must be a base58 address of 32 bytes (32 to 44 characters)'],
  [{ wallet: '0xabc' }, '/wallet', 'must be base58 (no 0, O, I or l)'],
  [{ wallet: 'abc' }, '/wallet', 'must be 32 bytes in base58; these are 3'],
  ...['11111111111111111111111111111111', 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', 'SysvarC1ock11111111111111111111111111111111'].map(
    (wallet): Row => [
      { wallet },
      '/wallet',
      'must be a wallet; this is the address of a program or of the system, which cannot hold a ticket',
    ],
  ),
  [{ wallet: null }, '/wallet', 'must be a string: a base58 address'],
];

const badOpenings: readonly Row[] = [
  ...['sale', 'name', 'units'].map((member): Row => [{ [member]: undefined }, `/${member}`, 'is required']),
  [{ price: undefined }, '/price', 'must be given, or else currency and prices'],
  ...[5000, 50.5, null].map((amount): Row => [{ price: { amount, currency: 'EUR' } }, '/price/amount', MINOR_UNITS]),
  ...['-1', '05', '00', '1.5', '1e3', '', ' 1', '+1', '1'.repeat(16)].map(
    (amount): Row => [{ price: { amount, currency: 'EUR' } }, '/price/amount', DIGITS],
  ),
  ...[5000, '5000', null, []].map((price): Row => [{ price }, '/price', 'must be an object']),
  [{ price: { amount: '1' } }, '/price/currency', 'is required'],
  [{ price: { amount: '1', currency: 'eur' } }, '/price/currency', 'must be a currency of ISO 4217, such as EUR'],
  ...['ZZZ', 'DEM'].map((currency): Row => [{ price: { amount: '1', currency } }, '/price/currency', NO_CURRENCY]),
  [{ price: { amount: '1', currency: 'EUR', tax: '1' } }, '/price/tax', 'is not known here'],
  ...[5, null, []].map((units): Row => [{ units }, '/units', 'must be an object']),
  [{ units: {} }, '/units', NO_UNITS],
  [{ units: { quota: 5, seats: ['A'] } }, '/units/quota', 'must be left out where there are rows, seats or areas'],
  [{ units: { quota: 5, more: 1 } }, '/units/more', 'is not known here'],
  ...[0, 100_001, 1.5, '5'].map((quota): Row => [{ units: { quota } }, '/units/quota', WHOLE_SALE]),
  [{ units: { seats: [] } }, '/units/seats', 'must have at least one of the seats'],
  [{ units: { seats: ['A 1'] } }, '/units/seats/0', 'must be 1 to 32 of A-Z a-z 0-9 _ -'],
  [{ units: { seats: ['A', 'B', 'A'] } }, '/units/seats/2', 'A is named twice'],
  [{ units: { seats: LISTED(5_001) } }, '/units/seats', 'must have at most 5000 seats; give more as rows'],
  [{ units: { rows: [5] } }, '/units/rows/0', 'must be {"row": …, "from": n, "to": n} or {"row": …, "seats": […]}'],
  [{ units: { rows: [{ row: 'A', from: 5, to: 4 }] } }, '/units/rows/0', 'must not end before it begins'],
  [{ units: { rows: [{ row: 'A', from: 1 }] } }, '/units/rows/0/to', 'is required'],
  [{ units: { rows: [{ row: 'A', from: 0, to: 4 }] } }, '/units/rows/0/from', 'must be a whole number from 1 to 99999'],
  [{ units: { rows: [{ row: 'A.B', from: 1, to: 4 }] } }, '/units/rows/0/row', 'must be 1 to 26 of A-Z a-z 0-9 _ -'],
  [
    { units: { rows: ['A', 'B', 'A'].map((row) => ({ row, from: 1, to: 2 })) } },
    '/units/rows/2/row',
    'A is named twice: give all ranges of a row together',
  ],
  [{ units: { rows: ['A', 'B'].map((row) => ({ row, from: 1, to: 99_999 })) } }, '/units', 'must hold at most 100000 units'],
  [{ units: { rows: ROWS_OF(50_000, 50_001) } }, '/units', 'must hold at most 100000 units'],
  [{ opensAt: '2027-01-01T00:00:00Z', closesAt: '2027-01-01T00:00:00Z' }, '/closesAt', 'must be later than opensAt'],
  [{ opensAt: '2027-01-01T00:00:00Z', closesAt: '2027-01-01T01:00:00+02:00' }, '/closesAt', 'must be later than opensAt'],
  ...['tomorrow', '2027-01-01', '2027-01-01T00:00:00', '2027-02-30T00:00:00Z', '2027-01-01T25:00:00Z', 1_798_761_600_000, null, ''].map(
    (opensAt): Row => [{ opensAt }, '/opensAt', A_TIME],
  ),
  [{ name: '' }, '/name', 'must not be empty'],
  [{ name: 'x'.repeat(121) }, '/name', 'must be at most 120 characters'],
  [{ name: 5 }, '/name', 'must be a string'],
  ...['a\u0000b', 'a\nb', '\u007f', '\ud800', 'a\udfffb'].map((name): Row => [{ name }, '/name', 'must be of whole, printable characters']),
  ...['  ', '\u200b', '\u3164', '\u202f', '\u200f'].map((name): Row => [{ name }, '/name', UNSEEN]),
  [{ name: 'Gala ann@example.org' }, '/name', EMAIL],
  [{ name: 'Gala 4111 1111 1111 1111' }, '/name', CARD_NUMBER],
  [{ sale: '4111-1111-1111-1111' }, '/sale', CARD_NUMBER],
  [{ units: { seats: ['A-1', '4111111111111111'] } }, '/units/seats/1', CARD_NUMBER],
  [{ units: { rows: [{ row: '4111111111111111', from: 1, to: 2 }] } }, '/units/rows/0/row', CARD_NUMBER],
  [{ opensAt: '0001-01-01T00:00:00+14:00' }, '/opensAt', RANGE],
  [{ closesAt: '9999-12-31T23:59:59-12:00' }, '/closesAt', RANGE],
  [{ maxPerBuyer: 0 }, '/maxPerBuyer', WHOLE_SALE],
  [{ holdSeconds: 604_801 }, '/holdSeconds', 'must be a whole number from 1 to 604800'],
  [{ payment: 'card' }, '/payment', 'must be "none" or "webhook"'],
  [{ mint: 'later' }, '/mint', 'must be "on-confirm" or "on-request"'],
];

const sentence = (detail: string) => [{ pointer: expect.any(String), detail }];

describe('an invalid body', () => {
  it.each(badOrders)('of order.place, with %j: %s %s', (more, pointer, detail) => {
    expect(validate(PlaceOrder, wire({ ...ORDER, ...more }))).toEqual({ errors: [{ pointer, detail }] });
  });

  it.each(badOpenings)('of sale.open, with %j: %s %s', (more, pointer, detail) => {
    expect(validate(OpenSale, wire({ ...OPENING, ...more }))).toEqual({ errors: [{ pointer, detail }] });
  });

  it('gets all problems at once, up to twenty', () => {
    expect(validate(PlaceOrder, { units: ['A', 'A'], more: 1, quantity: 0 })).toMatchObject({ errors: { length: 5 } });
    const units = { seats: Array.from({ length: 30 }, () => '?') };
    expect(validate(OpenSale, { ...OPENING, units })).toMatchObject({ errors: { length: 20 } });
  });

  it.each([[[]], ['text'], [null], [5]])('as a whole, being %j', (body) => {
    expect(validate(PlaceOrder, body)).toEqual({ errors: sentence('must be an object') });
  });

  it('names an order by its id alone', () => {
    expect(validate(GetOrder, { sale: 'gala', order: 'ord_1' })).toEqual({
      errors: [{ pointer: '/order', detail: 'must be an order such as ord_ and 26 letters' }],
    });
  });
});

describe('a valid body', () => {
  it.each([
    { units: { seats: LISTED(5_000) } },
    { units: { rows: ROWS_OF(50_000, 50_000) } },
    { units: { quota: 100_000 } },
    { price: { amount: '0', currency: 'EUR' } },
    { price: { amount: '999999999999999', currency: 'JPY' } },
    { name: 'Größe 🎟️ – «Жар-птица»' },
    { opensAt: '2027-01-01T00:00:00Z' },
    { closesAt: '2027-01-01T00:00:00Z' },
    { opensAt: '1970-01-01T00:00:00Z', closesAt: '9998-12-31T23:59:59.999Z' },
    { opensAt: '2027-01-01T00:00:00+02:00', closesAt: '2026-12-31T22:00:00.001Z' },
  ])('opens a sale: %j', (more) => {
    expect(validate(OpenSale, { ...OPENING, ...more })).toMatchObject({ value: { sale: 'gala' } });
  });

  it('takes a pseudonym of digits that is no card number', () => {
    for (const buyer of ['4111111111111112', '123456789012', '12345678901234567890']) {
      expect(validate(PlaceOrder, { ...ORDER, buyer })).toMatchObject({ value: { buyer } });
    }
  });
});

/** The body as parsed from the wire: undefined members are absent. 1e400 has no JSON form and is written by hand. */
function wire(body: object): unknown {
  return JSON.parse(
    JSON.stringify(body, (_, value: unknown) => (value === Number.POSITIVE_INFINITY ? 'infinite' : value)).replace('"infinite"', '1e400'),
  );
}
