import { randomUUID } from 'node:crypto';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { readEnvironment } from '#shared/platform/environment.js';
import { createLogger } from '#shared/platform/logger.js';
import { DECIDER_SETS, deciderSet } from '#shared/platform/topology/consumers.js';
import { type Command, encodeCommand } from '../../apps/purchase/src/command.js';
import { Decider } from '../../apps/purchase/src/decider.js';
import { connectParts } from '../../apps/purchase/src/parts.js';
import { startPurchase } from '../../apps/purchase/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { commitsOf } from '../conformance/event-store-suite.js';
import { Caller, type Heard } from '../harness/caller.js';
import { type Frame, LossyProxy } from '../harness/lossy-proxy.js';
import { Log } from '../harness/selling.js';

/** A caller gives up on an answer after this, and asks again with the same key. */
const PATIENCE_MS = 3_000;
let log: Log;
let proxy: LossyProxy;
let first: NestFastifyApplication;
let demo: Caller;
let jsm: JetStreamManager;
const apps: NestFastifyApplication[] = [];

const environmentOf = (url: string) =>
  readEnvironment({
    NATS_URL: url,
    NATS_PASSWORD: log.server.credentials('purchase').pass,
    NATS_EDGE_PASSWORD: log.server.credentials('edge').pass,
  });

async function startApp(url: string): Promise<NestFastifyApplication> {
  const app = await startPurchase(environmentOf(url), createLogger('purchase', 'silent'));
  apps.push(app);
  return app;
}

beforeAll(async () => {
  log = await Log.start('crash');
  proxy = await LossyProxy.before(log.server.port);
  first = await startApp(proxy.url);
  demo = await Caller.of(log.server, 'demo');
  jsm = await jetstreamManager(log.admin);
}, 180_000);
afterAll(async () => {
  proxy?.mend();
  await demo?.close();
  await Promise.all(apps.map((app) => app.close()));
  await proxy?.stop();
  await log?.stop();
}, 60_000);

/** What the log says of a sale: how often each key was decided, and to whom each unit went. */
async function toldOf(sale: string): Promise<{ readonly decisions: readonly string[]; readonly units: readonly string[] }> {
  const commits = await commitsOf(await JetStreamEventStore.on(log.admin), saleSubject('demo', sale));
  const events = commits.flatMap((commit) => commit.events);
  return {
    decisions: events.flatMap((event) =>
      event.type === 'CommandDecided' && event.data.operation === 'order.place' ? [event.data.keyHash] : [],
    ),
    units: events.flatMap((event) => (event.type === 'OrderPlaced' ? event.data.tickets.map(({ unit }) => unit) : [])),
  };
}

/** Asks until there is a decision, as a caller does who must know: with the same key, whatever happens on the way. */
async function insist(sale: string, more: object, key: string): Promise<Heard> {
  for (;;) {
    const heard = await demo.ask('order.place', { sale, buyer: key, ...more }, key, PATIENCE_MS).catch(() => undefined);
    if (heard?.status === 201 || (heard?.status === 409 && heard.body.code !== 'in-progress')) return heard;
  }
}

/** Every command that lies in COMMANDS has been handed out and is settled. */
const settled = (): Promise<void> =>
  waitFor(
    async () => {
      const sets = await Promise.all(Array.from({ length: DECIDER_SETS }, (_, set) => jsm.consumers.info('COMMANDS', deciderSet(set))));
      return sets.every(({ num_pending, num_ack_pending }) => num_pending === 0 && num_ack_pending === 0);
    },
    { what: 'every command is settled', timeoutMs: 15_000 },
  );

const isCommand = ({ line }: Frame): boolean => line.startsWith('HPUB cmd.');
const isAckOf = (stream: string) => (frame: Frame) =>
  frame.line.startsWith('MSG ') && frame.payload.includes(`"stream":"${stream}"`) && frame.payload.includes('"seq":');

describe('[L10] an order of which the broker’s answer is lost', () => {
  beforeAll(() => demo.open('lossy', { quota: 100 }));

  it('is found in the log when it was the answer to the command', async () => {
    const lost = proxy.loseNext('down', isAckOf('COMMANDS'));
    const heard = await demo.place('lossy', { quantity: 1 }, 'command-ack');
    await lost;
    expect([heard.status, (await demo.place('lossy', { quantity: 1 }, 'command-ack')).text]).toEqual([201, heard.text]);
  });

  it('is found in the log when it was the answer to the commit', async () => {
    const lost = proxy.loseNext('down', isAckOf('EVENTS'));
    const heard = await demo.place('lossy', { quantity: 1 }, 'commit-ack');
    await lost;
    expect([heard.status, (await demo.place('lossy', { quantity: 1 }, 'commit-ack')).text]).toEqual([201, heard.text]);
  });

  it('is told to come again when the command never arrived, and nothing was stored', async () => {
    const before = await log.lastSequences();
    const lost = proxy.loseNext('up', isCommand);
    const heard = await demo.place('lossy', { quantity: 1 }, 'never-arrived');
    await lost;
    expect(heard).toMatchObject({ status: 503, retryAfter: '1', body: { code: 'log-unreachable' } });
    expect(await log.lastSequences()).toEqual(before);
    expect(await demo.place('lossy', { quantity: 1 }, 'never-arrived')).toMatchObject({ status: 201, replayed: false });
  });

  it('[L1] is one order in each case', async () => {
    expect(await toldOf('lossy')).toMatchObject({ decisions: { length: 3 }, units: ['1', '2', '3'] });
  });
});

