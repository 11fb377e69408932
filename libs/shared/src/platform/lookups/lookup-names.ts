import { type JetStreamManager, jetstreamManager, type SeqMsgRequest } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import { LOOKUPS_BUCKET, LOOKUPS_STREAM } from '../topology/streams.js';

const REQUEST_TIMEOUT_MS = 2_000;
const SUBJECTS = `$KV.${LOOKUPS_BUCKET}.`;

/** A name of the bucket, its value, and where its last write stands among all. */
export interface PlacedName {
  readonly name: string;
  readonly place: number;
  readonly bytes: Uint8Array;
}

/** The names of the bucket of lookups in the order in which they were last written. They are read one by one from the stream's leader. */
export class LookupNames {
  private constructor(private readonly jsm: JetStreamManager) {}

  static async on(connection: NatsConnection): Promise<LookupNames> {
    return new LookupNames(await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS, checkAPI: false }));
  }

  /** The first name after a place that begins with `prefix`, which ends with a point; `undefined`: there is none. @throws Fault `log-unreachable` */
  async next(prefix: string, after: number): Promise<PlacedName | undefined> {
    const query = { seq: after + 1, next_by_subj: `${SUBJECTS}${prefix}>` } as unknown as SeqMsgRequest; // the client's type omits this form
    try {
      const message = await this.jsm.streams.getMessage(LOOKUPS_STREAM, query);
      return message === null ? undefined : { name: message.subject.slice(SUBJECTS.length), place: message.seq, bytes: message.data };
    } catch (cause) {
      throw new Fault('log-unreachable', { bucket: LOOKUPS_BUCKET, prefix, after }, { cause });
    }
  }
}
