import { bufferOf } from '../kernel/bytes.js';
import { Fault } from '../kernel/fault.js';
import { type Hash, sha256 } from '../kernel/hash.js';
import type { Head } from './commit.js';
import type { NamedValues } from './named-values.js';

/** Something that a fold is made of, as JSON can hold it. Its rows may be cut into pieces, each of which is such a part. */
export interface Part {
  readonly kind: string;
  readonly rows?: readonly unknown[];
}

/** What a snapshot is of. */
export interface Snapshot {
  readonly subject: string;
  /** The last commit that is in it. */
  readonly head: Head;
  /** How much was folded, in the unit of who took it. */
  readonly length: number;
}

/** Pieces that lie somewhere: of which version, and how many. */
interface Pieces {
  readonly version: number;
  readonly count: number;
}

/** A snapshot that is stored: where, and what its pieces are. */
export interface StoredSnapshot extends Snapshot {
  readonly shape: string;
  readonly pieces: readonly Hash[];
  /** The one before it: its pieces are kept until the next one, for who reads them now. */
  readonly before: Pieces | undefined;
  /** Of what names the pieces. */
  readonly revision: number;
}

/** Rows of one piece, fewer where they are long. */
const ROWS_A_PIECE = 2_000;
/** With room for one long row more it fits every server: the default max_payload of NATS is 1 MiB. */
const MAX_PIECE_BYTES = 512 * 1024;
const NOTHING = new Uint8Array();
/** Asked for together: the next are on their way while these are read. */
const PIECES_AT_ONCE = 8;

/**
 * What folds add up to at some commit, so that who comes new need not read the log from its beginning. The log stays the only truth: a
 * snapshot that is torn, changed, missing or of another shape is not used, and what follows its head is read from the log, which proves
 * that the head is in it. Pieces are named by the version they are of, and two who take a snapshot of one version write the same: so many
 * may write at once, and nobody ever reads a mixture.
 */
export class Snapshots {
  /** Revisions that cannot be used: such a one is replaced, however new it is. */
  private readonly distrusted = new Set<number>();

  /** @param shape names the code that wrote a snapshot: only what the same code wrote is read */
  constructor(
    private readonly values: NamedValues,
    private readonly shape: string,
  ) {}

  /** The newest one of a subject, where it is of our shape. */
  async latest(subject: string): Promise<StoredSnapshot | undefined> {
    const { stored } = await this.newest(subject);
    return stored?.shape === this.shape ? stored : undefined;
  }

  /** Its parts, in pieces, each proven to be what was written. @throws Fault `snapshot-unusable` */
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

  /** Has it replaced by the next one, also by one of the same commit. */
  distrust({ revision }: StoredSnapshot): void {
    this.distrusted.add(revision);
  }

  /** Makes a snapshot the newest one. @returns false where a newer one is stored already, or another was faster */
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

  /** What breaks off before this leaves pieces that nobody names; they are forgotten by their age. */
  private async emptyUnused(subject: string, old: Pieces | undefined): Promise<void> {
    const { stored } = await this.newest(subject);
    if (old === undefined || stored?.head.version === old.version || stored?.before?.version === old.version) return;
    for (let number = 0; number < old.count; number++) await this.values.put(nameOf(subject, old.version, number), NOTHING);
  }

  /** What cannot be read is replaced by the next. */
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
    return undefined; // as good as none
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
