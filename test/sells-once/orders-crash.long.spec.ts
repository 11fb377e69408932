import { randomUUID } from 'node:crypto';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { Decider } from '../../apps/purchase/src/deciding/decider.js';
import { Decisions } from '../../apps/purchase/src/deciding/decisions.js';
import { SALE_REPOSITORY, type SaleRepository } from '../../apps/purchase/src/deciding/sales.module.js';
import { type Command, encodeCommand } from '../../apps/purchase/src/requests/command.js';
import { Replies } from '../../apps/purchase/src/requests/replies.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Caller } from '../harness/caller.js';
import { arrives, type Frame, LossyProxy } from '../harness/lossy-proxy.js';
import { askUntilSettled, commandsSettled, counted, SILENT, settingsAt, startAt, toldOf } from '../stages/crash-stage.js';
import { purchaseContext } from '../stages/purchase-context.js';
import { SeenCommands } from '../stages/seen-commands.js';
import { Log } from '../stages/selling.js';

const log = Log.forTests('crash');
let proxy: LossyProxy;
let first: NestFastifyApplication;
let demo: Caller;
let jsm: JetStreamManager;
let seen: SeenCommands;
const startApp = (url: string): Promise<NestFastifyApplication> => log.keep(startAt(log.server, url));

beforeAll(async () => {
  proxy = await log.keep(LossyProxy.before(log.server.port));
  first = await startApp(proxy.url);
  demo = await log.keep(Caller.of(log.server, 'demo'));
  jsm = await jetstreamManager(log.admin);
  seen = await SeenCommands.on(log);
  log.onClose(() => proxy.mend()); // the apps end only when their answers are read
});

describe('a command that cannot be decided', () => {
  const poison = [
    ['no JSON', 'this is no command'],
    ['null', 'null'],
    [
      'an operation that this version does not know',
      { operation: 'sale.burn', key: 'k', fingerprint: 'f', request: {}, reply: '_INBOX.purchase.unheard' },
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
    ['no request', { operation: 'order.place', key: 'k', fingerprint: 'f', request: null, reply: '_INBOX.purchase.unheard' }],
    [
      'no fingerprint',
      { operation: 'order.place', key: 'k', request: { sale: 'poison', buyer: 'b', quantity: 1 }, reply: '_INBOX.purchase.unheard' },
    ],
    [
      'a request that the decider chokes on',
      { operation: 'ticket.mint', key: 'k', fingerprint: 'f', request: { sale: 'poison', tickets: 5 }, reply: '_INBOX.purchase.unheard' },
    ],
  ] as const;

  it('[minting RS6] goes to DEAD with its reason, and delays no other', async () => {
    await demo.open('poison', { quota: 1_000 });
    const before = await log.lastSequences();
    const orders = Promise.all(Array.from({ length: 100 }, (_, order) => demo.place('poison', { quantity: 1, buyer: `b-${order}` })));
    await Promise.all(
      poison.map(([, body], index) =>
        jetstream(log.admin).publish(`cmd.demo.poison.poison${index}`, typeof body === 'string' ? body : JSON.stringify(body)),
      ),
    );
    expect((await orders).map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 201));
    await commandsSettled(log);
    const { DEAD = 0 } = before;
    const deadLetters = await Promise.all(poison.map((_, index) => jsm.streams.getMessage('DEAD', { seq: DEAD + 1 + index })));
    const subjects = deadLetters.map((deadLetter) => deadLetter?.subject).sort();
    expect(subjects).toEqual(poison.map((_, index) => `dead.COMMANDS.demo.poison.poison${index}`));
    for (const deadLetter of deadLetters)
      expect(deadLetter?.json()).toMatchObject({
        stream: 'COMMANDS',
        deliveries: 1,
        reason: expect.stringMatching(/\w+ \w+/),
        original: expect.any(String),
      });
    expect((await toldOf(log, 'poison')).units).toHaveLength(100);
    expect((await log.lastSequences()).DEAD).toBe(DEAD + poison.length);
  });

  it('tells its caller that it was dead-lettered', async () => {
    const told = log.admin.subscribe('_INBOX.purchase.dead-lettered', { max: 1 });
    const request = { sale: 'poison', tickets: 5 };
    const command = { operation: 'ticket.mint', key: 'k', fingerprint: 'f', request, reply: '_INBOX.purchase.dead-lettered' };
    await jetstream(log.admin).publish('cmd.demo.poison.dead-lettered', JSON.stringify(command));
    for await (const message of told)
      expect(message.json()).toMatchObject({ status: 503, retryAfterSeconds: 60, body: expect.stringContaining('"dead-lettered"') });
  });
});

