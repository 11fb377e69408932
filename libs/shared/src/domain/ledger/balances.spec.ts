import type { Account } from './account.js';
import { type Balance, Balances } from './balances.js';
import type { Entry } from './entry.js';
import { type LedgerEvent, postCommit } from './posting/post.js';
import { UnitOfWork } from './unit-of-work.js';

const [tenant, sale] = ['demo', 'gala'];
const unit = `tickets:${sale}`;
const entry = (debit: Account, credit: Account, amount: bigint, of = unit): Entry => ({
  debit,
  credit,
  unit: of,
  amount,
  order: null,
  ticket: null,
});
const balance = (account: string, amount: bigint, more: Partial<Balance> = {}): Balance => ({
  tenant,
  sale,
  unit,
  account,
  amount,
  ...more,
});
const refusal = (context: object) => expect.objectContaining({ code: 'projection-refused', context });

/** Ten tickets of the sale are available. */
function opened(): Balances {
  const balances = new Balances();
  balances.post(tenant, sale, entry('available', 'opened', 10n));
  return balances;
}

describe('the balances of a sale', () => {
  it('grow on the normal side of each account and shrink on the other, its sub-accounts together', () => {
    const balances = opened();
    balances.post(tenant, sale, entry('held/b-1', 'available', 3n));
    balances.post(tenant, sale, entry('held/b-2', 'available', 2n));
    balances.post(tenant, sale, entry('available', 'held/b-1', 1n));
    const of = (account: Account) => balances.of(tenant, sale, unit, account);
    expect([of('opened'), of('available'), of('held'), of('held/b-1'), of('sold')]).toEqual([10n, 6n, 4n, 4n, 0n]);
  });

  it('are separate for each tenant, sale and unit', () => {
    const balances = opened();
    const others = [balances.of('other', sale, unit, 'available'), balances.of(tenant, 'ball', unit, 'available')];
    expect([...others, balances.of(tenant, sale, 'EUR', 'available')]).toEqual([0n, 0n, 0n]);
  });

  it('continue from earlier balances', () => {
    const balances = new Balances();
    balances.load(balance('available', 5n));
    balances.load(balance('opened', 5n));
    balances.post(tenant, sale, entry('held/b-1', 'available', 5n));
    expect(balances.of(tenant, sale, unit, 'available')).toBe(0n);
  });

  it.each<[string, Entry, object]>([
    ['moves nothing', entry('held', 'available', 0n), { reason: 'an entry moves something', entry: entry('held', 'available', 0n) }],
    ['moves less than nothing', entry('held', 'available', -1n), expect.objectContaining({ reason: 'an entry moves something' })],
    [
      '[L9] takes more than the balance',
      entry('held/b-1', 'available', 11n),
      { reason: 'no balance is negative', sale, unit, account: 'available', would: -1n },
    ],
    [
      '[L9] takes from an account without a balance',
      entry('available', 'sold/b-1', 1n),
      { reason: 'no balance is negative', sale, unit, account: 'sold/b-1', would: -1n },
    ],
    [
      '[L9] takes on the debit side from an empty account',
      entry('revenue', 'settled-outside', 1n, 'EUR'),
      { reason: 'no balance is negative', sale, unit: 'EUR', account: 'revenue', would: -1n },
    ],
  ])('reject an entry that %s', (_, refused, context) => {
    expect(() => opened().post(tenant, sale, refused)).toThrow(refusal(context));
  });

  it('may fall to zero', () => {
    const balances = opened();
    balances.post(tenant, sale, entry('held/b-1', 'available', 10n));
    expect(balances.of(tenant, sale, unit, 'available')).toBe(0n);
  });
});

describe('[L9] available + held + sold = opened', () => {
  it.each<[string, Balance[], object | undefined]>([
    ['holds for an unopened sale', [], undefined],
    [
      'holds when each ticket has one state',
      [balance('opened', 9n), balance('available', 2n), balance('held', 3n), balance('sold', 4n)],
      undefined,
    ],
    ['fails when a ticket has no state', [balance('opened', 9n), balance('sold', 8n)], { opened: 9n, available: 0n, held: 0n, sold: 8n }],
    [
      'fails when a ticket has two states',
      [balance('opened', 1n), balance('held', 1n), balance('available', 1n)],
      { opened: 1n, available: 1n, held: 1n, sold: 0n },
    ],
    ['is of one sale', [balance('opened', 9n, { sale: 'ball', unit: 'tickets:ball' })], undefined],
    ['is of tickets, not of money', [balance('opened', 9n, { unit: 'EUR' })], undefined],
  ])('%s', (_, known, counts) => {
    const balances = new Balances();
    for (const one of known) balances.load(one);
    const check = () => balances.assertConserved(tenant, sale);
    if (counts === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(refusal({ reason: 'available + held + sold = opened', sale, ...counts }));
  });
});

it('[L9] rejects a commit if the tickets do not add up: data was lost before', () => {
  const book = new UnitOfWork();
  for (const one of [balance('opened', 9n), balance('available', 8n)]) book.balances.load(one);
  const data = {
    order: 'ord_1',
    buyer: 'b-1',
    tickets: [{ ticket: 'tkt_1', unit: '1', price: '0' }],
    total: { amount: '0', currency: 'EUR' },
  };
  const placed = { type: 'OrderPlaced', at: 0, data } as unknown as LedgerEvent;
  const cause = expect.objectContaining({ context: expect.objectContaining({ reason: 'available + held + sold = opened' }) });
  expect(() => postCommit(book, { tenant, sale, sequence: 1, events: [placed] })).toThrow(expect.objectContaining({ cause }));
});

describe('the changed balances', () => {
  it('contain each changed account once, with its current value, and no loaded one', () => {
    const balances = opened();
    balances.load(balance('sold', 4n));
    balances.post(tenant, sale, entry('held/b-1', 'available', 1n));
    balances.post(tenant, sale, entry('held/b-1', 'available', 2n));
    expect(balances.changed()).toEqual([balance('available', 7n), balance('opened', 10n), balance('held', 3n)]);
  });

  it('do not change with later postings', () => {
    const balances = opened();
    const before = balances.changed();
    balances.post(tenant, sale, entry('held/b-1', 'available', 1n));
    expect(before).toEqual([balance('available', 10n), balance('opened', 10n)]);
  });

  it('are empty once written, until the next change', () => {
    const balances = opened();
    balances.settle();
    expect(balances.changed()).toEqual([]);
    balances.post(tenant, sale, entry('held/b-1', 'available', 1n));
    expect(balances.changed()).toEqual([balance('held', 1n), balance('available', 9n)]);
  });

  it('contain an account that was loaded and changed', () => {
    const balances = new Balances();
    balances.load(balance('available', 5n));
    balances.post(tenant, sale, entry('held/b-1', 'available', 5n));
    expect(balances.changed()).toEqual([balance('held', 5n), balance('available', 0n)]);
  });
});
