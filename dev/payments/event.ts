/** A payment event to report. */
export interface PaymentOrder {
  readonly tenant: string;
  readonly sale: string;
  readonly order: string;
  /** Minor units. */
  readonly amount: string;
  readonly currency: string;
  /** Generated if absent; the same payment may succeed and be refunded later. */
  readonly payment?: string;
  /** For a refund: its id, and the total refunded so far. */
  readonly refund?: string;
  readonly refundedTotal?: string;
  /** For a dispute: its id. */
  readonly dispute?: string;
}

export const OUTCOMES = ['succeeded', 'failed', 'refunded', 'refund.failed', 'dispute.opened', 'dispute.won', 'dispute.lost'] as const;
export type PaymentOutcome = (typeof OUTCOMES)[number];

/** Faults in the content or signature of a webhook, from a faulty provider or an impostor. */
export const WEBHOOK_FAULTS = [
  'wrong-amount',
  'wrong-currency',
  'unknown-order',
  'bad-signature',
  'old-timestamp',
  'flipped-byte',
] as const;
export type WebhookFault = (typeof WEBHOOK_FAULTS)[number];

/** Faults to inject. */
export interface WebhookFaults {
  /** Number of copies of the event; each is retried until the receiver accepts it. */
  readonly copies?: number;
  /** Delay before the first delivery. */
  readonly delayMs?: number;
  /** Holds the event back until `release`, which may reorder events. */
  readonly hold?: boolean;
  readonly lie?: WebhookFault;
}

/** One event: its bytes, and its id, which all copies and attempts share. */
export interface PaymentEvent {
  readonly id: string;
  readonly payment: string;
  readonly body: string;
  /** Absent: Standard Webhooks. */
  readonly form?: 'stripe';
  readonly lie?: WebhookFault;
}
