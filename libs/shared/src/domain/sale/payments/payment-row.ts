import type { OrderId, PaymentId } from '../../../kernel/ids.js';
import type { RefundReason } from '../events.js';
import type { Payment } from './payment.js';

/** A payment in a snapshot, followed by its facts: name and amount alternately. Amounts are texts, because JSON has no bigint. */
export type PaymentRow = readonly [
  payment: PaymentId,
  order: OrderId,
  currency: string,
  received: string | null,
  foreign: 0 | 1,
  matched: 0 | 1,
  receivedAt: number,
  refunds: string,
  refundsFailed: string,
  refundedTotal: string,
  disputesLost: string,
  disputesOpen: string,
  owed: readonly [amount: string, reason: RefundReason] | null,
  ...facts: readonly string[],
];

const BEFORE_FACTS = 13;

export function paymentRow(payment: Payment): PaymentRow {
  const { received, owed, facts } = payment;
  return [
    payment.payment,
    payment.order,
    payment.currency,
    received === undefined ? null : `${received}`,
    payment.foreign ? 1 : 0,
    payment.matched ? 1 : 0,
    payment.receivedAt,
    `${payment.refunds}`,
    `${payment.refundsFailed}`,
    `${payment.refundedTotal}`,
    `${payment.disputesLost}`,
    `${payment.disputesOpen}`,
    owed === undefined ? null : [`${owed.amount}`, owed.reason],
    ...[...facts].flatMap(([name, amount]) => [name, `${amount}`]),
  ];
}

export function paymentOf(row: PaymentRow): Payment {
  const [payment, order, currency, received, foreign, matched, receivedAt] = row;
  const [, , , , , , , refunds, refundsFailed, refundedTotal, disputesLost, disputesOpen, owed] = row;
  const facts = new Map<string, bigint>();
  for (let cell = BEFORE_FACTS; cell < row.length; cell += 2) facts.set(row[cell] as string, BigInt(row[cell + 1] as string));
  return {
    ...{ payment, order, currency, receivedAt, facts },
    received: received === null ? undefined : BigInt(received),
    foreign: foreign === 1,
    matched: matched === 1,
    refunds: BigInt(refunds),
    refundsFailed: BigInt(refundsFailed),
    refundedTotal: BigInt(refundedTotal),
    disputesLost: BigInt(disputesLost),
    disputesOpen: BigInt(disputesOpen),
    owed: owed === null ? undefined : { amount: BigInt(owed[0]), reason: owed[1] },
  };
}
