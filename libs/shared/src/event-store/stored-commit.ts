import type { CommandDecided } from '../domain/decided.js';
import { versionOf } from '../domain/event-versions.js';
import type { Recorded } from '../domain/recorded.js';
import { bufferOf } from '../kernel/bytes.js';
import { Fault } from '../kernel/fault.js';
import { type Hash, sha256 } from '../kernel/hash.js';
import { readBatch } from './stored-batch.js';
import { type CommitContent, numberIn, type StoredCommit, type StoredDecision, type StoredEvent } from './stored-form.js';

/**
 * A commit is one CloudEvent 1.0. Its version is the id; its data are types, keys, events and decisions; `previous` is the hash of the
 * previous commit. A fold needs only the first `cut` bytes. The records of decisions, half of the total, follow them. `behind` is their
 * SHA-256, so the hash of the first part is the hash of the commit, and a fold neither hashes nor parses the rest.
 */
interface CloudEvent {
  readonly cut: number;
  readonly specversion: '1.0';
  readonly id: string;
  /** `/<tenant>/<sale|mint|ledger>/<sale>` */
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly previous: Hash | '';
  readonly behind: Hash;
  readonly data: Pick<StoredCommit, 'types' | 'keys' | 'events'>;
}

export const CONTENT_TYPE = 'application/cloudevents+json';
const TYPE = 'admit.Commit.v2';
const LATER_TYPE = /^admit\.Commit\.v\d+$/;
const BEGIN = '{"cut":';
const CUT_DIGITS = 7; // fixed length, so that the number does not change the length that it states
const DECISIONS = ',"decisions":';
const END = '}}';
const BATCH_BEGINS = '['.charCodeAt(0);

export const sourceOf = (subject: string): string => `/${subject.split('.').slice(1).join('/')}`;

/** The bytes of a commit. */
export function writeStored({ subject, version, previous, at, keys, ...content }: CommitContent): Buffer {
  const types: string[] = [];
  const events = storedOf(content.events, at, types);
  const decisions = storedOf(content.decisions, at, types).map((decision, index) => {
    const data = { ...(decision.data as CommandDecided['data']), keyHash: undefined }; // the key is stored in the first part, among the keys
    return { before: content.decisions[index]?.before, ...decision, data };
  });
  const of = { specversion: '1.0', id: `${version}`, source: sourceOf(subject), type: TYPE, time: new Date(at).toISOString(), previous };
  const behind = Buffer.from(`${DECISIONS}${JSON.stringify(decisions)}${END}`);
  const front = JSON.stringify({ ...of, behind: sha256(behind), data: { types, keys, events } }).slice(1, -END.length);
  const cut = `${BEGIN.length + CUT_DIGITS + 1 + Buffer.byteLength(front)}`.padStart(CUT_DIGITS);
  return Buffer.concat([Buffer.from(`${BEGIN}${cut},${front}`), behind]);
}

function storedOf(recorded: readonly Recorded[], start: number, types: string[]): StoredEvent[] {
  let before = start;
  return recorded.map(({ type, at, traceparent, data }) => {
    const isLater = at !== before;
    before = at;
    const number = numberIn(types, `${type}.v${versionOf(type)}`);
    return { type: number, ...(isLater && { at }), ...(traceparent !== undefined && { traceparent }), data };
  });
}

/**
 * Reads the bytes of a commit of this subject, in this layout or the previous one.
 * @throws Fault `event-unknown` for a layout of a later version; any other error if the bytes are no commit of this subject
 */
export function readStored(subject: string, bytes: Uint8Array): StoredCommit {
  const buffer = bufferOf(bytes);
  const source = sourceOf(subject); // rejects a commit that was moved here from another subject
  if (buffer[0] === BATCH_BEGINS) return readBatch(source, buffer);
  const cut = cutOf(buffer);
  const { specversion, id, type, time, previous, data, ...more } = JSON.parse(frontOf(buffer)) as CloudEvent;
  if (type !== TYPE && LATER_TYPE.test(type)) throw new Fault('event-unknown', { type });
  const version = Number(id);
  const at = Date.parse(time);
  const isOurs = specversion === '1.0' && type === TYPE && more.source === source && more.cut === cut;
  if (!isOurs || `${version}` !== id || Number.isNaN(at) || previous === undefined || data.keys.length + data.events.length === 0)
    throw new TypeError(`${type} ${id} of ${more.source} (${time}) is not a commit of ${source}`);
  const decisions = (): readonly StoredDecision[] => readDecisions(buffer.subarray(cut), more.behind, data);
  return { version, hash: sha256(buffer.subarray(0, cut)), previous, at, ...data, decisions };
}

/** The hash of a commit: of the bytes before its cut, which contain the hash of the rest. */
export function hashOf(bytes: Uint8Array): Hash {
  return sha256(bytes[0] === BATCH_BEGINS ? bytes : bytes.subarray(0, cutOf(bufferOf(bytes))));
}

/** The part of a commit that a fold reads, as JSON. */
export const frontOf = (bytes: Buffer): string => bytes.toString('utf8', 0, cutOf(bytes)) + END;

const cutOf = (bytes: Buffer): number => Number(bytes.toString('latin1', BEGIN.length, BEGIN.length + CUT_DIGITS));

/** One decision for each key; keys are stored only in the first part. */
function readDecisions(behind: Buffer, hash: Hash, { keys, events }: CloudEvent['data']): readonly StoredDecision[] {
  if (sha256(behind) !== hash) throw new TypeError(`the bytes after the cut have the hash ${sha256(behind)}, not ${hash}`);
  const decisions = JSON.parse(behind.toString('utf8', DECISIONS.length, behind.length - END.length)) as readonly StoredDecision[];
  if (decisions.length !== keys.length || decisions.some(({ before }) => !(before <= events.length)))
    throw new TypeError(`${keys.length} keys have ${decisions.length} decisions, or one after all ${events.length} events`);
  for (const [index, { data }] of decisions.entries()) Object.assign(data, { keyHash: keys[index] });
  return decisions;
}
