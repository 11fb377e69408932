/** How a delivery is settled: acknowledged; redelivered after a delay; or terminated, after its reason is stored as a dead letter. */
export type Settlement =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak'; readonly delayMs: number }
  | { readonly kind: 'term'; readonly reason: string };

export const ACK: Settlement = { kind: 'ack' };
export const nak = (delayMs: number): Settlement => ({ kind: 'nak', delayMs });
export const term = (reason: string): Settlement => ({ kind: 'term', reason });

/** One delivery of a message by a durable consumer. The message is redelivered until it is settled: at least once, not exactly once. */
export interface Delivery {
  readonly subject: string;
  readonly sequence: number;
  /** 1 for the first delivery. */
  readonly deliveries: number;
  /** When the broker stored it: milliseconds since 1970, UTC. */
  readonly storedAt: number;
  readonly body: Uint8Array;
  header(name: string): string | undefined;
  /** All headers, for storing the message. A header with several values has its first one. */
  headers(): Readonly<Record<string, string>>;
  /** Restarts the ack wait: the handler is still working. */
  working(): void;
  settle(settlement: Settlement): void;
}

/** Deliveries of a durable consumer until it is stopped. Reconnects automatically. */
export interface Source extends AsyncIterable<Delivery> {
  stop(): Promise<void>;
}
