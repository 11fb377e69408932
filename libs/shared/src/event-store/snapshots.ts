import { bufferOf } from '../kernel/bytes.js';
import { Fault } from '../kernel/fault.js';
import { type Hash, sha256 } from '../kernel/hash.js';
import type { Head } from './commit.js';
import type { NamedValues } from './named-values.js';

/** A part of an aggregate's state, as JSON. Its rows may be split into pieces, each of which is such a part. */
export interface Part {
  readonly kind: string;
  readonly rows?: readonly unknown[];
}

/** Identifies a snapshot. */
export interface Snapshot {
  readonly subject: string;
  /** The last commit that it contains. */
  readonly head: Head;
  /** The length of the folded history, in the unit of the aggregate. */
  readonly length: number;
}

/** Stored pieces: the version they belong to, and their number. */
interface Pieces {
  readonly version: number;
  readonly count: number;
}

/** A stored snapshot: its pieces and its revision. */
export interface StoredSnapshot extends Snapshot {
  readonly shape: string;
  readonly pieces: readonly Hash[];
  /** The previous snapshot: its pieces are kept until the next one, for readers that are still reading them. */
  readonly before: Pieces | undefined;
  /** Of the record that lists the pieces. */
  readonly revision: number;
}

/** Rows in one piece; fewer if they are long. */
const ROWS_A_PIECE = 2_000;
/** With room for one more long row, a piece fits every server: the default max_payload of NATS is 1 MiB. */
const MAX_PIECE_BYTES = 512 * 1024;
const NOTHING = new Uint8Array();
/** Pieces read concurrently: the next ones are loaded while these are applied. */
const PIECES_AT_ONCE = 8;

/**
 * Snapshots of aggregates, so that a process need not read a log from its beginning. The log stays the only truth. A torn, changed,
 * missing or outdated snapshot is not used. The commits after its head are read from the log, which proves that it contains the head.
 * Pieces are named by their version, and two writers of one version write the same bytes. So many processes may write at once, and no
 * reader gets a mixture.
 */
export class Snapshots {
  /** Revisions that cannot be used: such a snapshot is replaced, however new it is. */
  private readonly distrusted = new Set<number>();

  /** @param shape identifies the code that wrote a snapshot: only snapshots of the same shape are read */
  constructor(
    private readonly values: NamedValues,
    private readonly shape: string,
  ) {}

  /** The newest snapshot of a subject, if it has this shape. */
  async latest(subject: string): Promise<StoredSnapshot | undefined> {
    const { stored } = await this.newest(subject);
    return stored?.shape === this.shape ? stored : undefined;
  }

  /** Its parts, in pieces, each verified by its hash. @throws Fault `snapshot-unusable` */
  async *read(stored: StoredSnapshot): AsyncIterable<Part> {
    const { subject, head, pieces } = stored;
    for (let first = 0; first < pieces.length; first += PIECES_AT_ONCE) {
      const some = pieces.slice(first, first + PIECES_AT_ONCE);
      const found = await Promise.all(some.map((_, index) => this.values.bytes(nameOf(subject, head.version, first + index))));
      for (const [index, hash] of some.entries()) {
        const bytes = found[index];
        if (bytes === undefined || sha256(bytes) !== hash) {
          this.distrust(stored);
          throw new Fault('snapshot-unusable', { subject, piece: first + index, hash });
        }
        yield JSON.parse(bufferOf(bytes).toString()) as Part;
      }
    }
  }

  /** Marks a snapshot for replacement by the next one, even at the same commit. */
  distrust({ revision }: StoredSnapshot): void {
    this.distrusted.add(revision);
  }

  /** Stores a snapshot as the newest one. @returns false when a newer one exists, or another writer was first */
  async write(snapshot: Snapshot, parts: readonly Part[]): Promise<boolean> {
    const { subject, head, length } = snapshot;
    const { stored: before, revision } = await this.newest(subject);
    if (before?.shape === this.shape && before.head.version >= head.version && !this.distrusted.has(revision)) return false;
    const pieces: Hash[] = [];
    for (const part of parts) {
      for (const bytes of piecesOf(part)) {
        await this.values.put(nameOf(subject, head.version, pieces.length), bytes);
        pieces.push(sha256(bytes));
      }
    }
    const { version, sequence, hash } = head;
    const kept = before === undefined || before.head.version === version ? before?.before : piecesIn(before);
    const stored = { shape: this.shape, subject, head: { version, sequence, hash }, length, pieces, before: kept };
    const isNewest = await this.values.put(nameOf(subject, 'head'), Buffer.from(JSON.stringify(stored)), revision);
    await this.emptyUnused(subject, isNewest ? before?.before : { version, count: pieces.length });
    return isNewest;
  }

  /** A writer that fails before this step leaves unreferenced pieces; they expire by age. */
  private async emptyUnused(subject: string, old: Pieces | undefined): Promise<void> {
    const { stored } = await this.newest(subject);
    if (old === undefined || stored?.head.version === old.version || stored?.before?.version === old.version) return;
    for (let number = 0; number < old.count; number++) await this.values.put(nameOf(subject, old.version, number), NOTHING);
  }

  /** An unreadable record is replaced by the next snapshot. */
  private async newest(subject: string): Promise<{ readonly stored: StoredSnapshot | undefined; readonly revision: number }> {
    const found = await this.values.get(nameOf(subject, 'head'));
    const { bytes, revision } = found ?? { bytes: undefined, revision: 0 };
    const stored = bytes === undefined ? undefined : readStored(bytes);
    return { stored: stored?.subject === subject ? { ...stored, revision } : undefined, revision };
  }
}

const piecesIn = ({ head, pieces }: StoredSnapshot): Pieces => ({ version: head.version, count: pieces.length });

function readStored(bytes: Uint8Array): Omit<StoredSnapshot, 'revision'> | undefined {
  try {
    return JSON.parse(bufferOf(bytes).toString()) as Omit<StoredSnapshot, 'revision'>;
  } catch {
    return undefined; // treated as missing
  }
}

/** `ev.<tenant>.sale.<sale>` → `<tenant>.sale.<sale>.<more>` */
const nameOf = (subject: string, ...more: readonly (string | number)[]): string => [...subject.split('.').slice(1), ...more].join('.');

function* piecesOf(part: Part): Generator<Buffer> {
  const { rows } = part;
  if (rows === undefined) {
    yield Buffer.from(JSON.stringify(part));
    return;
  }
  let count = ROWS_A_PIECE;
  for (let first = 0; first < rows.length; ) {
    const bytes = Buffer.from(JSON.stringify({ ...part, rows: rows.slice(first, first + count) }));
    if (bytes.length > MAX_PIECE_BYTES && count > 1) {
      count = Math.ceil(count / 2);
      continue;
    }
    yield bytes;
    first += count;
  }
}
