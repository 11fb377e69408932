import type { Tenant } from './tenant.js';

/** The account of the streams and the apps. */
const APP_ACCOUNT = 'APP';
const quote = (text: string): string => JSON.stringify(text);

/**
 * NATS limits for the connections of one tenant. A back end needs one connection with one inbox subscription, whatever it has in flight;
 * these limits serve hundreds of back ends.
 */
export const ACCOUNT_LIMITS = {
  connections: 128,
  /** For each connection: a client that subscribes for each request needs as many as it has requests in flight. */
  subscriptions: 512,
  /** Bytes of one message: a body of up to twice the limit and more still gets a response instead of a disconnect. */
  payload: 2 * 1024 * 1024,
} as const;

export const accountOf = (tenant: string): string => `TENANT_${tenant}`;

/**
 * A tenant's account in the server configuration. It has no stream and one permission: to send requests on this tenant's subjects.
 * Replies use subjects that the server creates, so a reply subject of the tenant names nothing outside its account. JetStream is off
 * unless an account enables it. The limits keep one tenant from exhausting the server.
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

/** The line of account APP that permits the tenant's requests. */
export const serviceExport = (tenant: string): string =>
  `{ service: ${quote(`admit.${tenant}.>`)}, accounts: [${quote(accountOf(tenant))}] }`;

/** The configuration that an operator adds to an external server; it holds no secret. */
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
    'and reload the server twice (nats-server --signal reload; imports of a new account work from the second reload on).',
    'The server that `npm start` runs does all of this automatically.',
  ].join('\n');
}