describe('a command that cannot be decided', () => {
  const poison = [
    ['no JSON', 'this is no command'],
    ['null', 'null'],
    [
      'an operation that this version does not know',
      { operation: 'sale.burn', key: 'k', fingerprint: 'f', request: {}, reply: '_INBOX.purchase.nobody' },
    ],
    ['nothing but an operation', { operation: 'order.place' }],
    [
      'a reply subject that is a stream',
      {
        operation: 'order.place',
        key: 'k',
        fingerprint: 'f',
        request: { sale: 'poison', buyer: 'b', quantity: 1 },
        reply: 'ev.acme.sale.x',
      },
    ],
    ['no request', { operation: 'order.place', key: 'k', fingerprint: 'f', request: null, reply: '_INBOX.purchase.nobody' }],
    [
      'no fingerprint',
      { operation: 'order.place', key: 'k', request: { sale: 'poison', buyer: 'b', quantity: 1 }, reply: '_INBOX.purchase.nobody' },
    ],
    [
      'a request that the decider chokes on',
      { operation: 'sale.open', key: 'k', fingerprint: 'f', request: { sale: 5 }, reply: '_INBOX.purchase.nobody' },
    ],
  ] as const;

  it('goes to DEAD with its reason, and poisons no other', async () => {
    await demo.open('poison', { quota: 1_000 });
    const before = await log.lastSequences();
    const orders = Promise.all(Array.from({ length: 100 }, (_, order) => demo.place('poison', { quantity: 1, buyer: `b-${order}` })));
    await Promise.all(
      poison.map(([, body], index) =>
        jetstream(log.admin).publish(`cmd.demo.poison.poison${index}`, typeof body === 'string' ? body : JSON.stringify(body)),
      ),
    );
    expect((await orders).map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 201));
    await settled();
    const { DEAD = 0 } = before;
    const letters = await Promise.all(poison.map((_, index) => jsm.streams.getMessage('DEAD', { seq: DEAD + 1 + index })));
    const subjects = letters.map((letter) => letter?.subject).sort();
    expect(subjects).toEqual(poison.map((_, index) => `dead.COMMANDS.demo.poison.poison${index}`));
    for (const letter of letters)
      expect(letter?.json()).toMatchObject({
        stream: 'COMMANDS',
        deliveries: 1,
        reason: expect.stringMatching(/\w+ \w+/),
        original: expect.any(String),
      });
    expect((await toldOf('poison')).units).toHaveLength(100);
    expect((await log.lastSequences()).DEAD).toBe(DEAD + poison.length);
  });

  it('tells its caller that it was set aside', async () => {
    const told = log.admin.subscribe('_INBOX.purchase.parked', { max: 1 });
    const command = { operation: 'sale.open', key: 'k', fingerprint: 'f', request: { sale: 5 }, reply: '_INBOX.purchase.parked' };
    await jetstream(log.admin).publish('cmd.demo.poison.parked', JSON.stringify(command));
    for await (const message of told)
      expect(message.json()).toMatchObject({ status: 503, retryAfterSeconds: 1, body: expect.stringContaining('"parked"') });
  });
});

describe('[L4] a key', () => {
  it('still has its answer when COMMANDS is wiped', async () => {
    await demo.open('wiped', { quota: 10 });
    const placed = await demo.place('wiped', { quantity: 1 }, 'wiped');
    await jsm.streams.purge('COMMANDS');
    expect(await demo.place('wiped', { quantity: 1 }, 'wiped')).toMatchObject({ status: 201, text: placed.text, replayed: true });
    expect(await demo.place('wiped', { quantity: 2 }, 'wiped')).toMatchObject({
      status: 422,
      body: { code: 'key-reused', errors: [{ pointer: '/quantity' }] },
    });
    expect(await toldOf('wiped')).toMatchObject({ decisions: { length: 1 }, units: ['1'] });
  });

  it('is decided once although the broker takes its command a second and a third time', async () => {
    await demo.open('again', { quota: 10 });
    await demo.place('again', { quantity: 1 }, 'again');
    const { COMMANDS = 0, EVENTS } = await log.lastSequences();
    const stored = await jsm.streams.getMessage('COMMANDS', { seq: COMMANDS });
    if (stored === null) throw new Error('the command of the order is not there');
    const subject = stored.subject.replace(/^cmd\.\d+\./, 'cmd.');
    const forged = { ...stored.json<Command>(), fingerprint: 'another', request: { sale: 'again', buyer: 'b-1', quantity: 3 } };
    for (const body of [stored.string(), JSON.stringify(forged)]) {
      await jsm.streams.deleteMessage('COMMANDS', (await jsm.streams.info('COMMANDS')).state.last_seq);
      await jetstream(log.admin).publish(subject, body, { msgID: randomUUID() });
      await settled();
    }
    expect((await log.lastSequences()).COMMANDS).toBe(COMMANDS + 2);
    expect((await log.lastSequences()).EVENTS).toBe(EVENTS);
    expect(await toldOf('again')).toMatchObject({ decisions: { length: 1 }, units: ['1'] });
  });
});

