import type { LogState } from '../projection/checkpoint.js';
import type { LoggedMessage } from '../projection/commit-place.js';

/** A message that comes again until it is acknowledged. */
export interface DeliveredMessage extends LoggedMessage {
  ack(): void;
}

/** EVENTS, as the projector takes it in. */
export interface EventsLog {
  state(): Promise<LogState>;
  /**
   * Everything from `sequence` on, as it comes, for as long as the connection holds and `signal` is not aborted. Whatever was handed out
   * before is forgotten: the caller's checkpoint is the cursor, not the broker's.
   * @throws Fault `log-unreachable` when the connection is lost; the next call begins anew
   */
  from(sequence: number, signal: AbortSignal): AsyncIterable<DeliveredMessage[]>;
  /** The first commit of this tenant at `sequence` or later, as the leader has it now. It comes beside `from`, whose cursor stays as it is. */
  nextOf(tenant: string, sequence: number): Promise<LoggedMessage | undefined>;
}
