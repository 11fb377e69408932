import { readRevenues, revenueText } from './revenue.js';

const line = (sale: string, amount: string, unitOfAccount = 'EUR') => ({ sale, unitOfAccount, account: 'revenue', amount });

/** A ledger whose pages hold so many balances; remembers what was read. */
function ledgerOf(balances: readonly ReturnType<typeof line>[], page: number) {
  const paths: string[] = [];
  const read = async (path: string) => {
    paths.push(path);
    const sale = new URLSearchParams(path.slice(path.indexOf('?'))).get('sale');
    const wanted = balances.filter((one) => sale === null || one.sale === sale);
    return { balances: wanted.slice(0, page), ...(wanted.length > page && { next: 'more' }) };
  };
  return { read, paths };
}

const texts = async (ledger: ReturnType<typeof ledgerOf>, sales: readonly string[]) =>
  [...(await readRevenues(ledger.read, sales))].map(([sale, lines]) => `${sale}: ${revenueText(lines, 'EUR')}`);

describe('revenue of listed sales', () => {
  it('is read at once for all sales, each in its currency, and is zero for a sale that earned nothing', async () => {
    const ledger = ledgerOf([line('a', '10000'), line('b', '5000', 'JPY'), line('c', '0'), line('e', '1234', 'KWD')], 1_000);
    expect(await texts(ledger, ['e', 'd', 'c', 'b', 'a'])).toEqual([
      'e: 1.234 KWD',
      'd: 0.00 EUR',
      'c: 0.00 EUR',
      'b: 5,000 JPY',
      'a: 100.00 EUR',
    ]);
    expect(ledger.paths).toEqual(['/v1/ledger/balances?account=revenue&limit=1000']);
  });

  it('has every currency of a sale', async () => {
    const ledger = ledgerOf([line('a', '100'), line('a', '300', 'USD')], 1_000);
    expect(await texts(ledger, ['a'])).toEqual(['a: 1.00 EUR + 3.00 USD']);
  });

  it('is right beyond the first page of balances, also where the page ends within a sale', async () => {
    const ledger = ledgerOf([line('a', '100'), line('b', '200'), line('b', '300', 'USD'), line('c', '400')], 2);
    expect(await texts(ledger, ['d', 'c', 'b', 'a'])).toEqual(['d: 0.00 EUR', 'c: 4.00 EUR', 'b: 2.00 EUR + 3.00 USD', 'a: 1.00 EUR']);
    expect(ledger.paths.length).toBe(4);
  });

  it('reads nothing where no sale is listed', async () => {
    const ledger = ledgerOf([line('a', '100')], 1_000);
    expect(await texts(ledger, [])).toEqual([]);
    expect(ledger.paths).toEqual([]);
  });
});
