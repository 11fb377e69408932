import fc from 'fast-check';
import { isFault } from '../../kernel/fault.js';
import { type Account, CONTROL_ACCOUNTS, controlOf, normalSide, ticketsOf } from './account.js';
import type { LedgerRow } from './entry.js';
import { extendChain, NO_CHAIN } from './entry.js';
import { type LedgerCommit, type LedgerEvent, postCommit } from './posting/post.js';
import { UnitOfWork } from './unit-of-work.js';

const TENANTS = ['t1', 't2'];
const SALES = ['s1', 's2'];

const TYPES = [
  ...['SaleOpened', 'SaleOpened', 'OrderPlaced', 'OrderPlaced', 'OrderPlaced', 'OrderConfirmed', 'OrderConfirmed', 'OrderConfirmed'],
  ...['MintsRequested', 'MintPlanned', 'MintSubmitted', 'MintAttemptDied', 'MintCompleted', 'MintFailed', 'RevocationsRequested'],
  ...['MintCancelled', 'MintRevokeSubmitted', 'MintRevokeDied', 'MintRevoked', 'MintVoided'],
  ...['OrderExpired', 'OrderCancelled', 'OrderRestored', 'OrderRefunded', 'UnitsReleased', 'SaleClosed', 'MintFailureNoted'],
  ...['PaymentReceived', 'PaymentReceived', 'PaymentFailed', 'RefundOwed', 'RefundPaid'],
];

/** Events about few orders and tickets, so that many of them are in sequence and many are not. */
const eventOf = (sale: string): fc.Arbitrary<LedgerEvent> =>
  fc
    .tuple(fc.constantFrom(...TYPES), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 2 }), fc.constantFrom('0', '700'))
    .map(([type, n, request, amount]) => {
      const order = `ord_${sale}${n}`;
      const tickets = Array.from({ length: n }, (_, i) => ({
        ticket: `tkt_${order}${i}`,
        unit: `u${i}`,
        request,
        price: i === 0 ? amount : '0',
      }));
      const about = { sale, order, ticket: tickets[0]?.ticket, tickets, request, attempt: request, buyer: `b${n}`, wallet: 'w', name: 'x' };
      const chain = { asset: 'a', signature: 's', slot: '1', holder: null, reason: 'r' };
      const money = { amount, currency: 'EUR' };
      const paid = { payment: `pay_${request}`, matched: n % 2 === 0, reason: n > 1 ? 'requested' : 'expired', ...money };
      const data = {
        ...about,
        ...chain,
        units: { areas: [{ quota: 4 * n }] },
        currency: money.currency,
        prices: [{ amount: money.amount }],
        total: money,
      };
      if (/^(Payment|Refund)/.test(type)) return { type, at: n, data: { order, ...paid } } as unknown as LedgerEvent;
      return {
        type,
        at: n,
        data: {
          ...data,
          ...(type === 'OrderConfirmed' && request === 2 && { payment: 'pay_1' }),
          ...(type === 'UnitsReleased' && request === 2 && { void: true }),
        },
      } as unknown as LedgerEvent;
    });

const commit = fc
  .tuple(fc.constantFrom(...TENANTS), fc.constantFrom(...SALES))
  .chain(([tenant, sale]) => fc.array(eventOf(sale), { minLength: 1, maxLength: 2 }).map((events) => ({ tenant, sale, events })));

const commits: fc.Arbitrary<LedgerCommit[]> = fc
  .array(commit, { minLength: 10, maxLength: 60, size: 'max' })
  .map((list) => list.map((one, index) => ({ ...one, sequence: index + 1 })));

/** An independent sum of the rows: every account's debits and credits. */
function sums(rows: readonly LedgerRow[], tenant: string, sale: string): Map<string, bigint> {
  const totals = new Map<string, bigint>();
  const add = (unit: string, account: Account, by: bigint) =>
    totals.set(
      `${unit} ${controlOf(account)}`,
      (totals.get(`${unit} ${controlOf(account)}`) ?? 0n) + (normalSide(account) === 'debit' ? by : -by),
    );
  for (const row of rows) {
    if (row.tenant !== tenant || row.sale !== sale) continue;
    add(row.unit, row.debit, row.amount);
    add(row.unit, row.credit, -row.amount);
  }
  return totals;
}

/** Applies the valid commits: a rejected one leaves nothing behind, as a transaction would. */
function play(
  list: readonly LedgerCommit[],
  each: (rows: readonly LedgerRow[], commit: LedgerCommit, applied: readonly LedgerCommit[]) => void,
) {
  const applied: LedgerCommit[] = [];
  let rows: readonly LedgerRow[] = [];
  for (const commit of list) {
    try {
      rows = replay([...applied, commit]);
    } catch (thrown) {
      if (!isFault(thrown, 'projection-refused')) throw thrown;
      continue;
    }
    applied.push(commit);
    each(rows, commit, applied);
  }
  return { rows, applied };
}

