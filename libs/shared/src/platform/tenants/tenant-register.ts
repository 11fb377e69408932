import type { NatsConnection } from '@nats-io/transport-node';
import { type Retries, retried } from '../../kernel/concurrency/retried.js';
import { Fault } from '../../kernel/fault.js';
import { TENANT_PATTERN } from '../../kernel/ids.js';
import {
  hashApiKey,
  isApiKey,
  isStripeSecret,
  isWebhookSecret,
  newApiKey,
  newCursorKey,
  newNatsUser,
  newWebhookSecret,
} from './credentials.js';
import { type Grant, goodAt, MAX_READ_KEYS, Tenant } from './tenant.js';
import { TenantsBucket } from './tenants-bucket.js';

/** A server that reloads its configuration, as it does for a new tenant, may lose a request. */
const READ_AGAIN: Retries = { withinMs: 10_000, pauseMs: 200, onRetry: () => undefined };
/** Attempts when two operators change one record at once. */
const MAX_TRIES = 8;
/** An operator needs a read key for one session; the console requests the next one automatically. */
const READ_KEY_MS = 3_600_000;
/** The environment may provide these instead of generated ones, for development and for moving a tenant from another installation. */
export interface Given {
  readonly apiKey?: string | undefined;
  readonly webhookSecret?: string | undefined;
  /** True when the server configuration has the user's password: no key pair is generated. */
  readonly hasNatsPassword?: boolean | undefined;
  readonly grants?: readonly Grant[] | undefined;
}

/** Shown once and never stored in this form, except for the webhook secret. */
export interface Issued {
  readonly tenant: Tenant;
  readonly apiKey?: string;
  readonly webhookSecret?: string;
  readonly natsSeed?: string;
}

export interface Rotation {
  readonly apiKey: boolean;
  readonly webhookSecret: boolean;
  readonly natsUser: boolean;
  /** How long a rotated credential stays valid. */
  readonly overlapMs: number;
}

/** Writes tenant records for `admit tenant`. */
export class TenantRegister {
  private constructor(private readonly bucket: TenantsBucket) {}

  static async on(connection: NatsConnection): Promise<TenantRegister> {
    return new TenantRegister(await TenantsBucket.on(connection));
  }

  /** @returns the tenant's credentials, or `undefined` when it exists already @throws Fault `tenant-refused` */
  async create(name: string, given: Given = {}): Promise<Issued | undefined> {
    const problems = problemsOf(name, given);
    if (problems.length > 0) throw new Fault('tenant-refused', { tenant: name, problems });
    const apiKey = given.apiKey ?? newApiKey();
    const webhookSecret = given.webhookSecret ?? newWebhookSecret();
    const user = given.hasNatsPassword === true ? undefined : newNatsUser();
    const now = new Date().toISOString();
    const tenant = Tenant.parse({
      tenant: name,
      status: 'active',
      apiKeys: [{ hash: hashApiKey(apiKey) }],
      webhookSecrets: [{ secret: webhookSecret }],
      cursorKey: newCursorKey(),
      ...(user && { natsUser: user.publicKey }),
      ...(given.grants && { grants: [...given.grants] }),
      createdAt: now,
      changedAt: now,
    });
    if ((await this.bucket.get(name)) !== undefined || !(await this.bucket.put(tenant, 0))) return undefined;
    return { tenant, apiKey, webhookSecret, ...(user && { natsSeed: user.seed }) };
  }

  /** Issues new credentials; the newest of the old ones stay valid for a while. */
  async rotate(name: string, { apiKey, webhookSecret, natsUser, overlapMs }: Rotation): Promise<Issued> {
    const key = apiKey ? newApiKey() : undefined;
    const secret = webhookSecret ? newWebhookSecret() : undefined;
    const user = natsUser ? newNatsUser() : undefined;
    const tenant = await this.change(name, (before, now) => ({
      ...before,
      apiKeys: key === undefined ? before.apiKeys : [{ hash: hashApiKey(key) }, ...goodFor(before.apiKeys, now, overlapMs)],
      webhookSecrets: secret === undefined ? before.webhookSecrets : [{ secret }, ...goodFor(before.webhookSecrets, now, overlapMs)],
      ...(user && { natsUser: user.publicKey }),
    }));
    return { tenant, ...(key && { apiKey: key }), ...(secret && { webhookSecret: secret }), ...(user && { natsSeed: user.seed }) };
  }

