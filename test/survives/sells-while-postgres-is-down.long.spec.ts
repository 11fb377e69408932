import pg from 'pg';
import { waitFor } from '../../dev/processes/wait.js';
import type { Stack } from '../../dev/stack/stack.js';
import { startStack } from '../../dev/stack/start-stack.js';
import { Caller, type Heard } from '../harness/caller.js';
import { HttpCaller } from '../harness/http-caller.js';
import { replayVerdict } from '../harness/replay.js';
import { Stage } from '../stages/stage.js';

const ORDERS = 200;
const stage = Stage.forTests();
let stack: Stack;
let caller: Caller;
let web: HttpCaller;

beforeAll(async () => {
  stack = await stage.keep(startStack({ dataDir: stage.folder('no-postgres'), slotMs: 50, finalizedAfter: 8 }));
  const { NATS_URL: servers = '', ADMIT_NATS_USER: user = '', ADMIT_NATS_PASSWORD: pass = '' } = stack.clientSettings;
  web = new HttpCaller(stack.clientSettings.HTTP_URL ?? '', 'demo', stack.clientSettings.ADMIT_API_KEY);
  caller = await stage.keep(Caller.with({ servers, user, pass, inboxPrefix: `_INBOX.${user}` }, 'demo'));
}, 240_000);

it('[minting DL6] [L5] sells while Postgres is stopped, and the ledger catches up by itself when it is back', async () => {
  await caller.open('gala', { quota: ORDERS * 2 }, { maxPerBuyer: ORDERS * 2 });
  expect((await caller.place('gala', { quantity: 1 }, 'before')).status).toBe(201);
  await waitFor(async () => (await ledgerOrders()) === 1, { what: 'the first order is in the ledger', timeoutMs: 60_000 });
  await stack.part('postgres').stop();
  await expect(ledgerOrders()).rejects.toThrow();
  const response = await Promise.all(
    Array.from({ length: ORDERS }, (_, number) =>
      caller.askUntilSettled('order.place', { sale: 'gala', buyer: 'b-1', quantity: 1 }, `down-${number}`),
    ),
  );
  expect(new Set(response.map(({ status }) => status))).toEqual(new Set([201]));
  await readEverything(response[0]?.body ?? {});
  await stack.part('postgres').start();
  await waitFor(async () => (await ledgerOrders()) === ORDERS + 1, { what: 'the ledger has caught up', timeoutMs: 120_000 });
  expect(await replayVerdict(stack)).toMatchObject({ code: 0 });
}, 360_000);

/** Every read of the selling side, over NATS and HTTP: it comes from the log, up to the last order. */
async function readEverything({ order, tickets }: Heard['body']): Promise<void> {
  const [{ ticket } = { ticket: '' }] = (tickets ?? []) as readonly { readonly ticket: string }[];
  const reads = [
    ['sale.get', { sale: 'gala' }, { units: { sold: ORDERS + 1 } }],
    ['sale.refunds-due', { sale: 'gala' }, { refundsDue: [], problems: [] }],
    ['order.get', { sale: 'gala', order }, { order, status: 'confirmed' }],
    ['ticket.get', { sale: 'gala', ticket }, { ticket, order, status: 'sold' }],
  ] as const;
  for (const [what, body, answer] of reads) {
    expect([what, await caller.ask(what, body)]).toMatchObject([what, { status: 200, body: answer }]);
    expect([what, await web.askFor(what, body)]).toMatchObject([what, { status: 200, body: answer }]);
  }
}

async function ledgerOrders(): Promise<number> {
  const client = new pg.Client({ connectionString: stack.settingsOf('ledger').DATABASE_READER_URL });
  await client.connect();
  try {
    await client.query(`select set_config('app.tenant', 'demo', false)`);
    const { rows } = await client.query<{ count: string }>(`select count(*) from ledger.sale_order`);
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}
