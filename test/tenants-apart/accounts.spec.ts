import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, createInbox, type Msg, type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';
import { CONSUMERS } from '#shared/platform/topology/consumers.js';
import { ensureMintQueue } from '#shared/platform/topology/mint-queues.js';
import { provision } from '#shared/platform/topology/provision.js';
import { REPLAY_INFO_SUBJECT, REPLAY_NEXT_SUBJECT } from '#shared/platform/topology/replay-account.js';
import { STREAMS } from '#shared/platform/topology/streams.js';
import { type NatsServer, startNats } from '../../dev/nats/server.js';
import { waitFor } from '../../dev/processes/wait.js';
import { APPS, MAY_CARE, MAY_STORE } from '../harness/app-rights.js';
import { Stage } from '../stages/stage.js';

const WAIT_MS = 60_000;
const TARGETS = [
  'ev.acme.sale.x',
  'ev.acme.mint.x',
  'ev.acme.ledger.x',
  'cmd.acme.x.k',
  'mint.acme.t.0',
  'timer.set.acme',
  'dead.EVENTS.acme.x',
  'hook.acme.crm.x',
];

const stage = Stage.forTests();
const folder = stage.folder('accounts');
let server: NatsServer;
let admin: NatsConnection;
let jsm: JetStreamManager;

const as = (user: string): Promise<NatsConnection> => stage.keep(connect({ ...server.connection(user), reconnect: false }));

const lastSequences = async (): Promise<Record<string, number>> =>
  Object.fromEntries(await Promise.all(STREAMS.map(async ({ name }) => [name, (await jsm.streams.info(name)).state.last_seq] as const)));

const permitted = (connection: NatsConnection, subject: string, body = ''): Promise<Msg> =>
  connection.request(subject, body, { timeout: WAIT_MS });
const forbidden = (connection: NatsConnection, subject: string): Promise<void> =>
  expect(permitted(connection, subject)).rejects.toMatchObject({ cause: expect.any(PermissionViolationError) });

/** The first message of a subscription: the server's refusal. */
const told = (connection: NatsConnection, subject: string): Promise<unknown> =>
  new Promise((resolve) => void connection.subscribe(subject, { callback: resolve }));

/** Answers every request for tenant demo as `user`, like the service does. */
async function responder(user: string): Promise<{ heard: () => number; settle: () => Promise<void>; close: () => Promise<void> }> {
  const connection = await as(user);
  let response = 0;
  connection.subscribe('admit.demo.>', {
    callback: (_error, message) => {
      response++;
      message.respond('{"stored":"by our own answer"}');
    },
  });
  await connection.flush();
  return { heard: () => response, settle: () => connection.flush(), close: () => connection.close() };
}

/** Sends one request per target, with the target as its reply subject, and returns the streams that grew. */
async function attack(attacker: NatsConnection, answering: string): Promise<string[]> {
  const service = await responder(answering);
  const before = await lastSequences();
  for (const reply of TARGETS) attacker.publish('admit.demo.order.place', '{}', { reply });
  await attacker.flush();
  await waitFor(() => service.heard() === TARGETS.length, { what: 'every request arrives', timeoutMs: WAIT_MS });
  await service.settle();
  await service.close();
  const marker = await markEveryStream(); // a stream stores its messages in order: the attack's message would precede the marker
  const after = await lastSequences();
  return STREAMS.map(({ name }) => name).filter((name) => after[name] !== (before[name] ?? 0) + (marker.get(name) ?? 0));
}

let marks = 0;
async function markEveryStream(): Promise<Map<string, number>> {
  const mark = `m${marks++}`;
  const stored = new Map<string, number>();
  for (const subject of [
    `ev.demo.sale.${mark}`,
    `cmd.demo.${mark}.k`,
    `mint.demo.${mark}.0`,
    `timer.due.${mark}`,
    `dead.EVENTS.demo.${mark}`,
    `hook.demo.crm.${mark}`,
  ]) {
    const { stream } = await jetstream(admin).publish(subject, mark);
    stored.set(stream, (stored.get(stream) ?? 0) + 1);
  }
  return stored;
}

/** A user in account APP with exactly the rights a tenant has: what would be without the accounts. */
async function insider(): Promise<NatsConnection> {
  const config = join(folder, 'nats.conf');
  const rights = 'permissions: { publish: { allow: ["admit.demo.>"] }, subscribe: { allow: ["_INBOX.>"] } }';
  const user = `{ user: insider, password: insider, ${rights} }`;
  const text = readFileSync(config, 'utf8');
  writeFileSync(config, text.replace('    users: [\n', `    users: [\n      ${user}\n`));
  process.kill(server.pid ?? 0, 'SIGHUP');
  let connection: NatsConnection | undefined;
  const inside = async (): Promise<boolean> => {
    connection = await stage.keep(connect({ servers: server.url, user: 'insider', pass: 'insider', reconnect: false }));
    return true;
  };
  await waitFor(inside, { what: 'the server knows the insider', timeoutMs: WAIT_MS });
  if (connection === undefined) throw new Error('connected without a connection');
  return connection;
}

