import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeAccount, encodeActivation, encodeOperator, encodeUser, fmtCreds } from '@nats-io/jwt';
import { nkeys } from '@nats-io/transport-node';
import { writePrivate } from '../process/secrets.js';
import { ACCOUNT_LIMITS, accountOf } from '../tenants/nats-account.js';
import type { Tenant } from '../tenants/tenant.js';
import { APP_USERS, type Rights, rightsOf } from './accounts.js';
import { REPLAY_RIGHTS, REPLAY_SERVICES, REPLAY_USER } from './replay-account.js';

const APP = 'APP';
const REPLAY = 'REPLAY';
const SYSTEM = 'SYS';
/** May push accounts to the server. */
export const SYSTEM_USER = 'system';
/** Exported by account APP to accounts with an activation, each for the subjects of its own tenant. */
const REQUESTS = 'admit.>';
/** No limit: the library's defaults would omit them, which the server reads as 0. */
const UNLIMITED = { subs: -1, data: -1, payload: -1 };
const ACCOUNT_UNLIMITED = { ...UNLIMITED, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: 0 };
const JETSTREAM = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

type KeyPair = ReturnType<typeof nkeys.fromSeed>;

/** A tenant with its own key: only such a tenant can have a signed account. */
export type KeyedTenant = Pick<Tenant, 'tenant' | 'status'> & { readonly natsUser: string };

/**
 * The accounts of accounts.ts as signed JWTs, for a server in operator mode. The folder holds the keys that sign: `keys/<name>.nk`, the
 * credentials of the apps: `creds/<user>.creds`, and of the user that may push accounts: `system.creds`. Missing files are made.
 */
export class SignedAccounts {
  constructor(private readonly folder: string) {}

  get systemCredentials(): string {
    return join(this.folder, 'system.creds');
  }

  get isComplete(): boolean {
    return existsSync(this.systemCredentials);
  }

  /** Lines of the server's configuration. `accountsDir` is the server's folder for pushed accounts. */
  async configuration(accountsDir: string): Promise<string[]> {
    const [app, replay, system] = [this.key(APP), this.key(REPLAY), this.key(SYSTEM)];
    const operator = await encodeOperator('admit-one', this.key('operator'), { system_account: system.getPublicKey() });
    const preloaded = [
      [system, await this.account(SYSTEM, { limits: ACCOUNT_UNLIMITED })],
      [app, await this.account(APP, { limits: { ...ACCOUNT_UNLIMITED, ...JETSTREAM }, exports: exportsOfApp() })],
      [replay, await this.account(REPLAY, { limits: ACCOUNT_UNLIMITED, imports: await this.replayImports() })],
    ] as const;
    await this.writeCredentials();
    return [
      `operator: ${operator}`,
      `system_account: ${system.getPublicKey()}`,
      `resolver { type: full, dir: ${JSON.stringify(accountsDir)}, allow_delete: false, interval: "2m" }`,
      'resolver_preload {',
      ...preloaded.map(([key, jwt]) => `  ${key.getPublicKey()}: ${jwt}`),
      '}',
    ];
  }

  /** The account of a tenant. The users of a disabled one are signed by a key that the account does not name. */
  async tenantAccount({ tenant, status }: KeyedTenant): Promise<string> {
    const { connections, subscriptions, payload } = ACCOUNT_LIMITS;
    const subject = `admit.${tenant}.>`;
    return this.account(accountOf(tenant), {
      limits: { ...ACCOUNT_UNLIMITED, conn: connections, subs: subscriptions, payload },
      signing_keys: status === 'active' ? [this.signingKey(tenant).getPublicKey()] : [],
      imports: [await this.importOf(accountOf(tenant), subject, subject)],
    });
  }

  /** The JWT of a tenant's user: with the seed of its key it is the login. */
  tenantUser({ tenant, natsUser }: KeyedTenant): Promise<string> {
    const permissions = { pub: { allow: [`admit.${tenant}.>`] }, sub: { allow: ['_INBOX.>'] } };
    const issuer = { issuer_account: this.key(accountOf(tenant)).getPublicKey() };
    return encodeUser(tenant, natsUser, this.signingKey(tenant), { ...UNLIMITED, ...permissions, ...issuer });
  }

  /** Invalidates every existing JWT of the tenant's users: the next pushed account names another key. */
  renewSigningKey(tenant: string): void {
    this.makeKey(signingKeyOf(tenant), nkeys.createAccount());
  }

  private account(name: string, claims: Parameters<typeof encodeAccount>[2]): Promise<string> {
    return encodeAccount(name, this.key(name), claims, { signer: this.key('operator') });
  }

  private async writeCredentials(): Promise<void> {
    for (const user of APP_USERS) await this.credentials(join('creds', user), user, APP, rightsOf(user));
    await this.credentials(join('creds', REPLAY_USER), REPLAY_USER, REPLAY, REPLAY_RIGHTS);
    await this.credentials('system', SYSTEM_USER, SYSTEM);
  }

  private async credentials(name: string, user: string, account: string, rights?: Rights): Promise<void> {
    const file = join(this.folder, `${name}.creds`);
    if (existsSync(file)) return;
    const key = nkeys.createUser();
    writePrivate(
      file,
      new TextDecoder().decode(fmtCreds(await encodeUser(user, key, this.key(account), { ...UNLIMITED, ...permissionsOf(rights) }), key)),
    );
  }

  private replayImports() {
    return Promise.all(REPLAY_SERVICES.map(({ subject, to }) => this.importOf(REPLAY, subject, to)));
  }

  private async importOf(importer: string, subject: string, localSubject: string) {
    const token = await encodeActivation(subject, this.key(importer), this.key(APP), 'service', { subject });
    return { name: subject, account: this.key(APP).getPublicKey(), subject, local_subject: localSubject, type: 'service' as const, token };
  }

  private signingKey(tenant: string): KeyPair {
    return this.key(signingKeyOf(tenant));
  }

  private key(name: string): KeyPair {
    const file = this.keyFile(name);
    if (!existsSync(file)) this.makeKey(name, name === 'operator' ? nkeys.createOperator() : nkeys.createAccount());
    return nkeys.fromSeed(new TextEncoder().encode(readFileSync(file, 'utf8').trim()));
  }

  private makeKey(name: string, key: KeyPair): void {
    writePrivate(this.keyFile(name), `${new TextDecoder().decode(key.getSeed())}\n`);
  }

  private keyFile(name: string): string {
    return join(this.folder, 'keys', `${name}.nk`);
  }
}

const signingKeyOf = (tenant: string): string => `${accountOf(tenant)}.signing`;

const permissionsOf = (rights: Rights | undefined) =>
  rights === undefined
    ? {}
    : { pub: { allow: [...rights.publish], deny: [...(rights.publishNot ?? [])] }, sub: { allow: [...rights.subscribe] } };

const exportsOfApp = () => [
  { name: 'requests', subject: REQUESTS, type: 'service' as const, token_req: true },
  ...REPLAY_SERVICES.map(({ subject, isStream }) => ({
    name: subject,
    subject,
    type: 'service' as const,
    token_req: true,
    ...(isStream && { response_type: 'Stream' as const }),
  })),
];
