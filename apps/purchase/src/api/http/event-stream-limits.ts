/** Limits of event streams in one process. */
export interface EventStreamLimits {
  /** Open streams per tenant; each needs a consumer on the server and a connection here. */
  readonly perTenant: number;
  /** Open streams of all tenants. */
  readonly inAll: number;
  /** The interval of heartbeats; proxies close silent connections after a minute. */
  readonly heartbeatMs: number;
  /** A reader that reads nothing for this long is disconnected; it resumes with its last cursor and misses nothing. */
  readonly slowReaderMs: number;
}

export const EVENT_STREAM_LIMITS: EventStreamLimits = { perTenant: 16, inAll: 512, heartbeatMs: 15_000, slowReaderMs: 10_000 };
