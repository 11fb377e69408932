import { randomUUID } from 'node:crypto';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { fingerprint } from '#shared/kernel/canonical.js';
import { keyHash, type SaleId, type TenantId } from '#shared/kernel/ids.js';
import { type Command, commandMessageId, commandSubject, encodeCommand } from '../../apps/purchase/src/command.js';
import { Caller } from '../harness/caller.js';
import { commandsSettled, toldOf } from '../harness/crash-stage.js';
import { HttpCaller } from '../harness/http-caller.js';
import { Log, startSelling } from '../harness/selling.js';

const SALE = 'parked';
const request = { sale: SALE, buyer: 'b-1', quantity: 1 };

let log: Log;
let app: NestFastifyApplication;
let demo: Caller;
let web: HttpCaller;
let jsm: JetStreamManager;

beforeAll(async () => {
  log = await Log.start('parked');
  app = await startSelling(log.server);
  demo = await Caller.of(log.server, 'demo');
  web = await HttpCaller.of(app, 'demo');
  jsm = await jetstreamManager(log.admin);
  await demo.open(SALE, { quota: 10 });
}, 180_000);
afterAll(async () => {
  await demo?.close();
  await app?.close();
  await log?.stop();
});

const commandOf = (key: string): Command => ({
  tenant: 'demo' as TenantId,
  sale: SALE as SaleId,
  keyHash: keyHash('api', key),
  namespace: 'api',
  operation: 'order.place',
  key,
  fingerprint: fingerprint('order.place', SALE, request),
  request,
  reply: '_INBOX.purchase.nobody',
});

/** As a newer version would have stored it: this one cannot read what is asked. */
async function park(key: string, msgID = commandMessageId(commandOf(key))): Promise<void> {
  const unreadable = encodeCommand(commandOf(key)).replace('order.place', 'order.swap');
  await jetstream(log.admin).publish(commandSubject(commandOf(key)), unreadable, { msgID });
  await commandsSettled(log);
}

/** What is sent on from DEAD: in place of what lies in COMMANDS, and decided this time. */
async function redrive(key: string, body = encodeCommand(commandOf(key))): Promise<void> {
  const { tenant, sale, keyHash: hash } = commandOf(key);
  const lying = await jsm.streams.getMessage('COMMANDS', { last_by_subj: `cmd.*.${tenant}.${sale}.${hash}` });
  await jsm.streams.deleteMessage('COMMANDS', lying?.seq ?? 0);
  await jetstream(log.admin).publish(commandSubject(commandOf(key)), body, { msgID: randomUUID() });
  await commandsSettled(log);
}

it.each([
  ['is remembered by its id', 'known', undefined],
  ['lies there and nothing else remembers it', 'old', 'another-id'],
])('[L10] a request that was set aside and %s is answered so each time, over NATS and HTTP, and by its decision once it was sent on', async (_, key, msgID) => {
  await park(key, msgID);
  const before = await log.lastSequences();
  for (let tries = 0; tries < 2; tries++) {
    expect(await demo.place(SALE, { quantity: 1 }, key)).toMatchObject({ status: 503, retryAfter: '60', body: { code: 'parked' } });
    const heard = await web.place(SALE, { quantity: 1 }, key);
    expect(heard).toMatchObject({ status: 503, body: { status: 503, code: 'parked' } });
    expect(heard.headers.get('Retry-After')).toBe('60');
  }
  expect(await log.lastSequences()).toEqual(before);
  await redrive(key);
  const decided = await demo.place(SALE, { quantity: 1 }, key);
  expect(decided).toMatchObject({ status: 201, replayed: true, body: { sale: SALE } });
  expect(await web.place(SALE, { quantity: 1 }, key)).toMatchObject({ status: 201, replayed: true, text: decided.text });
  expect((await toldOf(log, SALE)).decisions.filter((hash) => hash === keyHash('api', key))).toHaveLength(1);
});

it('a request that was sent on and set aside again is answered so again', async () => {
  await park('twice');
  await redrive('twice', encodeCommand(commandOf('twice')).replace('order.place', 'order.swap'));
  expect(await demo.place(SALE, { quantity: 1 }, 'twice')).toMatchObject({ status: 503, body: { code: 'parked' } });
});

it('a request whose like was set aside in another sale is decided', async () => {
  await park('elsewhere');
  await demo.open('other', { quota: 10 });
  expect(await demo.place('other', { quantity: 1 }, 'elsewhere')).toMatchObject({ status: 201, replayed: false });
});
