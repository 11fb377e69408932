import { JetStreamApiError, type JetStreamManager, jetstream, jetstreamManager, type SeqMsgRequest } from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import { TENANTS_STREAM, TENANTS_SUBJECTS } from '../topology/streams.js';
import { Tenant } from './tenant.js';

const REQUEST_TIMEOUT_MS = 2_000;
/** What the server says when the record is no longer the one that was read: wrong last sequence, or another write on its way. */
const OTHERS_FIRST: readonly number[] = [10071, 10164];
const READ_TRIES = 5;
const READ_RETRY_MS = 200;
const BUCKET = TENANTS_STREAM.slice('KV_'.length);

/** One change of a tenant's record. `tenant` is undefined where it was deleted or cannot be read: such a tenant is let in nowhere. */
export interface Change {
  readonly name: string;
  readonly revision: number;
  readonly tenant: Tenant | undefined;
}

/**
 * The key-value bucket of the tenants. It is read by walking it message by message from the stream's leader: a watch would need the
 * right to create consumers, and who may create one can have a stream written to.
 */
export class TenantsBucket {
  private constructor(
    private readonly kv: KV,
    private readonly jsm: JetStreamManager,
  ) {}

  static async on(connection: NatsConnection): Promise<TenantsBucket> {
    const options = { timeout: REQUEST_TIMEOUT_MS };
    const kv = await new Kvm(jetstream(connection, options)).open(BUCKET, { allow_direct: false });
    return new TenantsBucket(kv, await jetstreamManager(connection, { ...options, checkAPI: false }));
  }

  /** The first change after a revision, or `undefined` where there is none yet. @throws Fault `log-unreachable` */
  async next(after: number): Promise<Change | undefined> {
    try {
      const query = { seq: after + 1, next_by_subj: TENANTS_SUBJECTS } as unknown as SeqMsgRequest; // the client's type leaves this form out
      const message = await this.jsm.streams.getMessage(TENANTS_STREAM, query);
      if (message === null) return undefined;
      return { name: message.subject.slice(TENANTS_SUBJECTS.length - 1), revision: message.seq, tenant: readTenant(message.data) };
    } catch (cause) {
      throw new Fault('log-unreachable', { bucket: BUCKET, after }, { cause });
    }
  }

  async get(name: string): Promise<{ readonly tenant: Tenant; readonly revision: number } | undefined> {
    const entry = await this.read(name);
    const tenant = entry === null ? undefined : readTenant(entry.value);
    return entry === null || tenant === undefined ? undefined : { tenant, revision: entry.revision };
  }

  /** A server that reloads its configuration answers nobody for some milliseconds. */
  private async read(name: string): Promise<KvEntry | null> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.kv.get(name);
      } catch (cause) {
        if (tries === READ_TRIES) throw new Fault('log-unreachable', { bucket: BUCKET, tenant: name }, { cause });
        await new Promise((resolve) => setTimeout(resolve, READ_RETRY_MS));
      }
    }
  }

  /** Writes a record after the revision it was made from (0: none). @returns false when somebody else was first */
  async put(tenant: Tenant, after: number): Promise<boolean> {
    try {
      await this.kv.put(tenant.tenant, JSON.stringify(tenant), { previousSeq: after });
      return true;
    } catch (thrown) {
      if (thrown instanceof JetStreamApiError && OTHERS_FIRST.includes(thrown.code)) return false;
      throw new Fault('log-unreachable', { bucket: BUCKET }, { cause: thrown });
    }
  }
}

function readTenant(bytes: Uint8Array): Tenant | undefined {
  try {
    return Tenant.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined; // told to whoever reads the change, and let in nowhere
  }
}
