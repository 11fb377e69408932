import fc from 'fast-check';
import { type Fault, isFault } from '#shared/kernel/fault.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { LedgerReader } from '../../apps/ledger/src/queries/reader.js';
import { HttpCaller } from '../harness/http-caller.js';
import { DATABASE, RunningLedger } from '../stages/ledger-app.js';
import { Shop } from '../stages/shop.js';

const TENANTS = ['demo', 'acme', 'blue', 'rose'];
/** `FUZZ=long` asks 10,000 times. */
const REQUESTS = process.env.FUZZ === 'long' ? 10_000 : 1_000;
const AT_ONCE = 32;
/** So often the connections of readers are ended under them. */
const KILL_EVERY = 500;
const TABLES = ['account_balance', 'ledger_entry', 'log_head', 'payment', 'sale', 'sale_order', 'tenant_chain', 'tenant_halt', 'ticket'];

const canaryOf = (tenant: string): string => `canary-of-${tenant}`;

const shop = Shop.forTests('ledger-canaries', { tenants: TENANTS });
const ledger = RunningLedger.forTests(shop);
let reader: LedgerReader;
let callers: HttpCaller[];
let cursors: string[];

beforeAll(async () => {
  for (const tenant of TENANTS) {
    const [caller, canary] = [await HttpCaller.of(shop.app, tenant), canaryOf(tenant)];
    await caller.open(canary, { quota: 20 }, { name: canary });
    for (let n = 0; n < 3; n++) await caller.place(canary, { quantity: 2, buyer: canary }, `${canary}-${n}`);
  }
  await ledger.catchesUp();
  const url = ledger.postgres.url(DATABASE, { user: 'admit_reader', password: 'admit_reader-password' });
  reader = new LedgerReader({ DATABASE_READER_URL: url }, createLogger('canaries', 'silent'));
  ledger.onClose(() => reader.close());
  callers = await Promise.all(TENANTS.map((tenant) => ledger.caller(tenant)));
  cursors = await Promise.all(callers.map(async (caller) => String((await caller.get('/v1/ledger?limit=1')).body.next)));
});

/** The answer to one request, and whether it must contain all of its tenant's rows. */
interface Told {
  readonly text: string;
  readonly whole: boolean;
  readonly kind: string;
}

async function askOverHttp(caller: HttpCaller, path: string, whole: boolean): Promise<Told> {
  const { status, text } = await caller.get(path);
  return { text, whole: whole && status === 200, kind: `HTTP ${status}` };
}

/** Disconnects before the answer: its query continues in the database, and its connection returns to the pool. */
async function leave(caller: HttpCaller): Promise<Told> {
  const left = caller.ask('GET', '/v1/ledger?limit=1000', { signal: AbortSignal.timeout(1) });
  return { text: await left.then(({ text }) => text).catch(() => ''), whole: false, kind: 'left' };
}

async function look(tenant: string, sql: string, whole: boolean): Promise<Told> {
  try {
    const rows = await reader.read(tenant, (ask) => ask(sql, []));
    return { text: JSON.stringify(rows), whole, kind: 'SQL' };
  } catch (thrown) {
    const { context } = (isFault(thrown) ? thrown : (thrown as Error).cause) as Fault;
    return { text: '', whole: false, kind: `SQL ${String(context.sqlstate)}` };
  }
}

type Request = (tenant: number) => Promise<Told>;
const http = (path: string, whole = false): Request => {
  return (n) => askOverHttp(callers[n] as HttpCaller, path, whole);
};
const sql = (text: string, whole = false): Request => {
  return (n) => look(TENANTS[n] as string, text, whole);
};

const other = fc.constantFrom(...TENANTS);
const rows = fc.constantFrom('/v1/ledger', '/v1/ledger/balances', '/v1/ledger/orders', '/v1/ledger/tickets', '/v1/ledger/revenue');
/** What ends a transaction before its time, or its connection, some of it after rows were read. */
const breaking = fc.constantFrom(
  'select 1 / 0',
  'nonsense',
  'select name, 1 / (length(name) - length(name)) from ledger.sale',
  'select * from ledger.checkpoint',
  `update ledger.sale set name = 'mine'`,
  'select pg_cancel_backend(pg_backend_pid())',
  'select name, pg_terminate_backend(pg_backend_pid()) from ledger.sale',
);
const EMPTY_HERE = ['payment', 'tenant_halt'];

const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 8, arbitrary: rows.map((path) => http(path, true)) },
  { weight: 3, arbitrary: fc.tuple(rows, other).map(([path, whose]) => http(`${path}?sale=${canaryOf(whose)}`)) },
  {
    weight: 2,
    arbitrary: fc.nat(TENANTS.length - 1).map(
      (whose): Request =>
        (n) =>
          http(`/v1/ledger?limit=1&cursor=${cursors[whose]}`)(n),
    ),
  },
  { weight: 1, arbitrary: other.map((whose) => http(`/v1/ledger/balances?tenant=${whose}`)) },
  { weight: 1, arbitrary: fc.constant<Request>((n) => leave(callers[n] as HttpCaller)) },
  { weight: 4, arbitrary: fc.constantFrom(...TABLES).map((name) => sql(`select * from ledger.${name}`, !EMPTY_HERE.includes(name))) },
  { weight: 2, arbitrary: breaking.map((text) => sql(text)) },
  // the possible residue of a careless query on its connection; the answer contains the name that the query named
  {
    weight: 1,
    arbitrary: other.map(
      (whose): Request =>
        async (n) => ({ ...(await sql(`select set_config('app.tenant', '${whose}', false)`)(n)), text: '' }),
    ),
  },
);

it(`[L8] shows no tenant the canary of another in ${REQUESTS} pooled requests, with errors, aborted transactions and lost connections in between`, async () => {
  const requests = fc.sample(fc.tuple(fc.nat(TENANTS.length - 1), request), { numRuns: REQUESTS, seed: 20_274 });
  const kinds = new Map<string, number>();
  const leaks: string[] = [];
  let next = 0;
  let whole = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < requests.length; n = next++) {
      const [tenant, ask] = requests[n] as [number, Request];
      if (n % KILL_EVERY === 0) await ledger.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'admit_reader'`);
      const told = await ask(tenant);
      kinds.set(told.kind, (kinds.get(told.kind) ?? 0) + 1);
      for (const [index, name] of TENANTS.entries()) {
        const there = told.text.includes(canaryOf(name)) || told.text.includes(`"tenant":"${name}"`);
        if (index !== tenant && there) leaks.push(`${TENANTS[tenant]} was shown ${name} by request ${n}: ${told.text.slice(0, 200)}`);
        if (index === tenant && told.whole) whole += Number(there);
        if (index === tenant && told.whole && !there)
          leaks.push(`${name} was not shown its own by request ${n}: ${told.text.slice(0, 200)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(leaks).toEqual([]);
  expect(whole).toBeGreaterThan(REQUESTS / 3);
  const met = [...kinds.keys()];
  expect(met).toEqual(
    expect.arrayContaining([
      'HTTP 200',
      'HTTP 400',
      'left',
      'SQL',
      'SQL 22012',
      'SQL 42601',
      'SQL 42501',
      'SQL 25006',
      'SQL 57014',
      'SQL 57P01',
    ]),
  );
  process.stdout.write(`${[...kinds].map(([kind, count]) => `${kind}: ${count}`).join(', ')}\n`);
}, 300_000);
