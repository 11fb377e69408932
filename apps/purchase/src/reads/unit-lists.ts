import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { OpenedSale, Sale } from '#shared/domain/sale/sale.js';
import type { OrderId, UnitId } from '#shared/kernel/ids.js';

/** Bytes of a page over NATS: half of what every server accepts, with the rest of the answer beside the units. */
export const MAX_PAGE_BYTES = 512 * 1024;
/** Bytes of prices and member names: at most 64 categories by 64 types. */
const MAX_HEAD_BYTES = 400 * 1024;
/** Bytes of cached lists, so that all pages have one version; a list of 100,000 units has about 8 MB. */
const MAX_KEPT_BYTES = 96 * 1024 * 1024;
/** Compression level while the caller waits; a better level takes three times as long and saves a fifth. */
const LEVEL = constants.Z_BEST_SPEED;

/** Every unit of a sale at one version, as JSON. */
export class UnitList {
  private packed: Promise<Buffer> | undefined;

  private constructor(
    readonly version: number,
    private readonly head: string,
    /** Units of each page, separated by commas. */
    private readonly pages: readonly string[],
  ) {}

  static of(sale: Sale, version: number): UnitList {
    const { open } = sale;
    if (open === undefined) throw new Error('a sale that was never opened has no units');
    const { sale: id, currency, prices } = open.terms;
    const head = JSON.stringify({ sale: id, version, currency, prices }).slice(0, -1);
    return new UnitList(version, head, pagesOf(open, MAX_PAGE_BYTES - Math.min(Buffer.byteLength(head), MAX_HEAD_BYTES) - NEXT_BYTES));
  }

  /** @param page 0..; `undefined` if there is no such page */
  page(page: number): string | undefined {
    const units = this.pages[page];
    if (units === undefined) return undefined;
    const next = page + 1 < this.pages.length ? `,"next":"${cursorOf(this.version, page + 1)}"` : '';
    return `${this.head},"units":[${units}]${next}}`;
  }

  get whole(): string {
    return `${this.head},"units":[${this.pages.join(',')}]}`;
  }

  /** The whole list in gzip, compressed once. */
  compressed(): Promise<Buffer> {
    this.packed ??= promisify(gzip)(this.whole, { level: LEVEL });
    return this.packed;
  }

  get bytes(): number {
    return this.pages.reduce((sum, { length }) => sum + length, this.head.length);
  }
}

/** `,"next":"<version>.<page>"` and the end of the answer. */
const NEXT_BYTES = 64;
const cursorOf = (version: number, page: number): string => `${version}.${page}`;

/** A position in the pages of one version. */
export interface UnitCursor {
  readonly version: number;
  readonly page: number;
}

export function readCursor(cursor: string): UnitCursor {
  const [version, page] = cursor.split('.').map(Number) as [number, number];
  return { version, page };
}

/** Caches lists of units by sale and version, least recently used last. */
export class UnitLists {
  private readonly kept = new LRUCache<string, UnitList>({ maxSize: MAX_KEPT_BYTES, sizeCalculation: ({ bytes }) => bytes });

  /** The list of a version, if this process built it recently. */
  get(subject: string, version: number): UnitList | undefined {
    return this.kept.get(`${subject} ${version}`);
  }

  /** The list of the sale's current version. */
  of(subject: string, sale: Sale, version: number): UnitList {
    const name = `${subject} ${version}`;
    const known = this.kept.get(name);
    if (known !== undefined) return known;
    const list = UnitList.of(sale, version);
    this.kept.set(name, list);
    return list;
  }
}

/** Written as text: building objects takes twice as long for 100,000 units. */
function pagesOf({ units, orders }: OpenedSale, mostBytes: number): string[] {
  const pages = new Pages(mostBytes);
  const stateOf = (holder: OrderId | undefined): string =>
    holder === undefined ? ',"state":"available"}' : orders.get(holder)?.status === 'held' ? ',"state":"held"}' : ',"state":"sold"}';
  for (const block of units.plan) {
    const of = block.category === undefined ? '' : `,"category":"${block.category}"`;
    for (let place = 1; place <= block.places.highest; place++)
      if (block.places.has(place)) addUnit(pages, block.unitAt(place), block.labelAt(place), of + stateOf(block.places.holderOf(place)));
  }
  return pages.end();
}

function addUnit(pages: Pages, unit: UnitId, label: string | undefined, behind: string): void {
  if (label === undefined) pages.add(`{"unit":"${unit}"${behind}`);
  else if (PLAIN.test(label)) pages.add(`{"unit":"${unit}","label":"${label}"${behind}`);
  else pages.add(`{"unit":"${unit}","label":${JSON.stringify(label)}${behind}`, Buffer.byteLength(label) - label.length);
}

/** Text that JSON needs not escape, with one byte per character. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Texts separated by commas, in pages of limited bytes. */
class Pages {
  private readonly full: string[] = [];
  private page: string[] = [];
  private bytes = 0;

  constructor(private readonly mostBytes: number) {}

  /** @param more bytes of the text beyond one per character */
  add(text: string, more = 0): void {
    const size = 1 + text.length + more;
    if (this.bytes + size > this.mostBytes && this.page.length > 0) {
      this.full.push(this.page.join(','));
      this.page = [];
      this.bytes = 0;
    }
    this.page.push(text);
    this.bytes += size;
  }

  end(): string[] {
    return [...this.full, this.page.join(',')];
  }
}
