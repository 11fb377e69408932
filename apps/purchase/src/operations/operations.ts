import { eventList } from './event/list.js';
import { saleSweep, ticketMintFailed, ticketRelease } from './internal.js';
import { type Decided, isMutation, type Mutation, type Operation } from './operation.js';
import { orderCancel, orderRefund } from './order/end.js';
import { orderPlace } from './order/place.js';
import { orderGet } from './order/read.js';
import { paymentConfirm, paymentDisputed, paymentFail, paymentRefunded, paymentRefundFailed } from './payment/report.js';
import { saleChange } from './sale/change.js';
import { saleClose } from './sale/close.js';
import { saleList } from './sale/list.js';
import { saleOpen } from './sale/open.js';
import { saleGet, saleRefundsDue } from './sale/read.js';
import { saleUnits } from './sale/units.js';
import { ticketMint } from './ticket/mint.js';
import { ticketGet, ticketReceipt } from './ticket/read.js';
import { webhookOperations } from './webhook/operations.js';

const byName = <O extends { readonly name: string }>(list: readonly O[]) =>
  Object.fromEntries(list.map((operation) => [operation.name, operation])) as { readonly [One in O as One['name']]: One };

/**
 * Every operation of the API. The NATS endpoints, the HTTP routes, both API documents and the client kit's types are generated from this
 * list: a new operation is one file and one line here.
 */
export const OPERATIONS = byName([
  saleOpen,
  saleClose,
  saleChange,
  orderPlace,
  orderCancel,
  orderRefund,
  paymentConfirm,
  paymentFail,
  paymentRefunded,
  paymentRefundFailed,
  paymentDisputed,
  ticketMint,
  saleList,
  saleGet,
  saleUnits,
  saleRefundsDue,
  orderGet,
  ticketGet,
  ticketReceipt,
  eventList,
  ...webhookOperations,
]);

/** Operations of reactors, not available to callers. */
const INTERNAL = byName([saleSweep, ticketMintFailed, ticketRelease]);

type Listed = (typeof OPERATIONS)[keyof typeof OPERATIONS];
export type MutationName = Extract<Listed, { readonly status: number }>['name'];
/** The operation of a command. */
export type OperationName = MutationName | keyof typeof INTERNAL;

export const operations = (): Operation[] => Object.values(OPERATIONS);
export const mutations = (): Mutation[] => operations().filter(isMutation);

const commandNamed = (name: string): Decided | Operation | undefined => {
  if (Object.hasOwn(INTERNAL, name)) return INTERNAL[name as keyof typeof INTERNAL];
  return Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name as MutationName] : undefined;
};

/** Whether it is the operation of a command: a mutation, or an internal operation of a reactor. */
export const isOperation = (name: string): name is OperationName => 'decide' in (commandNamed(name) ?? {});
export const operation = (name: OperationName): Decided & Partial<Mutation> => commandNamed(name) as Decided & Partial<Mutation>;
