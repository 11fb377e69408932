/** Invalid requests, and their answers: the same over NATS and HTTP, except for path members over HTTP. */
export type Body = object | string | Uint8Array | null;
export type BadRequest = readonly [name: string, body: Body, problem: object];

const invalid = (pointer: string, detail: string): object => ({ status: 400, code: 'body-invalid', errors: [{ pointer, detail }] });
const malformed = { status: 400, code: 'body-malformed' };
const malformedAt = (pointer: string): object => ({ ...malformed, errors: [{ pointer, detail: expect.any(String) as unknown as string }] });
const CARD = 'looks like a card number, which must not enter the permanent log';
const EMAIL = 'looks like an e-mail address, which must not enter the permanent log';
const UNSEEN = 'must have a character that can be seen';
const RANGE = 'must be from 1970-01-01T00:00:00.000Z to 9998-12-31T23:59:59.999Z; leave it out for no limit';
const NO_CURRENCY = 'must be a currency of ISO 4217 that is in use, such as EUR';
const NOT_A_HOLDER = 'must be a wallet; this is the address of a program or of the system, which cannot hold a ticket';
const NO_WALLETS = [
  '11111111111111111111111111111111',
  'SysvarC1ock11111111111111111111111111111111',
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
];
const WHOLE = 'must be a whole number from 1 to 100';
const ID = 'must be 1 to 64 of A-Z a-z 0-9 _ -';
const A_STRING = 'must be a string of minor units such as "5000"';
const DIGITS = 'must be 1 to 15 digits of minor units, such as "5000" for 50.00';
export const order = (more: object): object => ({ sale: 'bad', buyer: 'b-1', quantity: 1, ...more });
const seats = (units: unknown): object => ({ sale: 'bad', buyer: 'b-1', units });
export const opening = (more: object): object => ({
  sale: 'new',
  name: 'New',
  units: { quota: 5 },
  price: { amount: '5000', currency: 'EUR' },
  ...more,
});
/** Invalid names of a sale. */
const NO_NAMES = ['a.b', '*', '>', 'a b', 'a\u0000b', '../bad', ''];
const saleNamed = (sale: string): string => `the sale ${JSON.stringify(sale)}`;
const deep = (open: string, close: string): string => open.repeat(30_000) + close.repeat(30_000);

