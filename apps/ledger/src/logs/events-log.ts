import type { LogState } from '../projection/checkpoint.js';
import type { LoggedMessage } from '../projection/commit-place.js';

/** A message that is redelivered until it is acknowledged. */
export interface DeliveredMessage extends LoggedMessage {
  ack(): void;
}

/** EVENTS as the projector reads it. */
export interface EventsLog {
  state(): Promise<LogState>;
  /**
   * All messages from `sequence` on, as long as the connection holds and `signal` is not aborted. Restarts at `sequence`: the cursor is
   * the caller's checkpoint, not the broker's position.
   * @throws Fault `log-unreachable` when the connection is lost; the next call restarts
   */
  from(sequence: number, signal: AbortSignal): AsyncIterable<DeliveredMessage[]>;
  /** The tenant's first commit at `sequence` or later, as of the leader's current state. Does not affect the cursor of `from`. */
  nextOf(tenant: string, sequence: number): Promise<LoggedMessage | undefined>;
}