describe('[L1] two deciders that both believe to be the only one', () => {
  it('decide each key once and sell each seat once: the expected version is the lock', async () => {
    await demo.open('both', { rows: [{ row: 'A', from: 1, to: 50 }] });
    const logger = createLogger('purchase', 'silent');
    const parts = await Promise.all([1, 2].map(() => connectParts(environmentOf(log.server.url), logger)));
    const deciders = parts.map((one) => new Decider(one));
    const settlements: string[] = [];
    for (let order = 0; order < 200; order++) {
      const request = { sale: 'both', buyer: `b-${order}`, units: [`A-${(order % 50) + 1}`] };
      const command = {
        operation: 'order.place',
        key: `both-${order}`,
        fingerprint: `f-${order}`,
        request,
        reply: '_INBOX.purchase.nobody',
      } as const;
      const delivery = (decider: number) => ({
        subject: `cmd.0.demo.both.hash${order}`,
        sequence: order + 1,
        deliveries: 1 + decider,
        storedAt: Date.UTC(2027, 0, 1) + order,
        body: Buffer.from(encodeCommand(command as unknown as Command)),
        header: () => undefined,
        working: () => undefined,
        settle: ({ kind }: { readonly kind: string }) => void settlements.push(kind),
      });
      for (const [index, decider] of deciders.entries()) decider.take(delivery(index));
      if (order % 10 === 0) await new Promise((resolve) => setImmediate(resolve)); // so that groups form, and commits of both lie among each other
    }
    await Promise.all(deciders.map((decider) => decider.drain()));
    await Promise.all(parts.flatMap(({ connection, edge }) => [connection.close(), edge.close()]));
    const { decisions, units } = await toldOf('both');
    expect(settlements).toEqual(Array.from({ length: 400 }, () => 'ack'));
    expect([decisions.length, new Set(decisions).size]).toEqual([200, 200]);
    expect([units.length, new Set(units).size]).toEqual([50, 50]);
  });
});

describe('[L1] two purchase apps on one log', () => {
  beforeAll(async () => {
    await startApp(log.server.url);
  });

  it('sell 100 seats to 100 of 500 who ask both, and decide each key once', async () => {
    await demo.open('two', { rows: [{ row: 'A', from: 1, to: 100 }] });
    const heard = await Promise.all(
      Array.from({ length: 500 }, (_, order) => insist('two', { units: [`A-${(order % 100) + 1}`] }, `two-${order}`)),
    );
    expect(heard.filter(({ status }) => status === 201)).toHaveLength(100);
    const { decisions, units } = await toldOf('two');
    expect([decisions.length, new Set(decisions).size]).toEqual([500, 500]);
    expect([units.length, new Set(units).size]).toEqual([100, 100]);
  });

  it('[L6] end every order although the one that decides is cut off in the middle; back as a zombie, it changes nothing', async () => {
    await demo.open('cut', { rows: [{ row: 'A', from: 1, to: 100 }] });
    let answered = 0;
    const asked = Array.from({ length: 400 }, async (_, order) => {
      const heard = await insist('cut', { units: [`A-${(order % 100) + 1}`] }, `cut-${order}`);
      answered += 1;
      return heard;
    });
    await waitFor(() => answered > 20, { what: 'the rush has begun', timeoutMs: 10_000 });
    proxy.cut();
    const heard = await Promise.all(asked);
    expect(heard.filter(({ status }) => status === 201)).toHaveLength(100);
    const before = await toldOf('cut');
    proxy.mend();
    await waitFor(async () => (await first.inject({ method: 'GET', url: '/health/ready' })).statusCode === 200, {
      what: 'the zombie is back',
      timeoutMs: 15_000,
    });
    await settled();
    expect(await toldOf('cut')).toEqual(before);
    expect([before.decisions.length, new Set(before.decisions).size]).toEqual([400, 400]);
    expect([before.units.length, new Set(before.units).size]).toEqual([100, 100]);
    const again = await Promise.all(heard.map((_, order) => insist('cut', { units: [`A-${(order % 100) + 1}`] }, `cut-${order}`)));
    expect(again.map(({ text }) => text)).toEqual(heard.map(({ text }) => text));
  }, 60_000);
});
