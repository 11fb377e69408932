import type { OperationName } from './operations.js';

/** One request, the same on every try. */
export interface OutgoingRequest {
  readonly operation: OperationName;
  readonly body: object;
  /** Absent for reads. */
  readonly key?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** An answer of the service, whatever it says. */
export interface Response {
  readonly status: number;
  readonly body: string;
  readonly replayed: boolean;
  readonly retryAfterMs: number | undefined;
}

/** No answer: the request may have arrived or not, and its answer may have been lost. */
export interface NoResponse {
  readonly lost: string;
  /** Nothing can be asked by this transport any more. */
  readonly final?: boolean;
}

/** How requests travel. */
export interface Transport {
  request(asked: OutgoingRequest, timeoutMs: number): Promise<Response | NoResponse>;
  close(): Promise<void>;
}
