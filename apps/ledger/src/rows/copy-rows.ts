import { storable } from './literals.js';
import type { ColumnType, Table, Value } from './table.js';

/** The start of a `copy … (format binary)` stream: an eleven-byte signature, no flags, an empty header extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** In place of a column count: end of rows. In place of a cell's length: null. */
const END = -1;
const NULL = -1;
/** The initial size of the buffer, which doubles when needed. */
const FIRST_BYTES = 64 * 1024;
const UTF8_BYTES_A_LETTER = 3;
const ASCII = 0x80;
const NUL = 0;
const TEXT_OID = 25;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const MICROS_PER_MS = 1_000;
const BEYOND_32_BITS = 2 ** 32;
/** The format of Postgres' numeric: digit groups, and the sign of a negative number. */
const GROUP_DIGITS = 4;
const GROUP = 10 ** GROUP_DIGITS;
const NEGATIVE = 0x4000;

/** Rows in the form that `copy` sends. */
export interface Copied {
  readonly count: number;
  readonly bytes: Buffer;
}

/**
 * Rows of one table in Postgres' binary format, encoded as they arrive: unlike the text format it needs no escaping and no formatted
 * times.
 */
export class CopyRows<Row> {
  private readonly columns: Table<Row>['columns'][string][];
  private bytes = Buffer.allocUnsafe(FIRST_BYTES);
  private spare = Buffer.allocUnsafe(FIRST_BYTES);
  private at = HEADER.copy(this.bytes);
  private count = 0;

  constructor(table: Table<Row>) {
    this.columns = Object.values(table.columns);
  }

  /** @throws RangeError for a number that its column cannot hold; the rows must then be discarded */
  add(row: Row): void {
    this.int16(this.columns.length);
    for (const [type, value] of this.columns) this.cell(type, value(row));
    this.count += 1;
  }

  /** All rows since the last call. There are two buffers: one is sent while the other is filled; a buffer is reused after the next call. */
  all(): Copied {
    this.int16(END);
    const copied = { count: this.count, bytes: this.bytes.subarray(0, this.at) };
    [this.bytes, this.spare] = [this.spare, this.bytes];
    this.at = HEADER.copy(this.bytes);
    this.count = 0;
    return copied;
  }

  private cell(type: ColumnType, value: Value): void {
    if (value === null) this.int32(NULL);
    else if (type === 'text') this.text(value as string);
    else if (type === 'bigint') this.int64(value as string | number | bigint);
    else if (type === 'numeric') this.numeric(value as string | number | bigint);
    else if (type === 'timestamptz') this.int64(microsOf(value as number));
    else if (type === 'text[]') this.list(value as readonly string[]);
    else if (type === 'integer') this.integer(value as number);
    else this.boolean(value as boolean);
  }

  /** Character by character: texts are short, and a call of the buffer's own write takes longer. */
  private text(text: string): void {
    const { length } = text;
    this.room(4 + length * UTF8_BYTES_A_LETTER);
    const { bytes } = this;
    const start = this.at + 4;
    let end = start;
    for (let index = 0; index < length; index++) {
      const letter = text.charCodeAt(index);
      if (letter >= ASCII || letter === NUL) {
        end = start + bytes.write(storable(text), start);
        break;
      }
      bytes[end++] = letter;
    }
    this.int32(end - start);
    this.at = end;
  }

  /** A one-dimensional array from index 1, or an empty one; no item is null. */
  private list(items: readonly string[]): void {
    const start = this.at;
    for (const word of items.length === 0 ? [0, 0, 0, TEXT_OID] : [0, 1, 0, TEXT_OID, items.length, 1]) this.int32(word);
    for (const item of items) this.text(item);
    this.bytes.writeInt32BE(this.at - start - 4, start);
  }

  private int64(value: string | number | bigint): void {
    this.int32(8);
    this.room(8);
    if (Number.isSafeInteger(value)) {
      this.bytes.writeInt32BE(Math.floor((value as number) / BEYOND_32_BITS), this.at);
      this.bytes.writeUInt32BE((value as number) >>> 0, this.at + 4);
    } else this.bytes.writeBigInt64BE(BigInt(value), this.at);
    this.at += 8;
  }

  /** Groups of four decimal digits, highest first. Every amount of a replay passes here, so it uses strings only where necessary. */
  private numeric(value: string | number | bigint): void {
    const groups = groupsOf(value);
    this.int32(8 + 2 * groups.length);
    this.int16(groups.length);
    this.int16(groups.length - 1); // the weight of the first group
    this.int16(BigInt(value) < 0n ? NEGATIVE : 0);
    this.int16(0); // no decimal places
    for (const group of groups) this.int16(group);
  }

  private integer(value: number): void {
    this.int32(4);
    this.int32(value);
  }

  private boolean(value: boolean): void {
    this.int32(1);
    this.room(1);
    this.at = this.bytes.writeInt8(value ? 1 : 0, this.at);
  }

  private int32(value: number): void {
    this.room(4);
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  private int16(value: number): void {
    this.room(2);
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.at + bytes));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

/** Postgres counts from 2000; a bigint where a number of microseconds would lose digits. */
function microsOf(ms: number): number | bigint {
  const micros = (ms - POSTGRES_EPOCH_MS) * MICROS_PER_MS;
  return Number.isSafeInteger(micros) ? micros : (BigInt(ms) - BigInt(POSTGRES_EPOCH_MS)) * BigInt(MICROS_PER_MS);
}

/** Without a sign, and without groups for zero. */
function groupsOf(value: string | number | bigint): number[] {
  const groups: number[] = [];
  let left = Math.abs(Number(value));
  if (Number.isSafeInteger(left)) {
    for (; left > 0; left = Math.floor(left / GROUP)) groups.unshift(left % GROUP);
    return groups;
  }
  const digits = String(value).replace('-', '');
  for (let end = digits.length; end > 0; end -= GROUP_DIGITS) groups.unshift(Number(digits.slice(Math.max(0, end - GROUP_DIGITS), end)));
  return groups;
}
