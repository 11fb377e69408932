/**
 * Two append-only files. `journal.jsonl` is authoritative: a header with the genesis hash, then one line for each slot, landed
 * transaction or rollback. `history.blob` holds the large part of each transaction. It is written first, so that a journal line never
 * points beyond its end. Writes are not fsynced: they survive kill -9 of the process but not a power cut, which is enough for a
 * development chain.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { HistoryPlace, Journal, JournalRecord } from '../bank/journal.js';
import { withoutIdleSlots } from './idle-slots.js';
import { readRecordLine, writeRecordLine } from './record-line.js';

const FORMAT = 1;
const NEWLINE = 0x0a;

interface Header {
  readonly format: number;
  readonly genesisHash: string;
}

export class FileJournal implements Journal {
  readonly genesisHash: string;
  private readonly journal: number;
  private readonly blob: number;
  private readonly path: string;
  private blobBytes: number;
  private failure: unknown = null;

  constructor(directory: string, newGenesisHash: () => string) {
    mkdirSync(directory, { recursive: true });
    this.path = join(directory, 'journal.jsonl');
    this.journal = this.openWhole();
    this.blob = openSync(join(directory, 'history.blob'), 'a+');
    this.blobBytes = fstatSync(this.blob).size;
    this.genesisHash = this.readHeader() ?? this.writeHeader(newGenesisHash());
  }

  *past(): Iterable<JournalRecord> {
    let lineNumber = 0;
    for (const line of this.lines()) {
      lineNumber += 1;
      if (lineNumber > 1) yield this.parse(line, lineNumber);
    }
  }

  /** After a failed write nothing more is written: the next line would follow half of this one. A restart truncates that half. */
  append(record: JournalRecord): void {
    if (this.failure !== null) throw new Error(`${this.path} could not be written: make room and start again`, { cause: this.failure });
    try {
      writeAll(this.journal, Buffer.from(writeRecordLine(record)));
    } catch (cause) {
      this.failure = cause;
      throw cause;
    }
  }

  appendHistory(text: string): HistoryPlace {
    const bytes = Buffer.from(text);
    const offset = this.blobBytes;
    writeAll(this.blob, bytes);
    this.blobBytes += bytes.length;
    return { offset, length: bytes.length };
  }

  readHistory(place: HistoryPlace): string | null {
    const bytes = Buffer.alloc(place.length);
    const read = readSync(this.blob, bytes, 0, place.length, place.offset);
    return read === place.length ? bytes.toString('utf8') : null;
  }

  close(): void {
    closeSync(this.journal);
    closeSync(this.blob);
  }

  /** A kill in the middle of a write leaves a last line without a newline; no caller received a response to it. */
  private openWhole(): number {
    const file = openSync(this.path, 'a+');
    const bytes = readFileSync(this.path);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end < bytes.length) ftruncateSync(file, end);
    const shorter = withoutIdleSlots(bytes.subarray(0, end));
    if (shorter === null) return file;
    closeSync(file);
    writeFileSync(`${this.path}.new`, shorter);
    renameSync(`${this.path}.new`, this.path);
    return openSync(this.path, 'a+');
  }

  private readHeader(): string | null {
    const [first] = this.lines();
    if (first === undefined) return null;
    const header = JSON.parse(first) as Header;
    if (header.format !== FORMAT) {
      throw new Error(
        `${this.path} has format ${header.format}, this version reads ${FORMAT}: move the directory away to start a new chain`,
      );
    }
    return header.genesisHash;
  }

  private writeHeader(genesisHash: string): string {
    const header: Header = { format: FORMAT, genesisHash };
    writeAll(this.journal, Buffer.from(`${JSON.stringify(header)}\n`));
    return genesisHash;
  }

  private parse(line: string, lineNumber: number): JournalRecord {
    try {
      return readRecordLine(line);
    } catch (cause) {
      throw new Error(`${this.path} line ${lineNumber} is damaged: restore the directory, or move it away to start a new chain`, { cause });
    }
  }

  private *lines(): Iterable<string> {
    const bytes = readFileSync(this.path);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE, start); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      yield bytes.toString('utf8', start, end);
      start = end + 1;
    }
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
