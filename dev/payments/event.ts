/** What the provider is told to have happened with money. */
export interface PaymentOrder {
  readonly tenant: string;
  readonly sale: string;
  readonly order: string;
  /** Minor units. */
  readonly amount: string;
  readonly currency: string;
  /** Made when it is not given; the same payment may succeed and be refunded later. */
  readonly payment?: string;
  /** Of a refund: its id, and what went back in all so far. */
  readonly refund?: string;
  readonly refundedTotal?: string;
  /** Of a dispute: its id. */
  readonly dispute?: string;
}

export const OUTCOMES = ['succeeded', 'failed', 'refunded', 'dispute.opened', 'dispute.won', 'dispute.lost'] as const;
export type PaymentOutcome = (typeof OUTCOMES)[number];

/** Ways in which a provider, or somebody who says to be one, does not tell the truth. */
export const WEBHOOK_FAULTS = [
  'wrong-amount',
  'wrong-currency',
  'unknown-order',
  'bad-signature',
  'old-timestamp',
  'flipped-byte',
] as const;
export type WebhookFault = (typeof WEBHOOK_FAULTS)[number];

/** What goes wrong on purpose. */
export interface WebhookFaults {
  /** How many copies of the event are delivered, each until it is taken. */
  readonly copies?: number;
  /** Before the first delivery. */
  readonly delayMs?: number;
  /** Keeps it back until `release`, which may turn the order around. */
  readonly hold?: boolean;
  readonly lie?: WebhookFault;
}

/** One event: its id, which is the same for all its copies and tries, and its bytes. */
export interface PaymentEvent {
  readonly id: string;
  readonly payment: string;
  readonly body: string;
  readonly lie?: WebhookFault;
}
