import { type JetStreamManager, jetstreamManager, type SeqMsgRequest } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { JetStreamValues } from '../../event-store/jetstream/jetstream-values.js';
import type { NamedValues } from '../../event-store/named-values.js';
import { Fault } from '../../kernel/fault.js';
import { TENANTS_STREAM, TENANTS_SUBJECTS } from '../topology/streams.js';
import { Tenant } from './tenant.js';

const REQUEST_TIMEOUT_MS = 2_000;
const READ_TRIES = 5;
const READ_RETRY_MS = 200;
const BUCKET = TENANTS_STREAM.slice('KV_'.length);

/**
 * One change of a tenant's record. `tenant` is undefined when the record was deleted or is unreadable: such a tenant is rejected
 * everywhere.
 */
export interface Change {
  readonly name: string;
  readonly revision: number;
  readonly tenant: Tenant | undefined;
}

/**
 * The key-value bucket of tenants. It is read message by message from the stream's leader. A watch would need the permission to create
 * consumers, and with that a client can make the server write to a stream.
 */
export class TenantsBucket {
  private constructor(
    private readonly values: NamedValues,
    private readonly jsm: JetStreamManager,
  ) {}

  static async on(connection: NatsConnection): Promise<TenantsBucket> {
    const jsm = await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS, checkAPI: false });
    return new TenantsBucket(await JetStreamValues.on(connection, BUCKET), jsm);
  }

  /** The first change after a revision, or `undefined` when there is none. @throws Fault `log-unreachable` */
  async next(after: number): Promise<Change | undefined> {
    try {
      const query = { seq: after + 1, next_by_subj: TENANTS_SUBJECTS } as unknown as SeqMsgRequest; // the client's type omits this form
      const message = await this.jsm.streams.getMessage(TENANTS_STREAM, query);
      if (message === null) return undefined;
      return { name: message.subject.slice(TENANTS_SUBJECTS.length - 1), revision: message.seq, tenant: readTenant(message.data) };
    } catch (cause) {
      throw new Fault('log-unreachable', { bucket: BUCKET, after }, { cause });
    }
  }

  async get(name: string): Promise<{ readonly tenant: Tenant; readonly revision: number } | undefined> {
    const found = await this.read(name);
    const tenant = found && readTenant(found.bytes);
    return found && tenant && { tenant, revision: found.revision };
  }

  /** A server that reloads its configuration does not respond for some milliseconds. */
  private async read(name: string): ReturnType<NamedValues['get']> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.values.get(name);
      } catch (thrown) {
        if (tries === READ_TRIES) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, READ_RETRY_MS));
      }
    }
  }

  /** Writes a record if its revision is unchanged (0: none). @returns false when another writer was first */
  put(tenant: Tenant, after: number): Promise<boolean> {
    return this.values.put(tenant.tenant, Buffer.from(JSON.stringify(tenant)), after);
  }
}

function readTenant(bytes: Uint8Array): Tenant | undefined {
  try {
    return Tenant.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined; // the reader of the change reports it and rejects the tenant
  }
}
