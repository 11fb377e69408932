import { storable } from './literals.js';
import type { ColumnType, Table, Value } from './table.js';

/** What a stream of `copy … (format binary)` begins with: its eleven letters, no flags, no more of a header. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** In the place of a row's number of columns: there is no row more. In the place of a cell's length: it holds nothing. */
const END = -1;
const NULL = -1;
/** The buffer begins so large, and doubles when it must. */
const FIRST_BYTES = 64 * 1024;
const UTF8_BYTES_A_LETTER = 3;
const ASCII = 0x80;
const NUL = 0;
const TEXT_OID = 25;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const MICROS_PER_MS = 1_000;
const BEYOND_32_BITS = 2 ** 32;
/** How Postgres cuts a numeric, and marks it as less than zero. */
const GROUP_DIGITS = 4;
const GROUP = 10 ** GROUP_DIGITS;
const NEGATIVE = 0x4000;

/** Rows as `copy` is sent them. */
export interface Copied {
  readonly count: number;
  readonly bytes: Buffer;
}

/** Rows of one table in Postgres' binary form, as they come: unlike in lines of text nothing is escaped, and no time spelt out. */
export class CopyRows<Row> {
  private readonly columns: Table<Row>['columns'][string][];
  private bytes = Buffer.allocUnsafe(FIRST_BYTES);
  private spare = Buffer.allocUnsafe(FIRST_BYTES);
  private at = HEADER.copy(this.bytes);
  private count = 0;

  constructor(table: Table<Row>) {
    this.columns = Object.values(table.columns);
  }

  /** @throws RangeError for a number that its column cannot hold; the rows are then not to be used */
  add(row: Row): void {
    this.int16(this.columns.length);
    for (const [type, value] of this.columns) this.cell(type, value(row));
    this.count += 1;
  }

  /** Everything since the last time. There are two buffers: one is sent while the other is filled, and filled again after the next time. */
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

  /** Letter by letter: texts are short, and a call of the buffer's own writing takes longer. */
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

  /** One dimension that is counted from 1, or none when it is empty; no item is null. */
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

  /** Groups of four decimal digits, the first of them the highest. Every amount of a replay comes by here: strings only where they must. */
  private numeric(value: string | number | bigint): void {
    const groups = groupsOf(value);
    this.int32(8 + 2 * groups.length);
    this.int16(groups.length);
    this.int16(groups.length - 1); // the weight of the first group
    this.int16(BigInt(value) < 0n ? NEGATIVE : 0);
    this.int16(0); // no digit stands behind a point
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

/** Postgres counts from 2000; where a number of microseconds loses digits, a bigint does not. */
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
