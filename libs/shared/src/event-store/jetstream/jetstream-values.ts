import { JetStreamApiError, jetstream } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import type { NamedValues } from '../named-values.js';

/** One read or write of at most a megabyte waits this long for the leader. */
const REQUEST_TIMEOUT_MS = 2_000;
/** What the server says when the value is no longer the one that was read: wrong last sequence, or another write on its way. */
const OTHERS_FIRST: readonly number[] = [10071, 10164];

/** Named values in a key-value bucket of NATS. */
export class JetStreamValues implements NamedValues {
  private constructor(
    private readonly bucket: string,
    private readonly kv: KV,
    /** The leader answers in JSON, with the bytes as base64; a copy that is asked directly sends them as they are. */
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
        if (thrown instanceof JetStreamApiError && OTHERS_FIRST.includes(thrown.code)) return false;
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
