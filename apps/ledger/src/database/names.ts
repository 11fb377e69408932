/** The live ledger, and the schema in which a replay rebuilds it with the same tables. */
export const LIVE = 'ledger';
export const SHADOW = 'ledger_shadow';
export type Schema = typeof LIVE | typeof SHADOW;

/** The roles of the database. No login role of an app owns a table or bypasses row-level security. */
export const OWNER = 'admit_owner';
export const PROJECTOR = 'admit_projector';
export const READER = 'admit_reader';
export const REPLAY = 'admit_replay';

/** The tenant of the transaction, to which readers are confined. An unset or reset setting matches no tenant. */
export const TENANT_SETTING = 'app.tenant';

/** The one row of the checkpoint table: the ledger's position in EVENTS. */
export const CHECKPOINT = 'EVENTS';
