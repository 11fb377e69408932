import type { Tenant } from './tenant.js';

/** The account that holds the streams and the apps. */
const APP_ACCOUNT = 'APP';
const quote = (text: string): string => JSON.stringify(text);

/**
 * What the connections of one tenant may take of the server. A back end needs one connection with one subscription for its inbox, whatever it
 * has in flight; these are hundreds of back ends.
 */
export const ACCOUNT_LIMITS = {
  connections: 128,
  /** Of each connection: a client that subscribes for each request anew needs as many as it has in flight. */
  subscriptions: 512,
  /** Bytes of one message: twice the longest body and more still hear an answer instead of being cut off. */
  payload: 2 * 1024 * 1024,
} as const;

export const accountOf = (tenant: string): string => `TENANT_${tenant}`;

/**
 * A tenant's account in the server's configuration. It holds no stream and one right: to ask what is addressed to this tenant. Replies
 * travel as the server's own subjects, so that a reply subject of the tenant's choosing names nothing outside its account. JetStream is off
 * where an account does not turn it on, and its limits keep one tenant from what the others need of the server.
 */
export function tenantAccount(tenant: string, login: string): string[] {
  const subject = quote(`admit.${tenant}.>`);
  const { connections, subscriptions, payload } = ACCOUNT_LIMITS;
  return [
    `  ${quote(accountOf(tenant))} {`,
    `    limits { max_connections: ${connections}, max_subscriptions: ${subscriptions}, max_payload: ${payload}, max_leafnodes: 0 }`,
    `    users: [ { ${login}, permissions: { publish: { allow: [${subject}] }, subscribe: { allow: ["_INBOX.>"] } } } ]`,
    `    imports: [ { service: { account: ${APP_ACCOUNT}, subject: ${subject} } } ]`,
    '  }',
  ];
}

/** The line of account APP that lets the tenant ask. */
export const serviceExport = (tenant: string): string =>
  `{ service: ${quote(`admit.${tenant}.>`)}, accounts: [${quote(accountOf(tenant))}] }`;

/** What an operator puts into the configuration of a server that is not ours; nothing in it is secret. */
export function accountInstructions({ tenant, natsUser }: Pick<Tenant, 'tenant' | 'natsUser'>): string {
  if (natsUser === undefined) return `The NATS user of ${tenant} has a password, which is in the configuration of the server.`;
  return [
    'Put this into `accounts { … }` of the NATS configuration,',
    '',
    ...tenantAccount(tenant, `nkey: ${quote(natsUser)}`),
    '',
    `this into the exports of account ${APP_ACCOUNT},`,
    '',
    `  ${serviceExport(tenant)}`,
    '',
    'and reload the server twice (nats-server --signal reload; what a new account imports works from the second reload on).',
    'The server that `npm start` runs does all of this by itself.',
  ].join('\n');
}
