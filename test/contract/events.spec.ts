import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { type EventType, UPCASTS, versionOf } from '#shared/domain/event-versions.js';
import { extendChain, NO_CHAIN } from '#shared/domain/ledger/entry.js';
import { postCommit } from '#shared/domain/ledger/posting/post.js';
import { UnitOfWork } from '#shared/domain/ledger/unit-of-work.js';
import type { MintEvent } from '#shared/domain/mint/events.js';
import { evolve, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { ChainCheck } from '#shared/event-store/chain-check.js';
import { cloudEventsOf } from '#shared/event-store/cloud-events.js';
import { assertFollows, decodeCommit, encodeCommit, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import { isLedgerSubject } from '#shared/event-store/event-store.js';
import { readCommit } from '../../apps/ledger/src/projection/commit-place.js';
import { SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';
import { eventSchemas, fileOf } from '../../dev/docs/event-schemas.js';
import { LAYOUTS, type Stored, sampleOf } from '../../dev/docs/sample-log.js';
import { projectFolder } from '../../dev/processes/project.js';

const READS_TYPES_MS = 60_000;
const types = Object.keys(UPCASTS) as EventType[];
const read = (file: string): string => readFileSync(join(projectFolder(), file), 'utf8');
const schemaOf = (type: string, version: number): object => JSON.parse(read(fileOf(type, version))) as object;

describe('the contract of the log', () => {
  it(
    'equals the code: a changed event becomes a new version, with an upcast (npm run docs writes its file)',
    () => {
      const schemas = eventSchemas();
      expect([...schemas.keys()].sort()).toEqual([...types].sort());
      for (const [type, schema] of schemas) expect([type, schemaOf(type, versionOf(type))]).toEqual([type, schema]);
    },
    READS_TYPES_MS,
  );

  it('keeps a file for every version of every event, and for nothing else', () => {
    const versions = types.flatMap((type) => Array.from({ length: versionOf(type) }, (_, index) => `${type}.v${index + 1}.json`));
    const files = readdirSync(join(projectFolder(), 'test', 'contract')).filter((name) => name.endsWith('.json'));
    expect(files.sort()).toEqual(versions.sort());
  });
});

describe.each(LAYOUTS)('the sample log in %s', (layout) => {
  const sample = sampleOf(layout);

  it('contains every version of every event, each valid by its file', () => {
    const ajv = new Ajv({ strict: false });
    const seen = new Set<string>();
    for (const { type: full, data } of sample.flatMap(({ subject, body }) => cloudEventsOf(subject, body))) {
      const [, type = '', version = ''] = /^admit\.(\w+)\.v(\d+)$/.exec(full) ?? [];
      seen.add(`${type}.v${version}`);
      expect([full, ajv.validate(schemaOf(type, Number(version)), data), ajv.errors]).toEqual([full, true, null]);
    }
    expect(seen.size).toBe(types.reduce((sum, type) => sum + versionOf(type), 0));
  });

  const [moneyBack, units] = [
    { 'EUR provider': 5_700, 'EUR clearing': 0, 'EUR refunds-owed': 5_700, 'EUR revenue': 0 },
    {
      ...{ 'tickets:gala opened': 6, 'tickets:gala available': 6, 'tickets:gala held': 0, 'tickets:gala sold': 0 },
      ...{ 'mints:gala mint-requests': 3, 'mints:gala mint-asked': 0, 'mints:gala mint-failed': 0, 'mints:gala minted': 0 },
      ...{ 'mints:gala mint-cancelled': 1, 'mints:gala mint-revoked': 1, 'mints:gala mint-voided': 1 },
    },
  ];

  const hall = {
    ...{ 'EUR revenue': 29_500, 'EUR settled-outside': 29_500, 'mints:hall mint-requests': 5, 'mints:hall mint-asked': 5 },
    ...{ 'tickets:hall opened': 71, 'tickets:hall available': 66, 'tickets:hall held': 0, 'tickets:hall sold': 5 },
  };

  const codes = {
    ...{ 'EUR revenue': 4_000, 'EUR settled-outside': 4_000 },
    ...{ 'tickets:codes opened': 5, 'tickets:codes available': 4, 'tickets:codes held': 0, 'tickets:codes sold': 1 },
  };

  // For each software version that wrote other events: its number of commits, and their state in every later version
  it.each([
    [28, {}, 35n, 'e4e4d7a8f2839543538eada20b1218f833e3e3d7f54ee451eed049f3a585d45e'],
    [39, { 'EUR disputed': 0 }, 50n, 'b86541ef610361fec178ca44cea8675c943ca3b4da681b2c9e4607b0071db48e'],
    [
      47,
      { 'EUR disputed': 0, 'mints:gala mint-requests': 4, 'mints:gala mint-cancelled': 2 },
      60n,
      'f92aef05482b838036fbd4fde785a9bc9151bfbb2fa1525c21758e745ca109be',
    ],
    [
      54,
      { 'EUR disputed': 0, 'EUR settled-outside': 0, 'mints:gala mint-requests': 4, 'mints:gala mint-cancelled': 2 },
      78n,
      '21a54babdd6d2f4b3dc7d392060c35a1e261a4bf11719005eefa2b17ca1a3f5f',
    ],
    [
      55,
      {
        ...{ 'EUR disputed': 0, 'EUR settled-outside': 0, 'EUR provider': 10_700, 'EUR refunds-owed': 10_700 },
        ...{ 'mints:gala mint-requests': 4, 'mints:gala mint-cancelled': 2 },
      },
      80n,
      'b625ceba26fb02a90cf15ea7c18f62b6d65c868691a18ef265d5137cd5a4cdad',
    ],
    [
      57,
      {
        'EUR disputed': 0,
        'EUR provider': 10_700,
        'EUR refunds-owed': 10_700,
        'mints:gala mint-requests': 4,
        'mints:gala mint-cancelled': 2,
        ...hall,
      },
      95n,
      '71bb1260e920f9e3b2bf5e2b87d803d752e0c736961f83d95f25565d1c348d51',
    ],
    [
      61,
      {
        ...{ 'EUR disputed': 0, 'EUR provider': 10_700, 'EUR refunds-owed': 10_700 },
        ...{ 'mints:gala mint-requests': 4, 'mints:gala mint-cancelled': 2 },
        ...hall,
        ...codes,
      },
      101n,
      '0a5f18a94827a4a91d4c6b8fb99792e340c139e901f6299f61ae0a03c330520a',
    ],
  ])('[L7] gives the same sale, mints and ledger in every version of the software: %d commits', (commits, more, rows, hash) => {
    const sale = new SaleAggregate('ev.demo.sale.gala');
    const others = ['hall', 'codes'].map((name) => new SaleAggregate(`ev.demo.sale.${name}`));
    const mints = new Map<string, TicketMint>();
    const book = new UnitOfWork();
    let chain = NO_CHAIN;
    const heads = new Map([...new Set(sample.map(({ subject }) => subject))].map((subject) => [subject, NO_HEAD]));
    for (const { subject, sequence, body } of sample.slice(0, commits)) {
      const commit = readCommit({ subject, sequence, body });
      assertFollows(heads.get(subject) ?? NO_HEAD, commit);
      heads.set(subject, headOf(commit));
      for (const row of postCommit(book, commit)) chain = extendChain(chain, row);
      const fold = [sale, ...others].find((one) => one.subject === subject);
      if (fold !== undefined) fold.apply(decodeCommit(subject, sequence, body));
      else if (!isLedgerSubject(subject))
        for (const event of commit.events as readonly Recorded<MintEvent>[])
          mints.set(event.data.ticket, evolve(mints.get(event.data.ticket), event));
    }
    expect(sale.sale.counts()).toMatchObject({ opened: 6, available: 6, held: 0, sold: 0 });
    const ends = ['revoked', 'cancelled', 'voided', ...(commits > 39 ? ['cancelled'] : [])];
    expect([...mints.values()].map(({ state }) => state)).toEqual(ends);
    const balances = book.balances.changed().map(({ unit, account, amount }) => [`${unit} ${account}`, Number(amount)]);
    expect(Object.fromEntries(balances)).toEqual({ ...moneyBack, ...units, ...more });
    expect([chain.rows, chain.hash]).toEqual([rows, hash]);
  });
});

it("[L3] continues in today's layout after a log in the first one", () => {
  const check = new ChainCheck();
  const stored = sampleOf('sample-log.jsonl');
  for (const { subject, sequence, body } of stored) check.take(subject, sequence, body);
  const { subject, sequence, body } = stored.at(-1) as Stored;
  const last = decodeCommit(subject, sequence, body);
  const next = encodeCommit(subject, last, last.events);
  assertFollows(last, decodeCommit(subject, sequence + 1, next));
  check.take(subject, sequence + 1, next);
  expect(check.end()).toEqual([]);
});
