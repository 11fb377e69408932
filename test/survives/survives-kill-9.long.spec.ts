import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Connection, Keypair, PublicKey } from '@solana/web3.js';
import pg from 'pg';
import type { Commit } from '#shared/event-store/commit.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { Stack } from '../../dev/stack/stack.js';
import { startStack } from '../../dev/stack/start-stack.js';
import { commitsOf } from '../conformance/event-store-suite.js';
import { Caller, type Heard } from '../harness/caller.js';
import { replayVerdict } from '../harness/replay.js';
import { Stage } from '../stages/stage.js';

const ORDERS = 2_000;
const SEATS = 3_600; // fewer than the 2 × 2,000 that are asked for: some orders must lose
const MINTED_ORDERS = 20;
const CALLERS = 48;
/** Which process is killed after this many answers. */
const KILLS: readonly (readonly [answered: number, part: string])[] = [
  [150, 'purchase'],
  [400, 'nats'],
  [700, 'postgres'],
  [950, 'ledger'],
  [1_200, 'minter'],
  [1_450, 'nats'],
  [1_700, 'purchase'],
];

const stage = Stage.forTests();
const sale = 'rush';
const gala = 'gala';
let stack: Stack;
let caller: Caller;
let admin: NatsConnection;
const answers = new Map<string, Heard>();
const assets = new Map<string, Heard>();

beforeAll(async () => {
  const options = { dataDir: stage.folder('kill9'), slotMs: 50, finalizedAfter: 8, settings: { minter: { MINT_POLL_MS: '100' } } };
  stack = await stage.keep(startStack(options));
  const { NATS_URL: servers = '', ADMIT_NATS_USER: user = '', ADMIT_NATS_PASSWORD: pass = '' } = stack.clientSettings;
  caller = await stage.keep(Caller.with({ servers, user, pass, inboxPrefix: `_INBOX.${user}` }, 'demo'));
  const login = stack.wiring.natsLogin('provision');
  admin = await stage.keep(connect({ servers, ...login, inboxPrefix: '_INBOX.provision', maxReconnectAttempts: -1 }));
}, 240_000);

it('answers 2,000 orders while each process and both servers are killed in their midst', async () => {
  await caller.open(sale, { rows: [{ row: 'A', from: 1, to: SEATS }] }, { maxPerBuyer: 100 });
  await caller.open(gala, { quota: 100 }, { mint: 'on-confirm', maxPerBuyer: 100 });
  const kills = [...KILLS];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < ORDERS) {
      const number = next++;
      await order(number);
      const [at, part] = kills[0] ?? [Number.POSITIVE_INFINITY, ''];
      if (answers.size < at) continue;
      kills.shift();
      await stack.part(part).kill9();
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, work));
  expect(kills).toEqual([]);
  expect(answers.size).toBe(ORDERS);
  const statuses = new Set([...answers.values()].map(({ status, body }) => `${status} ${body.code ?? 'ok'}`));
  expect([...statuses].sort()).toEqual(['201 ok', '409 unit-taken']);
}, 480_000);

/** Two seats at random, so that orders collide; every hundredth order is one that mints. */
async function order(number: number): Promise<void> {
  const key = `k-${number}`;
  if (number % (ORDERS / MINTED_ORDERS) === 0) {
    const wallet = Keypair.generate().publicKey.toBase58();
    assets.set(key, await caller.askUntilSettled('order.place', { sale: gala, buyer: `b-${number}`, quantity: 1, wallet }, key));
  }
  const first = 1 + Math.floor((number * 7_919) % (SEATS - 1));
  answers.set(
    key,
    await caller.askUntilSettled('order.place', { sale, buyer: `b-${number}`, units: [`A-${first}`, `A-${first + 1}`] }, key),
  );
}

it('[L1] [L3] has every acknowledged order in the log, and no unit sold twice', async () => {
  const commits = await history(saleSubject('demo', sale));
  const placed = commits.flatMap(({ events }) => events.flatMap((event) => (event.type === 'OrderPlaced' ? [event.data] : [])));
  const acknowledged = [...answers.values()].filter(({ status }) => status === 201).map(({ body }) => String(body.order));
  expect(placed.map(({ order: id }) => String(id)).sort()).toEqual(acknowledged.sort());
  const units = placed.flatMap(({ tickets }) => tickets.map(({ unit }) => unit));
  expect(new Set(units).size).toBe(units.length);
});

it('[minting IK3] [blockchain SC-2] [L4] answers every one of them again with the same bytes', async () => {
  const sample = [...answers].filter((_, index) => index % 20 === 0);
  for (const [key, first] of sample) {
    const number = Number(key.slice(2));
    const start = 1 + Math.floor((number * 7_919) % (SEATS - 1));
    const again = await caller.askUntilSettled('order.place', { sale, buyer: `b-${number}`, units: [`A-${start}`, `A-${start + 1}`] }, key);
    expect([again.status, again.text, again.replayed]).toEqual([first.status, first.text, true]);
  }
});

it('[L5] has every acknowledged order in the ledger, once the ledger has caught up', async () => {
  const acknowledged = [...answers.values(), ...assets.values()]
    .filter(({ status }) => status === 201)
    .map(({ body }) => String(body.order));
  const client = new pg.Client({ connectionString: stack.settingsOf('ledger').DATABASE_READER_URL });
  await client.connect();
  await client.query(`select set_config('app.tenant', 'demo', false)`);
  const orders = async (): Promise<string[]> =>
    (await client.query<{ order_id: string }>('select order_id from ledger.sale_order order by 1')).rows.map((row) => row.order_id);
  try {
    await waitFor(async () => (await orders()).length === acknowledged.length, {
      what: 'every order is in the ledger',
      timeoutMs: 180_000,
    });
    expect(await orders()).toEqual(acknowledged.sort());
  } finally {
    await client.end();
  }
}, 240_000);

it('[blockchain TP-6] [L2] mints every ticket once', async () => {
  const completed = async (): Promise<readonly { readonly ticket: string; readonly asset: string }[]> => {
    const commits = await history(mintSubject('demo', gala));
    return commits.flatMap(({ events }) => events.flatMap((event) => (event.type === 'MintCompleted' ? [event.data] : [])));
  };
  await waitFor(async () => (await completed()).length >= MINTED_ORDERS, { what: 'every ticket is minted', timeoutMs: 180_000 });
  const minted = await completed();
  expect(new Set(minted.map(({ ticket }) => ticket)).size).toBe(MINTED_ORDERS);
  expect(minted).toHaveLength(MINTED_ORDERS);
  const chain = new Connection(stack.wiring.solanaUrl, 'finalized');
  for (const { asset } of minted) expect((await chain.getTokenSupply(new PublicKey(asset))).value.amount).toBe('1');
}, 240_000);

it('[L7] replays to an equal ledger', async () => {
  expect(await replayVerdict(stack)).toEqual({ code: 0, verdict: expect.stringContaining('equal') });
});

async function history(subject: string): Promise<Commit[]> {
  const store = await JetStreamEventStore.on(admin);
  let commits: Commit[] = [];
  const isRead = async (): Promise<boolean> => {
    commits = await commitsOf(store, subject); // not answered until this connection is made again after the last kill
    return true;
  };
  await waitFor(isRead, { what: `${subject} is read`, timeoutMs: 60_000 });
  return commits;
}
