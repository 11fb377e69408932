import type { Tenant } from './tenant.js';

/** The account that holds the streams and the apps. */
const APP_ACCOUNT = 'APP';
const quote = (text: string): string => JSON.stringify(text);

export const accountOf = (tenant: string): string => `TENANT_${tenant}`;

/**
 * A tenant's account in the server's configuration. It holds no stream and one right: to ask what is addressed to this tenant. Replies
 * travel as the server's own subjects, so that a reply subject of the tenant's choosing names nothing outside its account.
 */
export function tenantAccount(tenant: string, login: string): string[] {
  const subject = quote(`admit.${tenant}.>`);
  return [
    `  ${quote(accountOf(tenant))} {`,
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
