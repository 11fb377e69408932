/** The ledger itself, and the schema a replay rebuilds it in, table for table. */
export const LIVE = 'ledger';
export const SHADOW = 'ledger_shadow';
export type Schema = typeof LIVE | typeof SHADOW;

/** The roles of the database. None of those that apps log in with owns a table or passes by row-level security. */
export const OWNER = 'admit_owner';
export const PROJECTOR = 'admit_projector';
export const READER = 'admit_reader';
export const REPLAY = 'admit_replay';

/** What readers are confined by: the tenant of the transaction. A setting that was never made, or was reset, is no tenant at all. */
export const TENANT_SETTING = 'app.tenant';

/** The one row of the checkpoint table: how far EVENTS is in the ledger. */
export const CHECKPOINT = 'EVENTS';