beforeAll(async () => {
  server = await stage.keep(startNats({ dataDir: folder, tenants: ['demo', 'acme'] }));
  admin = await as('provision');
  await provision(admin);
  jsm = await jetstreamManager(admin);
}, 180_000); // the first run of all may have to fetch the server

describe('L8: a tenant that names a stream as its reply subject', () => {
  it('stores nothing: neither through the accounts, whichever service answers, nor as the user that answers', async () => {
    const demo = await as('demo');
    expect(await attack(demo, 'edge')).toEqual([]);
    expect(await attack(demo, 'provision')).toEqual([]); // the accounts alone hold, even when the answerer may write everywhere

    const inside = await insider(); // the control: without the accounts the same attack succeeds ...
    expect(await attack(inside, 'provision')).toEqual(['COMMANDS', 'MINTS', 'TIMERS', 'DEAD', 'WEBHOOKS', 'EVENTS']);
    expect(await attack(inside, 'edge')).toEqual([]); // ... and the rights of the answerer alone hold it as well
  });
});

describe('L8: a tenant', () => {
  it('gets its answer', async () => {
    const service = await responder('edge');
    const answer = await permitted(await as('demo'), 'admit.demo.order.place');
    expect(answer.string()).toContain('stored');
    await service.close();
  });

  it('receives nothing of another, not even its inboxes', async () => {
    const [demo, acme, service] = [await as('demo'), await as('acme'), await responder('edge')];
    const response: string[] = [];
    acme.subscribe('_INBOX.>', { callback: (_error, message) => void response.push(message.subject) });
    await acme.flush();
    await permitted(demo, 'admit.demo.order.get');
    demo.publish('admit.demo.order.get', '{}', { reply: createInbox('_INBOX.acme') });
    await demo.flush();
    await service.settle();
    await acme.flush();
    expect(response).toEqual([]);
    await service.close();
  });

  it.each(['>', 'admit.>', 'admit.demo.>', 'ev.>', '_R_.>', '$SRV.>'])('may not subscribe to %s', async (subject) => {
    expect(await told(await as('acme'), subject)).toBeInstanceOf(PermissionViolationError);
  });

  it.each([
    'admit.acme.order.place',
    ...TARGETS,
    '$JS.API.INFO',
    '$JS.API.STREAM.NAMES',
    '$SRV.PING',
    '$SRV.INFO',
  ])('may not ask %s', async (subject) => {
    await forbidden(await as('demo'), subject);
  });
});

