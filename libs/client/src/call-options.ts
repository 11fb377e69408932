export interface CallOptions {
  /**
   * The caller's own name for an action that must happen once. A repeated call with the same intent, also from another process with the
   * same key store, is the same request.
   */
  readonly intent?: string;
  /** The caller's own key, used unchanged. Without intent and key a new key is generated for the attempts of this call. */
  readonly key?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
}
