import { copyIn } from '../../apps/ledger/src/rows/copy.js';
import { CopyRows } from '../../apps/ledger/src/rows/copy-rows.js';
import type { Table, Value } from '../../apps/ledger/src/rows/table.js';
import type { PostgresServer } from '../../dev/postgres/server.js';
import { newPostgres } from '../stages/postgres.js';
import { Stage } from '../stages/stage.js';

const STARTS_A_SERVER_MS = 120_000;
const DATABASE = 'admit';

interface Row {
  readonly id: number;
  readonly word: string | null;
  readonly big: Value;
  readonly sum: Value;
  readonly at: number | null;
  readonly flag: boolean | null;
  readonly words: readonly string[];
}

const TABLE: Table<Row> = {
  name: 'copied',
  key: ['id'],
  columns: {
    id: ['integer', (row) => row.id],
    word: ['text', (row) => row.word],
    big: ['bigint', (row) => row.big],
    sum: ['numeric', (row) => row.sum],
    at: ['timestamptz', (row) => row.at],
    flag: ['boolean', (row) => row.flag],
    words: ['text[]', (row) => row.words],
  },
};
const NAMES = Object.keys(TABLE.columns).join(', ');

const stage = Stage.forTests();
const folder = stage.folder('copied-rows');
let server: PostgresServer;
beforeAll(async () => {
  server = await stage.keep(newPostgres(folder));
  await server.createDatabase(DATABASE);
}, STARTS_A_SERVER_MS);

const row = (id: number, cells: Partial<Omit<Row, 'id'>> = {}): Row => ({
  id,
  word: null,
  big: null,
  sum: null,
  at: null,
  flag: null,
  words: [],
  ...cells,
});

const asText = (value: Value): string | null => (value === null ? null : String(value));

/** The rows in Postgres after copying, every cell as text. */
function copied(...pages: readonly (readonly Row[])[]): Promise<unknown[]> {
  return server.asSuperuser(DATABASE, async (client) => {
    await client.query('drop table if exists copied');
    await client.query('create table copied (id integer, word text, big bigint, sum numeric, at timestamptz, flag boolean, words text[])');
    const copy = new CopyRows(TABLE);
    for (const rows of pages) {
      for (const one of rows) copy.add(one);
      const { count, bytes } = copy.all();
      expect(count).toBe(rows.length);
      await copyIn(client, `copy copied (${NAMES}) from stdin (format binary)`, bytes);
    }
    const { rows } = await client.query('select id, word, big, sum, at, flag, words from copied order by id');
    return rows.map(({ at, ...cells }) => ({ ...cells, at: at === null ? null : (at as Date).getTime() }));
  });
}

const expected = (rows: readonly Row[]): unknown[] =>
  rows.map(({ big, sum, ...cells }) => ({ ...cells, big: asText(big), sum: asText(sum) }));

describe('rows that are copied', () => {
  it.each<[what: string, cells: Partial<Omit<Row, 'id'>>]>([
    ['nothing', {}],
    ['text that lines would have to escape', { word: 'a\\b\tc\nd\r"e"\\N' }],
    ['no letter', { word: '' }],
    ['letters of more than a byte', { word: 'Zoë – 東京 🎫, and plain ones after them' }],
    ['small and large integers', { big: 0 }],
    ['a negative integer', { big: -1 }],
    ['an integer beyond 32 bits', { big: 2 ** 32 + 7 }],
    ['a negative one', { big: -(2 ** 40) - 3 }],
    ['the largest number', { big: Number.MAX_SAFE_INTEGER }],
    ['a bigint', { big: 9_223_372_036_854_775_807n }],
    ['a negative bigint', { big: -9_223_372_036_854_775_808n }],
    ['an integer in letters', { big: '18014398509481985' }],
    ...[
      0n,
      1n,
      9_999n,
      10_000n,
      10_001n,
      100_000_000n,
      99_999_999_999_999_999n,
      2n ** 53n,
      2n ** 63n,
      10n ** 40n + 7n,
      -1n,
      -20_000n,
      -(10n ** 20n),
    ].map((sum): [string, object] => [`the sum ${sum}`, { sum }]),
    ['a sum in letters', { sum: '18446744073709551615' }],
    ['a time before the year 1', { at: Date.parse('0000-01-01T00:00:00+23:59') }],
    ['a time after the year 9999', { at: Date.parse('9999-12-31T23:59:59.999-23:59') }],
    ['a time', { at: Date.UTC(2027, 0, 1, 12, 30, 15, 123) }],
    ['a time before 2000', { at: -1 }],
    ['a time whose microseconds are no safe number', { at: Date.UTC(9_999, 11, 31, 23, 59, 59, 999) }],
    ['yes', { flag: true }],
    ['no', { flag: false }],
    ['a list', { words: ['tkt_a', 'with,comma', 'ö', ''] }],
  ])('come back as they were: %s', async (_, cells) => {
    const rows = [row(1, cells), row(2, { word: 'next' })];
    expect(await copied(rows)).toEqual(expected(rows));
  });

  it('hold no NUL, which no text of Postgres can', async () => {
    expect(await copied([row(1, { word: 'a\u0000ö', words: ['\u0000'] })])).toEqual(
      expected([row(1, { word: 'a\uFFFDö', words: ['\uFFFD'] })]),
    );
  });

  it('come page after page, however large', async () => {
    const page = (from: number, count: number): Row[] =>
      Array.from({ length: count }, (_, index) => row(from + index, { word: 'w'.repeat(index % 700), big: index, words: [`${index}`] }));
    const pages = [page(0, 3_000), page(10_000, 1), page(20_000, 5_000), []];
    expect(await copied(...pages)).toEqual(expected(pages.flat()));
  });

  it('are refused if a number does not fit its column, before anything is sent', () => {
    expect(() => new CopyRows(TABLE).add(row(2 ** 31))).toThrow('out of range');
    expect(() => new CopyRows(TABLE).add(row(1, { big: 2n ** 63n }))).toThrow('out of range');
    expect(() => new CopyRows(TABLE).add(row(1, { big: 'many' }))).toThrow('BigInt');
  });
});
