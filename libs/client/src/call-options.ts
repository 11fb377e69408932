export interface CallOptions {
  /** What is to happen once, in the caller's words: asked again, also by another process with the same key store, it is the same request. */
  readonly intent?: string;
  /** The caller's own key, used as it is. Without intent and key a new key is made, for the tries of this call. */
  readonly key?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
}
