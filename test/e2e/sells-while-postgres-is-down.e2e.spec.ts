import pg from 'pg';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { Stack } from '../../dev/stack/stack.js';
import { startStack } from '../../dev/stack/start-stack.js';
import { Caller } from '../harness/caller.js';
import { replayVerdict } from '../harness/replay.js';

const ORDERS = 200;
const folder = temporaryFolder('no-postgres');
let stack: Stack;
let caller: Caller;

beforeAll(async () => {
  stack = await startStack({ dataDir: folder.path, slotMs: 50, finalizedAfter: 8 });
  const { NATS_URL: servers = '', ADMIT_NATS_USER: user = '', ADMIT_NATS_PASSWORD: pass = '' } = stack.clientSettings;
  caller = await Caller.with({ servers, user, pass, inboxPrefix: `_INBOX.${user}` }, 'demo');
}, 240_000);
afterAll(async () => {
  await caller?.close();
  await stack?.stop();
  folder.remove();
}, 60_000);

it('[minting DL6] [L5] sells while Postgres is stopped, and the ledger catches up by itself when it is back', async () => {
  await caller.open('gala', { quota: ORDERS * 2 }, { maxPerBuyer: ORDERS * 2 });
  expect((await caller.place('gala', { quantity: 1 }, 'before')).status).toBe(201);
  await waitFor(async () => (await ledgerOrders()) === 1, { what: 'the first order is in the ledger', timeoutMs: 30_000 });
  await stack.part('postgres').stop();
  await expect(ledgerOrders()).rejects.toThrow();
  const heard = await Promise.all(Array.from({ length: ORDERS }, (_, number) => caller.place('gala', { quantity: 1 }, `down-${number}`)));
  expect(new Set(heard.map(({ status }) => status))).toEqual(new Set([201]));
  expect(await caller.ask('order.get', { sale: 'gala', order: heard[0]?.body.order })).toMatchObject({
    status: 200,
    body: { status: 'confirmed' },
  });
  await stack.part('postgres').start();
  await waitFor(async () => (await ledgerOrders()) === ORDERS + 1, { what: 'the ledger has caught up', timeoutMs: 60_000 });
  expect(await replayVerdict(stack)).toMatchObject({ code: 0 });
}, 180_000);

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
