import { randomUUID } from 'node:crypto';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { fingerprint } from '#shared/kernel/canonical.js';
import { keyHash, type SaleId, type TenantId } from '#shared/kernel/ids.js';
import { type Command, commandMessageId, commandSubject, encodeCommand } from '../../apps/purchase/src/requests/command.js';
import { commandsSettled, toldOf } from '../stages/crash-stage.js';
import { Shop } from '../stages/shop.js';

const SALE = 'dead-lettered-sale';
const request = { sale: SALE, buyer: 'b-1', quantity: 1 };

let jsm: JetStreamManager;

const shop = Shop.forTests('deadlettered');
beforeAll(async () => {
  jsm = await jetstreamManager(shop.log.admin);
  await shop.demo.open(SALE, { quota: 10 });
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
  reply: '_INBOX.purchase.unheard',
});

/** As a newer version would have stored it: this version cannot read it. */
async function park(key: string, msgID = commandMessageId(commandOf(key))): Promise<void> {
  const unreadable = encodeCommand(commandOf(key)).replace('order.place', 'order.swap');
  await jetstream(shop.log.admin).publish(commandSubject(commandOf(key)), unreadable, { msgID });
  await commandsSettled(shop.log);
}

/** A duplicate of a dead-lettered request, after the broker's duplicate window. */
async function sendAgain(key: string, body = encodeCommand(commandOf(key))): Promise<void> {
  await jetstream(shop.log.admin).publish(commandSubject(commandOf(key)), body, { msgID: randomUUID() });
  await commandsSettled(shop.log);
}

const entries = async (): Promise<number> => (await jsm.streams.info('DEAD')).state.messages;

it('[L10] a dead-lettered request is answered so each time, over NATS and HTTP, and with its decision after a redrive', async () => {
  const key = 'known';
  await park(key);
  const before = await shop.log.lastSequences();
  for (let tries = 0; tries < 2; tries++) {
    expect(await shop.demo.place(SALE, { quantity: 1 }, key)).toMatchObject({
      status: 503,
      retryAfter: '60',
      body: { code: 'dead-lettered' },
    });
    const response = await shop.demoWeb.place(SALE, { quantity: 1 }, key);
    expect(response).toMatchObject({ status: 503, body: { status: 503, code: 'dead-lettered' } });
    expect(response.headers.get('Retry-After')).toBe('60');
  }
  expect(await shop.log.lastSequences()).toEqual(before);
  await sendAgain(key);
  const decided = await shop.demo.place(SALE, { quantity: 1 }, key);
  expect(decided).toMatchObject({ status: 201, replayed: true, body: { sale: SALE } });
  expect(await shop.demoWeb.place(SALE, { quantity: 1 }, key)).toMatchObject({ status: 201, replayed: true, text: decided.text });
  expect((await toldOf(shop.log, SALE)).decisions.filter((hash) => hash === keyHash('api', key))).toHaveLength(1);
});

it("a dead-lettered request is decided for its caller by a capable version, once the broker's duplicate window is over", async () => {
  await park('old', 'another-id');
  expect(await shop.demo.place(SALE, { quantity: 1 }, 'old')).toMatchObject({ status: 201, replayed: false });
});

it('a request that fails again gets the same answer, and is one dead letter', async () => {
  await park('twice');
  const before = await entries();
  await sendAgain('twice', encodeCommand({ ...commandOf('twice'), reply: '_INBOX.purchase.again' }).replace('order.place', 'order.swap'));
  expect(await shop.demo.place(SALE, { quantity: 1 }, 'twice')).toMatchObject({ status: 503, body: { code: 'dead-lettered' } });
  expect(await entries()).toBe(before);
});

it('another request of its key that fails is a separate dead letter', async () => {
  await park('two-requests');
  const before = await entries();
  const other = encodeCommand({ ...commandOf('two-requests'), fingerprint: 'of another body' }).replace('order.place', 'order.swap');
  await sendAgain('two-requests', other);
  expect(await entries()).toBe(before + 1);
});

it('a request whose like was set aside in another sale is decided', async () => {
  await park('elsewhere');
  await shop.demo.open('other', { quota: 10 });
  expect(await shop.demo.place('other', { quantity: 1 }, 'elsewhere')).toMatchObject({ status: 201, replayed: false });
});
