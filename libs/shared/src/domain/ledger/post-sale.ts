import { Fault } from '../../kernel/fault.js';
import type { Money, SaleEvent, UnitsOffered } from '../sale/events.js';
import { mintsOf, ticketsOf } from './account.js';
import type { Book } from './book.js';
import type { Entry, Place } from './entry.js';
import { keptAt, knownOrder, knownTicket } from './known.js';

type Sale<T extends SaleEvent['type']> = Extract<SaleEvent, { type: T }>['data'];

export function postSaleEvent(event: SaleEvent, book: Book, place: Place): Entry[] {
  switch (event.type) {
    case 'SaleOpened':
      return postOpening(event.data, book, place);
    case 'OrderPlaced':
      return postOrder(event.data, book, place);
    case 'OrderConfirmed':
      return postConfirmation(event.data, book, place);
    case 'MintsRequested':
      return postMintRequests(event.data, book, place);
  }
}

function postOpening(terms: Sale<'SaleOpened'>, book: Book, place: Place): Entry[] {
  const units = unitsOf(terms.units);
  if (terms.sale !== place.sale) throw new Fault('projection-refused', { reason: 'the event opens another sale', opens: terms.sale });
  book.sales.create({
    tenant: place.tenant,
    sale: terms.sale,
    name: terms.name,
    units,
    priceMinor: minorOf(terms.price),
    currency: terms.price.currency,
    maxPerBuyer: terms.maxPerBuyer,
    payment: terms.payment,
    mint: terms.mint,
    opensAt: terms.opensAt ?? null,
    closesAt: terms.closesAt ?? null,
    ...keptAt(place),
  });
  return [{ debit: 'available', credit: 'opened', unit: ticketsOf(place.sale), amount: units, order: null, ticket: null }];
}

function postOrder(placed: Sale<'OrderPlaced'>, book: Book, place: Place): Entry[] {
  const { order, buyer, total } = placed;
  const { tenant, sale, key } = place;
  const shared = { tenant, sale, order, buyer, wallet: placed.wallet ?? null, ...keptAt(place) };
  const tickets = placed.tickets.map(({ ticket }) => ticket);
  book.orders.create({ ...shared, status: 'held', totalMinor: minorOf(total), currency: total.currency, tickets, key, placedAt: place.at });
  const unminted = { request: 0, mintKey: null, attempts: 0, asset: null, signature: null, slot: null, holder: null, failure: null };
  for (const { ticket, unit } of placed.tickets) book.tickets.create({ ...shared, ...unminted, ticket, unit, status: 'held' });
  return [{ debit: `held/${buyer}`, credit: 'available', unit: ticketsOf(sale), amount: BigInt(tickets.length), order, ticket: null }];
}

function postConfirmation({ order }: Sale<'OrderConfirmed'>, book: Book, place: Place): Entry[] {
  const row = knownOrder(book, place, order);
  if (row.status !== 'held') throw new Fault('projection-refused', { reason: 'only a held order is confirmed', order, status: row.status });
  book.orders.change({ ...row, status: 'confirmed', ...keptAt(place) });
  for (const ticket of row.tickets) book.tickets.change({ ...knownTicket(book, place, ticket), status: 'sold', ...keptAt(place) });
  const unit = ticketsOf(place.sale);
  const sold: Entry = {
    debit: `sold/${row.buyer}`,
    credit: `held/${row.buyer}`,
    unit,
    amount: BigInt(row.tickets.length),
    order,
    ticket: null,
  };
  if (row.totalMinor === 0n) return [sold];
  return [sold, { debit: 'settled-outside', credit: 'revenue', unit: row.currency, amount: row.totalMinor, order, ticket: null }];
}

function postMintRequests({ order, wallet, tickets }: Sale<'MintsRequested'>, book: Book, place: Place): Entry[] {
  const unit = mintsOf(place.sale);
  return tickets.map(({ ticket, request }): Entry => {
    const row = knownTicket(book, place, ticket);
    if (request !== row.request + 1)
      throw new Fault('projection-refused', { reason: 'mint requests count on', ticket, last: row.request, request });
    book.tickets.change({ ...row, status: 'minting', wallet, request, mintKey: place.key, failure: null, ...keptAt(place) });
    return { debit: 'mint-asked', credit: request === 1 ? 'mint-requests' : 'mint-failed', unit, amount: 1n, order, ticket };
  });
}

function unitsOf(offered: UnitsOffered): bigint {
  if ('quota' in offered) return BigInt(offered.quota);
  if ('seats' in offered) return BigInt(offered.seats.length);
  return BigInt(offered.rows.reduce((sum, { from, to }) => sum + to - from + 1, 0));
}

const minorOf = ({ amount }: Money): bigint => BigInt(amount);
