/** Limits of event streams in one process. */
export const EVENT_STREAM_LIMITS = {
  /** Open streams per tenant; each needs a consumer on the server and a connection here. */
  perTenant: 16,
  /** Open streams of all tenants. */
  inAll: 512,
  /** The interval of heartbeats; proxies close silent connections after a minute. */
  heartbeatMs: 15_000,
  /** A reader that reads nothing for this long is disconnected; it resumes with its last cursor and misses nothing. */
  slowReaderMs: 10_000,
} as const;