describe('[L4] a key', () => {
  it('[minting IK3] still has its answer when COMMANDS is wiped', async () => {
    await demo.open('wiped', { quota: 10 });
    const placed = await demo.place('wiped', { quantity: 1 }, 'wiped');
    await jsm.streams.purge('COMMANDS');
    expect(await demo.place('wiped', { quantity: 1 }, 'wiped')).toMatchObject({ status: 201, text: placed.text, replayed: true });
    expect(await demo.place('wiped', { quantity: 2 }, 'wiped')).toMatchObject({
      status: 422,
      body: { code: 'key-reused', errors: [{ pointer: '/quantity' }] },
    });
    expect(await toldOf(log, 'wiped')).toMatchObject({ decisions: { length: 1 }, units: ['1'] });
  });

  it.each([
    ['accepted', 1, 201],
    ['refused', 100, 409],
  ])('[minting QJ4] [blockchain TP-10] is %s once although the broker takes its command a second and a third time', async (outcome, quantity, status) => {
    await demo.open(outcome, { quota: 10 });
    expect((await demo.place(outcome, { quantity }, outcome)).status).toBe(status);
    const before = await log.lastSequences();
    const stored = seen.last;
    const forged = { ...stored.json<Command>(), fingerprint: 'another', request: { sale: outcome, buyer: 'b-1', quantity: 3 } };
    for (const body of [stored.string(), JSON.stringify(forged)]) {
      await commandsSettled(log);
      await jetstream(log.admin).publish(stored.subject, body, { msgID: randomUUID() });
      await commandsSettled(log);
    }
    expect(await log.lastSequences()).toEqual({ ...before, COMMANDS: (before.COMMANDS ?? 0) + 2 });
    expect((await toldOf(log, outcome)).decisions).toHaveLength(1);
  });
});

describe('[L1] two deciders that each act as the only one', () => {
  it('[minting DL1] [minting DL5] [blockchain TP-4] [blockchain SC-3] decide each key once and sell each seat once: the expected version is the lock', async () => {
    await demo.open('both', { rows: [{ row: 'A', from: 1, to: 50 }] });
    const apps = await Promise.all([1, 2].map(() => purchaseContext(settingsAt(log.server, log.server.url))));
    const deciders = apps.map(
      (app) =>
        new Decider({
          folds: app.get<SaleRepository>(SALE_REPOSITORY, { strict: false }),
          decisions: app.get(Decisions, { strict: false }),
          replies: app.get(Replies, { strict: false }),
          dead: app.get(DeadLetters, { strict: false }),
          logger: SILENT,
        }),
    );
    const settlements: string[] = [];
    for (let order = 0; order < 200; order++) {
      const request = { sale: 'both', buyer: `b-${order}`, units: [`A-${(order % 50) + 1}`] };
      const command = {
        operation: 'order.place',
        key: `both-${order}`,
        fingerprint: `f-${order}`,
        request,
        reply: '_INBOX.purchase.unheard',
      } as const;
      const delivery = (decider: number) => ({
        subject: `cmd.0.demo.both.hash${order}`,
        sequence: order + 1,
        deliveries: 1 + decider,
        storedAt: Date.UTC(2027, 0, 1) + order,
        body: Buffer.from(encodeCommand(command as unknown as Command)),
        header: () => undefined,
        headers: () => ({}),
        working: () => undefined,
        settle: ({ kind }: { readonly kind: string }) => void settlements.push(kind),
      });
      for (const [index, decider] of deciders.entries()) decider.take(delivery(index));
      if (order % 10 === 0) await new Promise((resolve) => setImmediate(resolve)); // so that groups form, and commits of both lie among each other
    }
    await Promise.all(deciders.map((decider) => decider.drain()));
    await Promise.all(apps.map((app) => app.close()));
    const { decisions, units } = await toldOf(log, 'both');
    expect(settlements).toEqual(Array.from({ length: 400 }, () => 'ack'));
    expect(counted(decisions)).toEqual([200, 200]);
    expect(counted(units)).toEqual([50, 50]);
  });
});

