import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import type { Logger } from '../process/logger.js';
import { hashApiKey } from './credentials.js';
import { goodAt, type Tenant } from './tenant.js';
import { type Change, TenantsBucket } from './tenants-bucket.js';

/** The poll interval of the bucket: a disabled tenant is rejected after at most this time. */
const POLL_MS = 250;
/** The time limit for the first read of the whole bucket; beyond it the process does not start. */
const FIRST_READ_MS = 20_000;

/** The tenants that may send requests, in memory, at most one poll interval old. Unknown or inactive tenants are rejected. */
export class TenantDirectory {
  private readonly tenants = new Map<string, Tenant>();
  private readonly byKeyHash = new Map<string, string>();
  private readonly listeners = new Set<(tenant: string) => void>();
  private revision = 0;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  /** The error of the last poll; undefined after a success. */
  trouble: unknown;

  private constructor(
    private readonly bucket: Pick<TenantsBucket, 'next'>,
    private readonly logger: Logger,
  ) {}

  /** Reads the whole bucket, then polls it. @throws Fault `log-unreachable` */
  static async watch(connection: NatsConnection, logger: Logger): Promise<TenantDirectory> {
    return TenantDirectory.of(await TenantsBucket.on(connection), logger);
  }

  static async of(bucket: Pick<TenantsBucket, 'next'>, logger: Logger): Promise<TenantDirectory> {
    const directory = new TenantDirectory(bucket, logger);
    const deadline = Date.now() + FIRST_READ_MS;
    for (;;) {
      await directory.look();
      if (directory.trouble === undefined) break;
      if (Date.now() > deadline) throw new Fault('log-unreachable', { bucket: 'tenants' }, { cause: directory.trouble });
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    directory.keepLooking();
    return directory;
  }

  /** The tenant of an API key, whatever its status; `undefined` for an unknown or expired key. */
  ofKey(key: string): Tenant | undefined {
    const hash = hashApiKey(key);
    const tenant = this.tenants.get(this.byKeyHash.get(hash) ?? '');
    return tenant !== undefined && goodAt(tenant.apiKeys, Date.now()).some((one) => one.hash === hash) ? tenant : undefined;
  }

  /** The tenant of this name, if it may send requests. */
  active(name: string): Tenant | undefined {
    const tenant = this.tenants.get(name);
    return tenant?.status === 'active' ? tenant : undefined;
  }

  get all(): readonly Tenant[] {
    return [...this.tenants.values()];
  }

  /** Calls the listener with the name of every tenant that changes. @returns a function that unsubscribes */
  onChange(listener: (tenant: string) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Resolves when no poll is in flight. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private keepLooking(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.looking = this.look().then(() => this.keepLooking());
    }, POLL_MS);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    try {
      for (let change = await this.bucket.next(this.revision); change !== undefined; change = await this.bucket.next(this.revision))
        this.apply(change);
      this.trouble = undefined;
    } catch (thrown) {
      if (this.trouble === undefined && !this.stopped) this.logger.warn({ err: thrown }, 'the tenants cannot be read; those known stay');
      this.trouble = thrown;
    }
  }

  private apply({ name, revision, tenant }: Change): void {
    this.revision = revision;
    for (const { hash } of this.tenants.get(name)?.apiKeys ?? []) this.byKeyHash.delete(hash);
    this.tenants.delete(name);
    if (tenant?.tenant === name) {
      this.tenants.set(name, tenant);
      for (const { hash } of tenant.apiKeys) this.byKeyHash.set(hash, name);
    } else {
      this.logger.error({ tenant: name, revision }, 'the record of a tenant cannot be read; the tenant is let in nowhere');
    }
    for (const listener of this.listeners) listener(name);
  }
}
