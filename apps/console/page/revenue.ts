import { money } from './format.js';

/** The revenue of one sale in one currency, in minor units. */
interface Line {
  readonly sale: string;
  readonly unitOfAccount: string;
  readonly amount: string;
}
interface Balances {
  readonly balances: readonly Line[];
  readonly next?: string;
}
export type Revenues = ReadonlyMap<string, readonly Line[]>;

/** The ledger changes a moment after the log: it is read again this often. */
export const REVENUE_MS = 3_000;
const BALANCES = '/v1/ledger/balances?account=revenue&limit=1000';

/**
 * The balances of the account `revenue` of these sales: one read of the ledger for a tenant with up to 1,000 of them. Balances are sorted by
 * sale and not by when the sale was opened, so for each sale beyond the first page there is one more read. A sale that earned nothing has none.
 */
export async function readRevenues(read: (path: string) => Promise<Balances>, sales: readonly string[]): Promise<Revenues> {
  if (sales.length === 0) return new Map();
  const { balances, next } = await read(BALANCES);
  const found = new Map<string, readonly Line[]>(sales.map((sale) => [sale, balances.filter((line) => line.sale === sale)]));
  if (next === undefined) return found;
  const cut = balances.at(-1)?.sale; // its other currencies may be on the next page
  for (const [sale, lines] of found)
    if (lines.length === 0 || sale === cut) found.set(sale, (await read(`${BALANCES}&sale=${encodeURIComponent(sale)}`)).balances);
  return found;
}

/** `100.00 EUR`; zero in the sale's own currency for a sale that earned nothing. */
export const revenueText = (lines: readonly Line[], currency: string): string =>
  lines.length === 0 ? money('0', currency) : lines.map(({ amount, unitOfAccount }) => money(amount, unitOfAccount)).join(' + ');
