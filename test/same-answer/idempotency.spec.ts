import { Svcm } from '@nats-io/services';
import type { NatsConnection } from '@nats-io/transport-node';
import { connect } from '@nats-io/transport-node';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { isOperation, type OperationName } from '../../apps/purchase/src/operations/operations.js';
import { Intake } from '../../apps/purchase/src/requests/intake.js';
import type { Heard } from '../harness/caller.js';
import { NEW, pairFor } from '../harness/every-mutation.js';
import { settingsAt } from '../stages/crash-stage.js';
import { purchaseContext } from '../stages/purchase-context.js';
import { Shop } from '../stages/shop.js';

let mutations: OperationName[];

const shop = Shop.forTests('idempotency');
beforeAll(async () => {
  mutations = await endpoints();
});

/** The operations listed by the services framework that change something. */
async function endpoints(): Promise<OperationName[]> {
  const operator = await connect(shop.log.server.connection('operator'));
  const found: string[] = [];
  for await (const { endpoints: listed } of await new Svcm(operator).client().info('admit-purchase'))
    found.push(...listed.map(({ subject }) => subject));
  await operator.close();
  return found.map((subject) => subject.split('.').slice(2).join('.')).filter(isOperation);
}

it('serves every operation that callers may ask for', () => {
  expect([...mutations].sort()).toEqual(
    [
      'order.cancel',
      'order.place',
      'order.refund',
      'payment.confirm',
      'payment.disputed',
      'payment.fail',
      'payment.refund-failed',
      'payment.refunded',
      'sale.change',
      'sale.close',
      'sale.open',
      'ticket.mint',
    ].sort(),
  );
});

it('[minting IK4] [minting AE1] [blockchain TP-3] [blockchain TP-9] [blockchain SC-1] [blockchain SC-4] answers every mutation once: first, replay, other body, no key, other tenant', async () => {
  for (const operation of mutations) {
    const sale = `every-${operation.replace('.', '-')}`;
    const { body, other, pointer } = await pairFor(operation, sale, shop.demo);
    const without = await shop.demo.ask(operation, body);
    expect([operation, without.status, without.body.code]).toEqual([operation, 400, 'key-missing']);
    const first = await shop.demo.ask(operation, body, 'key');
    expect([operation, first.status, first.replayed]).toEqual([operation, NEW.has(operation) ? 201 : 200, false]);
    const stored = await shop.log.settledSequences();
    const reordered = Object.fromEntries(Object.entries(body).reverse());
    const replay = await shop.demo.ask(operation, JSON.stringify(reordered, undefined, 2), 'key');
    expect([operation, replay.status, replay.text, replay.replayed]).toEqual([operation, first.status, first.text, true]);
    if (operation !== 'sale.close') {
      const mismatch = await shop.demo.ask(operation, other, 'key');
      expect([operation, mismatch.status, mismatch.body.errors?.map((error) => error.pointer)]).toEqual([operation, 422, [pointer]]);
    }
    expect(await shop.log.settledSequences()).toEqual(stored);
    const elsewhere = await pairFor(operation, sale, shop.acme);
    const theirs = await shop.acme.ask(operation, elsewhere.body, 'key');
    expect([operation, theirs.status, theirs.replayed]).toEqual([operation, first.status, false]);
  }
});

it('[minting IK7] [blockchain TP-8] answers 409 while a mutation is in process, and its decision afterwards', async () => {
  const asked = await Promise.all(
    mutations.map(async (operation) => ({ operation, ...(await pairFor(operation, `slow-${operation.replace('.', '-')}`, shop.demo)) })),
  );
  await shop.stopApp();
  const app = await purchaseContext(settingsAt(shop.log.server, shop.log.server.url));
  const intake = app.get(Intake, { strict: false });
  const handle = ({ operation, body }: (typeof asked)[number]) =>
    intake.handle({ operation, tenant: 'demo', key: 'slow', traceparent: undefined, body: Buffer.from(JSON.stringify(body)) });
  const originals = asked.map(handle); // no process decides: each request waits until its timeout
  await app.get<NatsConnection>(NATS, { strict: false }).flush();
  const copies = await Promise.all(asked.map(handle));
  for (const [index, copy] of copies.entries())
    expect([asked[index]?.operation, copy.status, copy.retryAfterSeconds]).toEqual([asked[index]?.operation, 409, 1]);
  for (const original of await Promise.all(originals)) expect([original.status, original.retryAfterSeconds]).toEqual([202, 1]);
  await app.close();
  await shop.startApp();
  const after: Heard[] = [];
  for (const { operation, body } of asked) after.push(await shop.demo.askUntilSettled(operation, body, 'slow'));
  expect(after.map(({ status, replayed, body }) => [status, replayed, body.code])).toEqual(
    asked.map(({ operation }) => [NEW.has(operation) ? 201 : 200, true, undefined]),
  );
});