describe('[L1] two purchase apps on one log', () => {
  let both: readonly { readonly app: NestFastifyApplication; readonly proxy: LossyProxy }[];
  beforeAll(async () => {
    const other = await log.keep(LossyProxy.before(log.server.port));
    both = [
      { app: first, proxy },
      { app: await startApp(other.url), proxy: other },
    ];
    log.onClose(() => other.mend());
  });

  it('[minting DL5] sell 100 seats to 100 of 500 callers of both, and decide each key once', async () => {
    await demo.open('two', { rows: [{ row: 'A', from: 1, to: 100 }] });
    const response = await Promise.all(
      Array.from({ length: 500 }, (_, order) => askUntilSettled(demo, 'two', { units: [`A-${(order % 100) + 1}`] }, `two-${order}`)),
    );
    expect(response.filter(({ status }) => status === 201)).toHaveLength(100);
    const { decisions, units } = await toldOf(log, 'two');
    expect(counted(decisions)).toEqual([500, 500]);
    expect(counted(units)).toEqual([100, 100]);
  });

  it('[minting DL3] [minting DL4] [L6] end every order although the one that decides is cut off in the middle; back as a zombie, it changes nothing', async () => {
    await demo.open('cut', { rows: [{ row: 'A', from: 1, to: 100 }] });
    let commits = 0; // of whichever of them decides this sale; with the second one the rush has begun
    const isSecond = ({ line }: Frame): boolean => line.startsWith('HPUB ev.demo.sale.cut ') && ++commits === 2;
    const losing = Promise.race(both.map(async (one) => ({ ...one, late: await one.proxy.loseNext('up', isSecond) })));
    const asked = Array.from({ length: 400 }, (_, order) =>
      askUntilSettled(demo, 'cut', { units: [`A-${(order % 100) + 1}`] }, `cut-${order}`),
    );
    const zombie = await losing;
    zombie.proxy.cut();
    const response = await Promise.all(asked);
    expect(response.filter(({ status }) => status === 201)).toHaveLength(100);
    const before = await toldOf(log, 'cut');
    zombie.proxy.mend();
    await waitFor(async () => (await zombie.app.inject({ method: 'GET', url: '/health/ready' })).statusCode === 200, {
      what: 'the zombie is back',
      timeoutMs: 60_000,
    });
    await commandsSettled(log);
    expect(await arrives(log.admin, zombie.late)).toMatchObject({ error: { err_code: 10071 } }); // its commit, long after others took over
    expect(await toldOf(log, 'cut')).toEqual(before);
    expect(counted(before.decisions)).toEqual([400, 400]);
    expect(counted(before.units)).toEqual([100, 100]);
    const again = await Promise.all(
      response.map((_, order) => askUntilSettled(demo, 'cut', { units: [`A-${(order % 100) + 1}`] }, `cut-${order}`)),
    );
    expect(again.map(({ text }) => text)).toEqual(response.map(({ text }) => text));
  }, 300_000);
});