describe('an app user', () => {
  const verbs = ['CREATE', 'UPDATE', 'DELETE', 'PURGE', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE', 'LEADER.STEPDOWN', 'PEER.REMOVE'];
  it.each(APPS)('%s cannot create, change, empty or delete a stream', async (user) => {
    const connection = await as(user);
    const all = STREAMS.flatMap(({ name }) => verbs.map((verb) => `${verb}.${name}`));
    for (const what of all.filter((each) => !MAY_CARE[user]?.includes(each))) await forbidden(connection, `$JS.API.STREAM.${what}`);
    await forbidden(connection, '$JS.API.STREAM.CREATE.OTHER');
    await forbidden(connection, '$JS.API.ACCOUNT.PURGE.APP');
  });

  it.each(APPS)('%s cannot make, change or delete a consumer that provision prepared', async (user) => {
    const connection = await as(user);
    for (const { stream, config } of CONSUMERS) {
      const name = `${stream}.${config.durable_name}`;
      for (const verb of ['CREATE', 'DURABLE.CREATE', 'DELETE', 'PAUSE']) await forbidden(connection, `$JS.API.CONSUMER.${verb}.${name}`);
      await forbidden(connection, `$JS.API.CONSUMER.CREATE.${name}.ev.acme.sale.x`);
    }
  });

  it.each(APPS)('%s stores on its own subjects alone', async (user) => {
    const connection = await as(user);
    for (const subject of TARGETS) {
      const mine = MAY_STORE[user]?.test(subject) ?? false;
      if (mine) expect((await permitted(connection, subject)).json()).toMatchObject({ stream: expect.any(String) });
      else await forbidden(connection, subject);
    }
  });

  it('receives nothing of another user: each has its own inbox', async () => {
    const minter = await as('minter');
    for (const subject of ['_INBOX.>', '_INBOX.purchase.>', 'ev.>', 'cmd.>', '$JS.>', 'admit.>']) {
      expect([subject, await told(minter, subject)]).toEqual([subject, expect.any(PermissionViolationError)]);
    }
  });
});

describe('what each app needs, it may', () => {
  it('purchase and minter read a long subject by an ordered consumer, and delete it', async () => {
    const { seq } = await jetstream(admin).publish('ev.acme.sale.long', 'the last');
    for (const user of ['purchase', 'minter']) {
      const consumer = await jetstream(await as(user)).consumers.get('EVENTS', { filter_subjects: 'ev.acme.sale.long' });
      expect((await consumer.next())?.seq).toBe(seq);
      expect(await consumer.delete()).toBe(true);
    }
  });

  const reads = [
    { user: 'purchase', stream: 'COMMANDS', durable: 'decider-0' },
    { user: 'purchase', stream: 'EVENTS', durable: 'mint-requests' },
    { user: 'minter', stream: 'MINTS', durable: 'minter-demo' },
    { user: 'ledger', stream: 'EVENTS', durable: 'ledger' },
  ];
  it.each(reads)('$user takes from $stream and acknowledges', async ({ user, stream, durable }) => {
    await fill(stream);
    const connection = await as(user);
    if (stream === 'MINTS') await ensureMintQueue(await jetstreamManager(connection), 'demo'); // the minter makes it
    const info = await (await jetstreamManager(connection)).consumers.info(stream, durable);
    const group = info.config.priority_groups?.[0];
    const consumer = jetstream(connection).consumers.getConsumerFromInfo(info);
    const messages = await consumer.consume({ max_messages: 1, ...(group === undefined ? {} : { group }) } as Parameters<
      typeof consumer.consume
    >[0]);
    for await (const message of messages) {
      expect(await message.ackAck()).toBe(true);
      break;
    }
    await messages.close();
    expect((await jsm.consumers.info(stream, durable)).ack_floor.stream_seq).toBeGreaterThan(0);
  });

  it('the ledger starts its consumer again from its own checkpoint', async () => {
    const ledger = await as('ledger');
    expect((await permitted(ledger, '$JS.API.CONSUMER.RESET.EVENTS.ledger', '{"seq":2}')).json()).not.toHaveProperty('error');
    const first = await (await jetstream(ledger).consumers.get('EVENTS', 'ledger')).next();
    expect(first?.seq).toBe(2);
    await forbidden(ledger, '$JS.API.CONSUMER.RESET.EVENTS.replay');
  });

  it('an operator sees streams and services, and asks for any tenant', async () => {
    const operator = await as('operator');
    expect((await permitted(operator, '$JS.API.STREAM.NAMES')).json()).toMatchObject({ total: STREAMS.length });
    const service = await responder('edge');
    expect((await permitted(operator, 'admit.demo.order.get')).string()).toContain('stored');
    await service.close();
  });
});

/** One message that the first consumer of the stream will be handed. */
async function fill(stream: string): Promise<void> {
  const subjects: Record<string, string[]> = {
    COMMANDS: Array.from({ length: 64 }, (_, i) => `cmd.demo.fill${i}.k`),
    EVENTS: ['ev.demo.sale.fill'],
    MINTS: ['mint.demo.fill.0'],
  };
  for (const subject of subjects[stream] ?? []) await jetstream(admin).publish(subject, 'fill');
}

describe('L7: replay', () => {
  it('pulls its prepared consumer and reads the stream info, under its own names', async () => {
    const replay = await as('replay');
    const info = (await permitted(replay, REPLAY_INFO_SUBJECT)).json<{ state: { messages: number } }>();
    expect(info.state.messages).toBeGreaterThan(3);
    const seen: Msg[] = [];
    const inbox = createInbox('_INBOX.replay');
    replay.subscribe(inbox, { callback: (_error, message) => void seen.push(message) });
    replay.publish(REPLAY_NEXT_SUBJECT, JSON.stringify({ batch: 3, expires: 5_000_000_000 }), { reply: inbox });
    await waitFor(() => seen.length === 3, { what: 'replay is handed three commits', timeoutMs: WAIT_MS });
    expect(seen.map(({ data }) => data.length > 0)).toEqual([true, true, true]);
  });

  it('stores nothing, not even with a stream as its reply subject', async () => {
    const replay = await as('replay');
    for (const subject of [
      ...TARGETS,
      '$JS.API.INFO',
      '$JS.API.STREAM.DELETE.EVENTS',
      '$JS.API.CONSUMER.CREATE.EVENTS',
      'admit.demo.order.place',
    ]) {
      await forbidden(replay, subject);
    }
    const before = await lastSequences();
    for (const reply of TARGETS) {
      replay.publish(REPLAY_NEXT_SUBJECT, JSON.stringify({ batch: 5, no_wait: true }), { reply });
      replay.publish(REPLAY_INFO_SUBJECT, '', { reply });
    }
    await replay.flush();
    const marker = await markEveryStream();
    const after = await lastSequences();
    for (const { name } of STREAMS) expect([name, after[name]]).toEqual([name, (before[name] ?? 0) + (marker.get(name) ?? 0)]);
  });
});
