/** What becomes of a delivery: done; again after a while; or never again (its reason is kept as a dead letter first). */
export type Settlement =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak'; readonly delayMs: number }
  | { readonly kind: 'term'; readonly reason: string };

export const ACK: Settlement = { kind: 'ack' };
export const nak = (delayMs: number): Settlement => ({ kind: 'nak', delayMs });
export const term = (reason: string): Settlement => ({ kind: 'term', reason });

/** One message handed over by a durable consumer. It comes again until it is settled: at least once, never exactly once. */
export interface Delivery {
  readonly subject: string;
  readonly sequence: number;
  /** 1 for the first delivery. */
  readonly deliveries: number;
  /** When the broker stored it: milliseconds since 1970, UTC. */
  readonly storedAt: number;
  readonly body: Uint8Array;
  header(name: string): string | undefined;
  /** All of them, for whoever keeps the message; a name that came several times has its first value. */
  headers(): Readonly<Record<string, string>>;
  /** Says that the work goes on: the acknowledgement clock starts again. */
  working(): void;
  settle(settlement: Settlement): void;
}

/** A durable consumer's deliveries, for as long as it is not stopped. Reconnects by itself. */
export interface Source extends AsyncIterable<Delivery> {
  stop(): Promise<void>;
}
