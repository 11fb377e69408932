/** The public interface of the kit; other files of the package are internal. */
export type { CallOptions } from './call-options.js';
export { AdmitClient, type ClientOptions } from './client.js';
export type { EventsOptions, TenantEvent } from './events.js';
export { type KeyStore, MemoryKeys } from './keys.js';
export { LedgerClient, type LedgerQuery } from './ledger.js';
export type * from './ledger-answers.js';
export type * from './operations.js';
export type { Done, Outcome, Refused, Unknown } from './outcome.js';
export { type FieldError, type Problem, RequestRejected } from './problem.js';
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry-policy.js';
export type { HttpAccess } from './transport.js';
