import { type Hash, sha256 } from '../kernel/hash.js';
import { numberIn, type StoredCommit, type StoredDecision, type StoredEvent } from './stored-form.js';

/** The attributes of CloudEvents 1.0, and `previous`, an extension on the first event of a batch: the hash of the commit before. */
interface CloudEvent {
  readonly specversion: '1.0';
  /** `<version>.<index>`: unique for its source. */
  readonly id: string;
  /** `/<tenant>/<sale|mint|ledger>/<sale>` */
  readonly source: string;
  /** `admit.<name>.v<version>` */
  readonly type: string;
  readonly time: string;
  readonly previous?: Hash | '';
  readonly traceparent?: string;
  readonly data: unknown;
}

const TYPE = /^admit\.(.+)$/;
const DECISION = /^CommandDecided\./;

/** Reads the first layout of a commit, a batch of CloudEvents in order. It is no longer written, and stays readable for ever. */
export function readBatch(source: string, bytes: Buffer): StoredCommit {
  const batch = JSON.parse(bytes.toString('utf8')) as readonly CloudEvent[];
  const [first] = batch;
  if (first?.previous === undefined) throw new TypeError('a commit starts with an event that names the previous commit');
  const version = Number(first.id.slice(0, first.id.indexOf('.')));
  const types: string[] = [];
  const events: StoredEvent[] = [];
  const decisions: StoredDecision[] = [];
  let latest = 0;
  for (const [index, cloud] of batch.entries()) {
    const { name, ...stored } = read(cloud, `${version}.${index}`, source);
    const event = { type: numberIn(types, name), ...stored };
    latest = Math.max(latest, event.at);
    if (DECISION.test(name)) decisions.push({ before: events.length, ...(event as Omit<StoredDecision, 'before'>) });
    else events.push(event);
  }
  const keys = decisions.map(({ data }) => data.keyHash);
  return { version, hash: sha256(bytes), previous: first.previous, at: latest, types, keys, events, decisions: () => decisions };
}

function read(cloud: CloudEvent, id: string, source: string): Omit<StoredEvent, 'type'> & { readonly name: string; readonly at: number } {
  const { type, time, traceparent, data } = cloud;
  const at = Date.parse(time);
  const name = TYPE.exec(type)?.[1];
  if (cloud.specversion !== '1.0' || cloud.id !== id || cloud.source !== source || name === undefined || Number.isNaN(at))
    throw new TypeError(`event ${cloud.id} of ${cloud.source} (${type}, ${time}) is not event ${id} of ${source}`);
  return { name, at, data, ...(traceparent !== undefined && { traceparent }) };
}
