import { JetStreamApiError, jetstream } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import type { NamedValues } from '../named-values.js';

/** The time limit for one read or write of at most a megabyte at the leader. */
const REQUEST_TIMEOUT_MS = 2_000;
/** The server's error codes when the value is not the one that was read: wrong last sequence, or another write in progress. */
const REVISION_DIFFERS: readonly number[] = [10071, 10164];

/** Named values in a key-value bucket of NATS. */
export class JetStreamValues implements NamedValues {
  private constructor(
    private readonly bucket: string,
    private readonly kv: KV,
    /** The leader responds in JSON with base64 bytes; a replica that is read directly sends raw bytes. */
    private readonly copies: KV,
  ) {}

  static async on(connection: NatsConnection, bucket: string): Promise<JetStreamValues> {
    const kvm = new Kvm(jetstream(connection, { timeout: REQUEST_TIMEOUT_MS }));
    const [kv, copies] = [await kvm.open(bucket, { allow_direct: false }), await kvm.open(bucket, { allow_direct: true })];
    return new JetStreamValues(bucket, kv, copies);
  }

  async get(name: string): Promise<{ readonly bytes: Uint8Array; readonly revision: number } | undefined> {
    const entry = await this.answered(name, this.kv.get(name));
    return entry === null || entry.operation !== 'PUT' ? undefined : { bytes: entry.value, revision: entry.revision };
  }

  async bytes(name: string): Promise<Uint8Array | undefined> {
    return (await this.answered(name, this.copies.get(name)))?.value;
  }

  async put(name: string, bytes: Uint8Array, after?: number): Promise<boolean> {
    const options = after === undefined ? {} : { previousSeq: after };
    const wrote = this.kv.put(name, bytes, options).then(
      () => true,
      (thrown: unknown) => {
        if (thrown instanceof JetStreamApiError && REVISION_DIFFERS.includes(thrown.code)) return false;
        throw thrown;
      },
    );
    return this.answered(name, wrote);
  }

  private async answered<T>(name: string, asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (cause) {
      throw new Fault('log-unreachable', { bucket: this.bucket, name }, { cause });
    }
  }
}
