import { type JetStreamManager, jetstreamManager, type SeqMsgRequest } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import { LOOKUPS_BUCKET } from '../topology/streams.js';

const REQUEST_TIMEOUT_MS = 2_000;

/** A name of the bucket, its value, and the position of its last write. */
export interface PlacedName {
  readonly name: string;
  readonly place: number;
  readonly bytes: Uint8Array;
}

/** The names of a bucket in the order of their last write. They are read one by one from the stream's leader. */
export class LookupNames {
  private constructor(
    private readonly jsm: JetStreamManager,
    private readonly bucket: string,
  ) {}

  static async on(connection: NatsConnection, bucket = LOOKUPS_BUCKET): Promise<LookupNames> {
    return new LookupNames(await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS, checkAPI: false }), bucket);
  }

  /** The first name after a position with a prefix, which ends with a point; `undefined`: none. @throws Fault `log-unreachable` */
  async next(prefix: string, after: number): Promise<PlacedName | undefined> {
    const bucket = this.bucket;
    const subjects = `$KV.${bucket}.`;
    const query = { seq: after + 1, next_by_subj: `${subjects}${prefix}>` } as unknown as SeqMsgRequest; // the client's type omits this form
    try {
      const message = await this.jsm.streams.getMessage(`KV_${bucket}`, query);
      return message === null ? undefined : { name: message.subject.slice(subjects.length), place: message.seq, bytes: message.data };
    } catch (cause) {
      throw new Fault('log-unreachable', { bucket, prefix, after }, { cause });
    }
  }
}