export const badOrders: readonly BadRequest[] = [
  ['an unknown member', order({ seat: 'A-1' }), invalid('/seat', 'is not known here')],
  [
    'a member named __proto__',
    '{"sale":"bad","buyer":"b-1","quantity":1,"__proto__":{"quantity":2}}',
    invalid('/__proto__', 'is not known here'),
  ],
  ['no buyer', order({ buyer: undefined }), invalid('/buyer', 'is required')],
  [
    'an unknown sale',
    order({ sale: 'nowhere' }),
    { status: 404, code: 'sale-unknown', errors: [{ pointer: '/sale', detail: 'is not known' }] },
  ],
  ['a unit twice', seats(['A-1', 'A-2', 'A-1']), invalid('/units/2', 'A-1 is named twice')],
  ...[0, -1, 1.5, 1e9, '1', null].map(
    (quantity) => [`quantity ${JSON.stringify(quantity)}`, order({ quantity }), invalid('/quantity', WHOLE)] as const,
  ),
  ['quantity 1e999', '{"sale":"bad","buyer":"b-1","quantity":1e999}', malformedAt('/quantity')],
  ['quantity -0', '{"sale":"bad","buyer":"b-1","quantity":-0}', malformedAt('/quantity')],
  ['a quantity that is rounded', '{"sale":"bad","buyer":"b-1","quantity":0.99999999999999999999}', malformedAt('/quantity')],
  ['a member twice', '{"sale":"bad","buyer":"b-1","quantity":1,"quantity":1}', malformedAt('/quantity')],
  ['a member twice in another spelling', '{"sale":"bad","buyer":"b-1","quantity":1,"\\u0071uantity":2}', malformedAt('/quantity')],
  ['__proto__ twice', '{"sale":"bad","buyer":"b-1","quantity":1,"__proto__":1,"__proto__":1}', malformedAt('/__proto__')],
  ['a BOM', '\ufeff{"sale":"bad","buyer":"b-1","quantity":1}', malformed],
  ['UTF-16', Buffer.from('{"sale":"bad","buyer":"b-1","quantity":1}', 'utf16le'), malformed],
  ['something behind it', '{"sale":"bad","buyer":"b-1","quantity":1}x', malformed],
  ['a card number as a unit', seats(['A-1', '4111111111111111']), invalid('/units/1', CARD)],
  ...NO_WALLETS.map((wallet) => [`the wallet ${wallet}`, order({ wallet }), invalid('/wallet', NOT_A_HOLDER)] as const),
  [
    'an item that names nothing',
    { sale: 'bad', buyer: 'b-1', items: [{ type: 'adult' }] },
    invalid('/items/0/unit', 'must be given, or else quantity, and not both'),
  ],
  [
    'units and quantity',
    { ...order({}), units: ['A-1'] },
    invalid('/units', 'must be given, or else quantity or items, and only one of them'),
  ],
  ...NO_NAMES.map((sale) => [saleNamed(sale), order({ sale }), invalid('/sale', ID)] as const),
  [
    'an e-mail address as buyer',
    order({ buyer: 'ann@example.org' }),
    invalid('/buyer', expect.stringContaining('pseudonym') as unknown as string),
  ],
  [
    'a card number as buyer',
    order({ buyer: '4111-1111-1111-1111' }),
    invalid('/buyer', expect.stringContaining('card') as unknown as string),
  ],
  ['a wallet that is none', order({ wallet: '0xabc' }), invalid('/wallet', 'must be base58 (no 0, O, I or l)')],
  ['a short wallet', order({ wallet: 'abc' }), invalid('/wallet', 'must be 32 bytes in base58; these are 3')],
  [
    'a wallet that no key signs for',
    order({ wallet: 'HKUPAjYNSpLcpVKTLQc7ma9cJSjLhUJsr6PBRZqxWBHJ' }),
    invalid('/wallet', 'must be an Ed25519 public key; no key signs for this address'),
  ],
  ['nothing at all', '', malformed],
  ['words', 'one ticket, please', malformed],
  ['half of its JSON', '{"sale":"bad","buyer":"b-1","quan', malformed],
  ['two JSON values', '{}{}', malformed],
  ['a list', '[]', malformed],
  ['a string', '"bad"', malformed],
  ['null', 'null', malformed],
  ['no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d), malformed],
  ['half a surrogate pair', '{"sale":"bad","buyer":"\\ud800","quantity":1}', invalid('/buyer', expect.any(String) as unknown as string)],
  ['half a surrogate pair as a member', '{"sale":"bad","buyer":"b-1","quantity":1,"\\ud800":1}', invalid('/\ud800', 'is not known here')],
  ['1 MB', order({ buyer: 'b'.repeat(1024 * 1024) }), { status: 413, code: 'body-too-large', detail: expect.stringContaining('204800') }],
  ['deep lists', deep('[', ']'), malformed],
  ['deep objects', `{"sale":"bad","buyer":"b-1","quantity":${deep('{"a":', '}').replace(':}', ':1}')}}`, malformed],
  ['a deep unknown member', `{"sale":"bad","buyer":"b-1","quantity":1,"more":${deep('[', ']')}}`, malformed],
];

export const badOpenings: readonly BadRequest[] = [
  ['an amount that is a number', opening({ price: { amount: 5000, currency: 'EUR' } }), invalid('/price/amount', A_STRING)],
  ['an amount that is a float', opening({ price: { amount: 50.5, currency: 'EUR' } }), invalid('/price/amount', A_STRING)],
  ...['-1', '05', '50.00', '1e3', ''].map(
    (amount) => [`the amount "${amount}"`, opening({ price: { amount, currency: 'EUR' } }), invalid('/price/amount', DIGITS)] as const,
  ),
  ['a price that is a number', opening({ price: 5000 }), invalid('/price', 'must be an object')],
  ['no price', opening({ price: undefined }), invalid('/price', 'must be given, or else currency and prices')],
  [
    'a row that ends before it begins',
    opening({ units: { rows: [{ row: 'A', from: 5, to: 1 }] } }),
    invalid('/units/rows/0', 'must not end before it begins'),
  ],
  ['a name that no database holds', opening({ name: 'a\u0000b' }), invalid('/name', 'must be of whole, printable characters')],
  [
    'a name that has no UTF-8',
    '{"sale":"new","name":"\\ud800","units":{"quota":5},"price":{"amount":"1","currency":"EUR"}}',
    invalid('/name', 'must be of whole, printable characters'),
  ],
  ['a sale named like a card number', opening({ sale: '4111-1111-1111-1111' }), invalid('/sale', CARD)],
  ['a seat named like a card number', opening({ units: { seats: ['4111111111111111'] } }), invalid('/units/seats/0', CARD)],
  ['a name with an e-mail address', opening({ name: 'Gala ann@example.org' }), invalid('/name', EMAIL)],
  ...['  ', '\u200b', '\u3164', '\u200f'].map(
    (name) => [`the name ${JSON.stringify(name)}`, opening({ name }), invalid('/name', UNSEEN)] as const,
  ),
  ['a closing time beyond what fits', opening({ closesAt: '9999-12-31T23:59:59-12:00' }), invalid('/closesAt', RANGE)],
  ['an opening time before what fits', opening({ opensAt: '0001-01-01T00:00:00+14:00' }), invalid('/opensAt', RANGE)],
  ['a currency that is none', opening({ price: { amount: '1', currency: 'ZZZ' } }), invalid('/price/currency', NO_CURRENCY)],
  [
    'a member twice in its price',
    '{"sale":"new","name":"New","units":{"quota":5},"price":{"amount":"1","amount":"1","currency":"EUR"}}',
    malformedAt('/price/amount'),
  ],
  [
    'a category that it does not have',
    opening({ units: { areas: [{ area: 'floor', category: 'back', quota: 5 }] } }),
    invalid('/units/areas/0/category', 'must be left out where the sale has no categories'),
  ],
  ['a sale that is a subject', opening({ sale: 'ev.acme.sale.x' }), invalid('/sale', ID)],
];

export const badKeys: readonly (readonly [name: string, key: string | undefined, code: string])[] = [
  ['no key', undefined, 'key-missing'],
  ['an empty key', '', 'key-missing'],
  ['a key of 256 characters', 'k'.repeat(256), 'key-malformed'],
  ['a control character in its key', 'a\u0001b', 'key-malformed'],
  ['a tab in its key', 'a\tb', 'key-malformed'],
  ['a DEL in its key', 'a\u007fb', 'key-malformed'],
  ['NUL in its key', 'a\u0000b', 'key-malformed'],
  ['an e-mail address as its key', 'order-1-ann@example.org', 'key-personal'],
  ['a card number as its key', '4111 1111 1111 1111', 'key-personal'],
  ['a card number in its key', 'card:5555555555554444', 'key-personal'],
  ['half a surrogate pair in its key', 'a\ud800b', 'key-malformed'],
  ['a key that is not ASCII', 'schlüssel', 'key-malformed'],
];

export const badQuestions: readonly (readonly [what: string, body: Body, problem: object])[] = [
  ['order.get', { sale: 'bad', order: 'ord_1' }, invalid('/order', 'must be an order such as ord_ and 26 letters')],
  ['order.get', { sale: 'bad' }, invalid('/order', 'is required')],
  ['order.get', { sale: 'bad', order: `ord_${'a'.repeat(26)}` }, { status: 404, code: 'order-unknown' }],
  ['order.get', { sale: 'nowhere', order: `ord_${'a'.repeat(26)}` }, { status: 404, code: 'sale-unknown' }],
  ['sale.get', { sale: 'a.b' }, invalid('/sale', ID)],
  ['sale.get', { sale: 'bad', more: 1 }, invalid('/more', 'is not known here')],
  ['sale.get', 'null', malformed],
  ['sale.get', { sale: 'nowhere' }, { status: 404, code: 'sale-unknown' }],
];

/** Over HTTP an order's sale is in the path: an invalid name matches no route. */
export const toldOverHttp = (name: string, problem: object): object =>
  NO_NAMES.some((sale) => name === saleNamed(sale))
    ? { status: 404, code: name === saleNamed('') ? 'route-unknown' : 'sale-unknown' }
    : problem;
