import type { Event } from './recorded.js';

/** Makes the data of one version of an event the data of the next. Pure, and never changed once a log may hold what it reads. */
export type Upcast = (data: never) => unknown;
export type EventType = Event['type'];

/**
 * Every event that the log may hold, with what lifts its older versions: the first makes version 2 of version 1, the next 3 of 2. An event with
 * none is of version 1. Logs are never rewritten, so nothing here is ever taken out.
 */
export const UPCASTS: Readonly<Record<EventType, readonly Upcast[]>> = {
  CommandDecided: [],
  SaleOpened: [],
  SaleClosed: [],
  OrderPlaced: [],
  OrderConfirmed: [],
  OrderExpired: [],
  OrderCancelled: [],
  OrderRestored: [],
  OrderRefunded: [],
  UnitsReleased: [],
  MintsRequested: [],
  MintFailureNoted: [],
  RevocationsRequested: [],
  PaymentReceived: [],
  PaymentFailed: [],
  RefundOwed: [],
  RefundPaid: [],
  MintPlanned: [],
  MintSubmitted: [],
  MintAttemptDied: [],
  MintCompleted: [],
  MintFailed: [],
  MintCancelled: [],
  MintRevokeSubmitted: [],
  MintRevokeDied: [],
  MintRevoked: [],
  MintVoided: [],
};

type Upcasts = Readonly<Record<string, readonly Upcast[]>>;

/** The version that is written. */
export const versionOf = (type: EventType, upcasts: Upcasts = UPCASTS): number => 1 + (upcasts[type]?.length ?? 0);

/** Every event in every version that can be read. */
export function readableVersions(): { readonly type: string; readonly version: number }[] {
  return Object.entries(UPCASTS).flatMap(([type, steps]) =>
    Array.from({ length: 1 + steps.length }, (_, index) => ({ type, version: 1 + index })),
  );
}

/** Data of some version of an event as its latest version has it; `undefined` when this software does not know the event or the version. */
export function upcast(type: string, version: number, data: unknown, upcasts: Upcasts = UPCASTS): { readonly data: unknown } | undefined {
  const steps = Object.hasOwn(upcasts, type) ? upcasts[type] : undefined;
  if (steps === undefined || version < 1 || version > 1 + steps.length) return undefined;
  let lifted = data;
  for (const step of steps.slice(version - 1)) lifted = step(lifted as never);
  return { data: lifted };
}