function replay(list: readonly LedgerCommit[]): LedgerRow[] {
  const book = new UnitOfWork();
  return list.flatMap((commit) => postCommit(book, commit));
}

describe('[L9] conservation', () => {
  it('holds at every prefix of any sequence of events: available + held + sold = opened, nothing negative', () => {
    let applied = 0;
    fc.assert(
      fc.property(commits, (list) => {
        play(list, (rows, { tenant, sale }) => {
          applied += 1;
          const totals = sums(rows, tenant, sale);
          for (const amount of totals.values()) expect(amount).toBeGreaterThanOrEqual(0n);
          const tickets = (account: Account) => totals.get(`${ticketsOf(sale)} ${account}`) ?? 0n;
          expect(tickets('available') + tickets('held') + tickets('sold')).toBe(tickets('opened'));
          const money = (account: Account) => totals.get(`EUR ${account}`) ?? 0n;
          expect(money('provider') + money('settled-outside')).toBe(money('clearing') + money('revenue') + money('refunds-owed'));
        });
      }),
      { numRuns: 300 },
    );
    expect(applied).toBeGreaterThan(1_000); // most sequences are not rejected
  });

  it('[L7] gives the same rows, balances and chain whenever the same commits are posted', () => {
    fc.assert(
      fc.property(commits, (list) => {
        const { applied, rows } = play(list, () => undefined);
        const again = replay(applied);
        expect(again).toEqual(rows);
        expect(again.reduce(extendChain, NO_CHAIN)).toEqual(rows.reduce(extendChain, NO_CHAIN));
      }),
    );
  });

  it('[L7] gives each tenant the same hash, whatever is posted before, between and after, and however often the unit of work settles', () => {
    const chainsOf = (rows: readonly LedgerRow[]) =>
      TENANTS.map((tenant) => rows.filter((row) => row.tenant === tenant).reduce(extendChain, NO_CHAIN));
    fc.assert(
      fc.property(commits, fc.nat(), (list, cut) => {
        const { applied, rows } = play(list, () => undefined);
        const apart = TENANTS.toReversed().flatMap((tenant) => applied.filter((commit) => commit.tenant === tenant));
        expect(chainsOf(replay(apart))).toEqual(chainsOf(rows)); // tenant after tenant, as a repair does it
        const book = new UnitOfWork();
        const settled = applied.flatMap((commit, index) => {
          if (index % (1 + (cut % 5)) === 0) book.settle(); // written, and kept for the next batch, as a replay does it
          return postCommit(book, commit);
        });
        expect(settled).toEqual(rows);
      }),
    );
  });

  it('[L7] names on every row the commit that wrote it last, so that a ledger can be compared as of a past commit', () => {
    fc.assert(
      fc.property(commits, (list) => {
        const { applied } = play(list, () => undefined);
        const book = new UnitOfWork();
        for (const commit of applied) {
          postCommit(book, commit);
          const written = [book.sales, book.orders, book.tickets, book.payments].flatMap((shelf) => [
            ...shelf.created(),
            ...shelf.changed(),
          ]);
          expect(written.filter(({ sequence }) => sequence !== commit.sequence)).toEqual([]);
          book.settle();
        }
      }),
    );
  });

  it('[L8] never moves a balance of another tenant or sale', () => {
    fc.assert(
      fc.property(commits, (list) => {
        const { applied } = play(list, () => undefined);
        const [tenant, sale] = [TENANTS[0]!, SALES[0]!];
        const alone = replay(applied.filter((commit) => commit.tenant === tenant && commit.sale === sale));
        expect(sums(alone, tenant, sale)).toEqual(sums(replay(applied), tenant, sale));
      }),
    );
  });

  it('keeps balances equal to the sums of the rows', () => {
    fc.assert(
      fc.property(commits, (list) => {
        const { applied } = play(list, () => undefined);
        const book = new UnitOfWork();
        const rows = applied.flatMap((commit) => postCommit(book, commit));
        for (const tenant of TENANTS)
          for (const sale of SALES)
            for (const unit of [ticketsOf(sale), `mints:${sale}`, 'EUR'])
              for (const account of CONTROL_ACCOUNTS)
                expect(book.balances.of(tenant, sale, unit, account)).toBe(sums(rows, tenant, sale).get(`${unit} ${account}`) ?? 0n);
      }),
    );
  });
});
