import { Fault } from '../../../kernel/fault.js';
import type { Price, SaleTerms, TermsChange, UnitsOffered } from '../../sale/terms.js';
import { countOf } from '../../sale/units/block.js';
import { ticketsOf } from '../account.js';
import type { Entry, EntrySource } from '../entry.js';
import type { SaleRow } from '../read-model.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { keptAt } from './lookup.js';

export function postOpening(terms: SaleTerms, book: UnitOfWork, place: EntrySource): Entry[] {
  const units = unitsOf(terms.units);
  if (terms.sale !== place.sale) throw new Fault('projection-refused', { reason: 'the event opens another sale', opens: terms.sale });
  book.sales.create({
    tenant: place.tenant,
    sale: terms.sale,
    name: terms.name,
    units,
    priceMinor: onlyPriceOf(terms.prices),
    currency: terms.currency,
    maxPerBuyer: terms.maxPerBuyer,
    payment: terms.payment,
    mint: terms.mint,
    opensAt: terms.opensAt ?? null,
    closesAt: terms.closesAt ?? null,
    status: 'open',
    ...keptAt(place),
  });
  return [{ debit: 'available', credit: 'opened', unit: ticketsOf(place.sale), amount: units, order: null, ticket: null }];
}

export function postClosing(book: UnitOfWork, place: EntrySource): Entry[] {
  book.sales.change({ ...saleOrRefuse(book, place), status: 'closed', ...keptAt(place) });
  return [];
}

/** Added units are available; removed units were available. */
export function postChange(change: TermsChange, book: UnitOfWork, place: EntrySource): Entry[] {
  const row = saleOrRefuse(book, place);
  const units = change.opened === undefined ? row.units : BigInt(change.opened);
  book.sales.change({
    ...row,
    units,
    name: change.name ?? row.name,
    priceMinor: change.prices === undefined ? row.priceMinor : onlyPriceOf(change.prices),
    maxPerBuyer: change.maxPerBuyer ?? row.maxPerBuyer,
    opensAt: change.opensAt === undefined ? row.opensAt : change.opensAt,
    closesAt: change.closesAt === undefined ? row.closesAt : change.closesAt,
    status: change.reopened ? 'open' : row.status,
    ...keptAt(place),
  });
  const more = units - row.units;
  if (more === 0n) return [];
  const entry = { unit: ticketsOf(place.sale), amount: more > 0n ? more : -more, order: null, ticket: null };
  return [more > 0n ? { ...entry, debit: 'available', credit: 'opened' } : { ...entry, debit: 'opened', credit: 'available' }];
}

function saleOrRefuse(book: UnitOfWork, { tenant, sale }: EntrySource): SaleRow {
  const row = book.sales.get(tenant, sale);
  if (row === undefined) throw new Fault('projection-refused', { reason: 'the sale was never opened', sale });
  return row;
}

/** The price, if all tickets have the same one. */
function onlyPriceOf([price, ...others]: readonly Price[]): bigint | null {
  return price === undefined || others.length > 0 || (price.category ?? price.type) !== undefined ? null : BigInt(price.amount);
}

function unitsOf({ rows = [], seats = [], areas = [] }: UnitsOffered): bigint {
  const inRows = rows.reduce((sum, row) => sum + row.seats.reduce((count, range) => count + countOf(range), 0), 0);
  return BigInt(inRows + seats.length + areas.reduce((sum, { quota }) => sum + quota, 0));
}