  /**
   * Stores the signing secret that Stripe shows for the tenant's endpoint; the previous one stays valid for a while. Without a secret,
   * events of Stripe are rejected.
   * @throws Fault `tenant-refused`
   */
  async setStripeSecret(name: string, secret: string | undefined, overlapMs: number): Promise<Tenant> {
    if (secret !== undefined && !isStripeSecret(secret))
      throw new Fault('tenant-refused', { tenant: name, problems: [STRIPE_SECRET_ALLOWED] });
    return this.change(name, ({ stripeSecrets = [], ...before }, now) => {
      if (secret === undefined) return before;
      const rest = stripeSecrets.filter((one) => one.secret !== secret); // a repeated secret is no rotation
      return { ...before, stripeSecrets: [{ secret }, ...goodFor(rest, now, overlapMs)] };
    });
  }

  /** Issues an API key that only reads and expires within an hour. All other keys stay valid. @throws Fault `tenant-refused` */
  async issueReadKey(name: string): Promise<{ readonly apiKey: string; readonly until: number }> {
    const apiKey = newApiKey();
    const until = Date.now() + READ_KEY_MS;
    await this.change(name, (before, now) => {
      const [own, reading] = [false, true].map((only) => goodAt(before.apiKeys, now).filter(({ readOnly = false }) => readOnly === only));
      const latest = reading?.slice(-(MAX_READ_KEYS - 1)) ?? [];
      return { ...before, apiKeys: [...(own ?? []), ...latest, { hash: hashApiKey(apiKey), until, readOnly: true as const }] };
    });
    return { apiKey, until };
  }

  setStatus(name: string, status: Tenant['status']): Promise<Tenant> {
    return this.change(name, (before) => ({ ...before, status }));
  }

  grant(name: string, grant: Grant): Promise<Tenant> {
    return this.change(name, (before) => ({ ...before, grants: [...others(before, grant), grant] }));
  }

  withdraw(name: string, grant: Grant): Promise<Tenant> {
    return this.change(name, (before) => ({ ...before, grants: others(before, grant) }));
  }

  /** Every tenant, by name. @throws Fault `log-unreachable` */
  async list(): Promise<readonly Tenant[]> {
    const found = new Map<string, Tenant>();
    const next = (after: number) => retried(() => this.bucket.next(after), READ_AGAIN);
    for (let change = await next(0); change !== undefined; change = await next(change.revision)) {
      if (change.tenant === undefined) found.delete(change.name);
      else found.set(change.name, change.tenant);
    }
    return [...found.values()].sort((left, right) => (left.tenant < right.tenant ? -1 : 1));
  }

  private async change(name: string, to: (before: Tenant, now: number) => Tenant): Promise<Tenant> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const found = TENANT_PATTERN.test(name) ? await this.bucket.get(name) : undefined;
      if (found === undefined) throw new Fault('tenant-refused', { tenant: name, problems: ['there is no such tenant'] });
      const now = Date.now();
      const tenant = { ...to(found.tenant, now), changedAt: new Date(now).toISOString() };
      if (await this.bucket.put(tenant, found.revision)) return tenant;
    }
    throw new Fault('tenant-refused', { tenant: name, problems: ['it was changed concurrently in every attempt'] });
  }
}

const STRIPE_SECRET_ALLOWED = 'a signing secret of Stripe is whsec_ and 16 to 128 of A-Z a-z 0-9 + / = _ -';

const others = ({ grants = [] }: Tenant, grant: Grant): Grant[] => grants.filter((one) => one !== grant);

/** The newest credential with an expiry; none without overlap. */
function goodFor<T extends { readonly until?: number | undefined }>(credentials: readonly T[], now: number, overlapMs: number): T[] {
  const [newest] = goodAt(credentials, now);
  if (newest === undefined || overlapMs <= 0) return [];
  return [{ ...newest, until: Math.min(newest.until ?? Number.POSITIVE_INFINITY, now + overlapMs) }];
}

function problemsOf(name: string, { apiKey, webhookSecret }: Given): string[] {
  return [
    ...(TENANT_PATTERN.test(name) ? [] : ['a tenant is 1 to 64 of A-Z a-z 0-9 _ -']),
    ...(apiKey === undefined || isApiKey(apiKey) ? [] : ['an API key is 22 to 200 of A-Z a-z 0-9 _ -']),
    ...(webhookSecret === undefined || isWebhookSecret(webhookSecret) ? [] : ['a webhook secret is whsec_ and 24 to 64 bytes in base64']),
  ];
}
