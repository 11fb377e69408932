import type { UnitId } from '../kernel/ids.js';
import type { Event } from './recorded.js';
import type { Money, OrderPlaced, RefundPaid, TicketOfUnit } from './sale/events.js';
import type { SaleTerms, UnitsOffered } from './sale/terms.js';

/** Converts the data of one version of an event to the next. Pure, and unchanged once a log may contain the version that it reads. */
export type Upcast = (data: never) => unknown;
export type EventType = Event['type'];

interface OrderPlacedV1 extends Omit<OrderPlaced['data'], 'tickets'> {
  readonly tickets: readonly TicketOfUnit[];
}

/** Sales had one price: every ticket has the same share of the total. */
function pricedTickets({ tickets, ...placed }: OrderPlacedV1): OrderPlaced['data'] {
  const price = `${BigInt(placed.total.amount) / BigInt(tickets.length)}`;
  return { ...placed, tickets: tickets.map((ticket) => ({ ...ticket, price })) };
}

interface SaleOpenedV1 extends Omit<SaleTerms, 'currency' | 'prices' | 'units'> {
  readonly price: Money;
  readonly units:
    | { readonly seats: readonly UnitId[] }
    | { readonly rows: readonly { readonly row: string; readonly from: number; readonly to: number }[] }
    | { readonly quota: number };
}

/** Sales had one price and one kind of units, as the short forms of a request. */
const offered = ({ price: { amount, currency }, units, ...terms }: SaleOpenedV1): SaleTerms => ({
  ...terms,
  currency,
  prices: [{ amount }],
  units: unitsOffered(units),
});

function unitsOffered(units: SaleOpenedV1['units']): UnitsOffered {
  if ('seats' in units) return { seats: units.seats.map((unit) => ({ unit })) };
  if ('rows' in units) return { rows: units.rows.map(({ row, from, to }) => ({ row, seats: [{ from, to }] })) };
  return { areas: [{ quota: units.quota }] };
}

/** The amount was the total refunded so far; refunds had no ids. */
const refundedInAll = ({ amount, ...paid }: Omit<RefundPaid['data'], 'amount'> & Money): RefundPaid['data'] => ({
  ...paid,
  refundedTotal: amount,
});

/** A member accepts more values, or an optional member was added; all others keep their meaning. */
const asItWas: Upcast = (data) => data;

/**
 * Every event that the log may contain, with the upcasts of its older versions: the first converts version 1 to 2, the next 2 to 3. An
 * event without upcasts has version 1. Logs are never rewritten, so no entry is ever removed.
 */
export const UPCASTS: Readonly<Record<EventType, readonly Upcast[]>> = {
  CommandDecided: [],
  SaleOpened: [offered, asItWas, asItWas],
  SaleClosed: [],
  SaleChanged: [asItWas],
  OrderPlaced: [pricedTickets, asItWas],
  OrderConfirmed: [],
  OrderPaymentChanged: [],
  OrderExpired: [],
  OrderCancelled: [asItWas],
  TicketsEnded: [],
  OrderRestored: [asItWas],
  OrderRefunded: [],
  UnitsReleased: [],
  MintsRequested: [asItWas],
  MintsHeld: [],
  MintsResumed: [asItWas],
  MintFailureNoted: [],
  RevocationsRequested: [],
  PaymentReceived: [],
  PaymentFailed: [],
  RefundOwed: [asItWas, asItWas],
  RefundPaid: [refundedInAll],
  RefundFailed: [],
  DisputeOpened: [],
  DisputeWon: [],
  DisputeLost: [],
  PaymentReportSetAside: [],
  MintPlanned: [asItWas, asItWas],
  MintSubmitted: [],
  MintAttemptDied: [],
  MintCompleted: [asItWas],
  MintFailed: [],
  MintCancelled: [],
  MintRevokeSubmitted: [],
  MintRevokeDied: [],
  MintRevoked: [],
  MintVoided: [],
  EventSuspended: [],
};

/** The events that tenants receive. Decisions are excluded: they are the response of their caller. */
export const EVENT_TYPES = (Object.keys(UPCASTS) as EventType[]).filter((type) => type !== 'CommandDecided');

type Upcasts = Readonly<Record<string, readonly Upcast[]>>;

/** The version that is written now. */
export const versionOf = (type: EventType, upcasts: Upcasts = UPCASTS): number => 1 + (upcasts[type]?.length ?? 0);

/** The conversion from a version of an event to its latest one; `undefined` if this software knows no such event or version. */
export function upcastFrom(type: string, version: number, upcasts: Upcasts = UPCASTS): ((data: unknown) => unknown) | undefined {
  const all = Object.hasOwn(upcasts, type) ? upcasts[type] : undefined;
  if (all === undefined || version < 1 || version > 1 + all.length) return undefined;
  const steps = all.slice(version - 1);
  return (data) => steps.reduce<unknown>((lifted, step) => step(lifted as never), data);
}
