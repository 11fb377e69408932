import { STREAMS } from '#shared/platform/topology/streams.js';

/** The users of account APP that are held to least rights: all but `provision`. */
export const APPS = ['edge', 'purchase', 'minter', 'ledger', 'webhooks', 'operator'];

/** Whose subjects are whose. */
export const MAY_STORE: Readonly<Record<string, RegExp>> = {
  purchase: /^(ev\.acme\.sale|cmd|mint|timer|dead|hook)\./,
  webhooks: /^hook\.acme\.crm\.x$/, // a sale has events; it asks for nothing else
  minter: /^(ev\.acme\.mint|dead)\./,
  operator: /^(ev\.acme\.ledger|cmd|mint)\./, // decisions on the ledger; events set aside, sent once more
};

/** Only an operator changes streams. */
export const MAY_CARE: Readonly<Record<string, readonly string[]>> = {
  operator: STREAMS.map(({ name }) => `SNAPSHOT.${name}`),
};
