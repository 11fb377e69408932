import type { SaleChanged } from '../events.js';
import { type OpenedSale, opened, pricesOf } from '../opened-sale.js';
import { adopt } from '../taking.js';
import type { Area, Row, SaleTerms, UnitsOffered } from '../terms.js';
import type { Units, Withdrawn } from '../units/units.js';

type Change = SaleChanged['data'];

/** The sale with other terms. Orders keep the terms at which they were placed. */
export function changedSale(sale: OpenedSale, change: Change): OpenedSale {
  const changed = withTerms(sale, change);
  const { terms, paused, closed } = changed;
  return isCounted(change) ? { ...counted(sale, terms, change), paused, closed } : changed;
}

/** The same with the previous units and usage. */
export function withTerms(sale: OpenedSale, change: Change): OpenedSale {
  const terms = changedTerms(sale.terms, change);
  return { ...sale, ...pricesOf(terms), terms, paused: change.paused ?? sale.paused, closed: sale.closed && change.reopened !== true };
}

/** Units and usage are indexed by limited terms: if those change, both are counted again. */
const isCounted = ({ units, categories, maxPerWallet }: Change): boolean =>
  [units, categories, maxPerWallet].some((value) => value !== undefined);

function counted(sale: OpenedSale, terms: SaleTerms, { units }: Change): OpenedSale {
  const next: OpenedSale = {
    ...opened(terms, withdrawnBy(sale.units, units)),
    ...{ orders: sale.orders, tickets: sale.tickets, payments: sale.payments, holds: sale.holds },
  };
  for (const order of sale.orders.values())
    adopt(
      next,
      order,
      order.tickets.filter(({ unit }) => sale.units.orderOf(unit) === order.order),
    );
  return next;
}

function withdrawnBy(before: Units, { areas = [] }: UnitsOffered = {}): Withdrawn {
  const withdrawn = new Map(before.withdrawn);
  for (const { area = '', quota } of areas) {
    const places = before.area(area)?.places.withdrawnFor(quota) ?? [];
    if (places.length > 0) withdrawn.set(area, places);
    else withdrawn.delete(area);
  }
  return withdrawn;
}

/** The terms with all changed values; `null` removes a member. */
export function changedTerms(terms: SaleTerms, { sale: _, units, opened: __, paused: ___, reopened: ____, ...values }: Change): SaleTerms {
  const members = Object.entries({ ...terms, ...values, units: units === undefined ? terms.units : withUnits(terms.units, units) });
  return Object.fromEntries(members.filter(([, value]) => value !== null)) as unknown as SaleTerms;
}

/** Appends added rows and seats; sets the new quota of an area, or adds the area. */
function withUnits(before: UnitsOffered, { rows = [], seats = [], areas = [] }: UnitsOffered): UnitsOffered {
  const all = {
    rows: [...(before.rows ?? []).map((row) => grown(row, rows)), ...rows.filter((row) => !has(before.rows, row))],
    seats: [...(before.seats ?? []), ...seats],
    areas: [
      ...(before.areas ?? []).map((area) => ({ ...area, quota: areas.find((one) => one.area === area.area)?.quota ?? area.quota })),
      ...areas.filter((area) => !(before.areas ?? []).some((one) => one.area === area.area)),
    ] satisfies Area[],
  };
  return Object.fromEntries(Object.entries(all).filter(([, list]) => list.length > 0));
}

const has = (rows: readonly Row[] = [], { row }: Row): boolean => rows.some((one) => one.row === row);

/** A row with added ranges, which keep their own category. */
function grown(row: Row, rows: readonly Row[]): Row {
  const more = rows.find((one) => one.row === row.row);
  if (more === undefined) return row;
  const inCategory = more.category === undefined ? {} : { category: more.category };
  return { ...row, seats: [...row.seats, ...more.seats.map((range) => ({ ...inCategory, ...range }))] };
}
