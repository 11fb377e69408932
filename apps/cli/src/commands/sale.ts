import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { AdmitClient, OpenSale, Outcome, Sale, Sales } from '../../../../libs/client/src/index.js';
import { withExitCodes } from '../operator.js';
import { everyPage, forSellers, type SellerOptions, send, wholeIn } from '../seller.js';
import { factsOf, tableOf } from '../table.js';

const STANDARD_INPUT = 0;

type Row = { readonly row: string; readonly from: number; readonly to: number };

interface Opening extends SellerOptions {
  readonly file?: object;
  readonly name?: string;
  readonly price?: string;
  readonly currency?: string;
  readonly row?: readonly Row[];
  readonly quota?: number;
  readonly payment?: string;
  readonly mint?: string;
  readonly key?: string;
}

/** `admit sale …` */
export function addSaleCommands(program: Command): void {
  const sale = withExitCodes(program.command('sale').description('open sales, list and show them'));
  forSellers(sale.command('ls').description('list the sales of the tenant'), 'sale ls').action(list);
  forSellers(
    sale.command('show').argument('<sale>').description('show a sale: its terms, and how many units are left'),
    'sale show gala',
  ).action(show);
  forSellers(
    sale.command('open').argument('<sale>', 'its name in addresses, which you choose').description('open a sale'),
    "sale open gala --name 'Gala 2027' --price 5000 --currency EUR --row A:1-20 --row B:1-18",
    'sale open gala --file terms.json',
  )
    .option('--name <name>', 'what people read')
    .option('--price <amount>', 'of every ticket, in minor units: 5000 is 50.00 EUR')
    .option('--currency <code>', 'such as EUR')
    .option('--row <row:from-to>', 'a row of seats; once for each', rowIn)
    .option('--quota <number>', 'so many places without seats', wholeIn)
    .option('--payment <kind>', 'none or webhook')
    .option('--mint <when>', 'on-confirm or on-request')
    .option('--file <file>', 'all terms that the API has, as JSON (- for standard input); options above go before it', termsIn)
    .option('--key <key>', 'idempotency key; a repeated one opens nothing again (default: a new one)')
    .action(open);
}

const list = (options: SellerOptions): Promise<void> =>
  send(options, { ask: allSales, shown: (sales) => (sales.length === 0 ? 'no sale was opened yet' : salesTable(sales)) });

const show = (sale: string, options: SellerOptions): Promise<void> =>
  send(options, { ask: (client) => client.sale({ sale }), shown: saleText });

function open(
  sale: string,
  { file, name, price, currency, row: rows, quota, payment, mint, key = randomUUID(), ...options }: Opening,
): Promise<void> {
  const body = {
    ...file,
    sale,
    ...(name !== undefined && { name }),
    ...(price === undefined ? currency !== undefined && { currency } : { price: { amount: price, currency } }),
    ...((rows ?? quota) !== undefined && { units: { rows, quota } }),
    ...(payment !== undefined && { payment }),
    ...(mint !== undefined && { mint }),
  } as OpenSale; // the service validates it and names the error
  return send(options, { ask: (client) => client.openSale(body, { key }), shown: saleText, key });
}

export type ListedSale = Sales['sales'][number];

export async function allSales(client: AdmitClient): Promise<Outcome<readonly ListedSale[]>> {
  const answer = await everyPage((place) => client.sales(place));
  return answer.outcome === 'done' ? { ...answer, value: answer.value.flatMap(({ sales }) => sales) } : answer;
}

export function stateOf({ closed, paused, opensAt, closesAt }: Omit<ListedSale, 'sale' | 'name'>, now = Date.now()): string {
  if (closed === true) return 'closed';
  if (closesAt !== undefined && Date.parse(closesAt) <= now) return 'over';
  if (paused === true) return 'paused';
  return opensAt !== undefined && Date.parse(opensAt) > now ? 'not open yet' : 'open';
}

export const salesTable = (sales: readonly ListedSale[]): string =>
  tableOf(
    ['sale', 'name', 'state', 'opens', 'closes'],
    sales.map((one) => [one.sale, one.name, stateOf(one), one.opensAt, one.closesAt]),
  );

function saleText(sale: Sale): string {
  const { price, units, categories = [], prices = [], version } = sale;
  const facts = factsOf({
    sale: sale.sale,
    name: sale.name,
    state: stateOf(sale),
    price: price && `${price.amount} ${price.currency} (minor units)`,
    currency: sale.currency,
    opens: sale.opensAt,
    closes: sale.closesAt,
    payment: sale.payment,
    mint: sale.mint,
    units: `${units.opened} opened, ${units.available} available, ${units.held} held, ${units.sold} sold`,
    version,
  });
  const tables = [
    categories.length > 0 &&
      tableOf(
        ['category', 'opened', 'available', 'held', 'sold'],
        categories.map((one) => [one.category, one.units.opened, one.units.available, one.units.held, one.units.sold]),
      ),
    prices.length > 0 &&
      tableOf(
        ['category', 'type', 'price', 'held', 'sold'],
        prices.map((one) => [one.category, one.type, one.amount, one.held, one.sold]),
      ),
  ];
  return [facts, ...tables.filter((table) => table !== false)].join('\n');
}

function rowIn(text: string, before: readonly Row[] = []): readonly Row[] {
  const [, row, from, to] = /^([^:]+):(\d{1,6})-(\d{1,6})$/.exec(text) ?? [];
  if (row === undefined) throw new InvalidArgumentError('A row is written with its first and last seat, such as A:1-20.');
  return [...before, { row, from: Number(from), to: Number(to) }];
}

function termsIn(path: string): object {
  try {
    const terms = JSON.parse(readFileSync(path === '-' ? STANDARD_INPUT : path, 'utf8')) as unknown;
    if (typeof terms === 'object' && terms !== null && !Array.isArray(terms)) return terms;
  } catch (cause) {
    throw new InvalidArgumentError(`It cannot be read: ${(cause as Error).message}.`);
  }
  throw new InvalidArgumentError('It must hold a JSON object: the terms of a sale.');
}
