import type { OperationName } from './operations.js';

export interface HttpAccess {
  /** The service's address, such as `https://tickets.example`. */
  readonly url: string;
  readonly apiKey: string;
}

/** One request, the same on every attempt. */
export interface OutgoingRequest {
  readonly operation: OperationName;
  readonly body: object;
  /** Absent for reads. */
  readonly key?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** A response of the service, with any status. */
export interface Response {
  readonly status: number;
  readonly body: string;
  readonly replayed: boolean;
  readonly retryAfterMs: number | undefined;
}

/** No response: the request may or may not have arrived, or the response was lost. */
export interface NoResponse {
  readonly lost: string;
  /** True when this transport can send no further request. */
  readonly final?: boolean;
}

/** A way to send requests. */
export interface Transport {
  /** Access to the event stream. */
  readonly access?: HttpAccess;
  request(asked: OutgoingRequest, timeoutMs: number): Promise<Response | NoResponse>;
  close(): Promise<void>;
}
