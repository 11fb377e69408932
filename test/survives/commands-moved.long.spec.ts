import { jetstreamManager } from '@nats-io/jetstream';
import { OPERATIONS } from '../../apps/purchase/src/operations/operations.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf } from '../harness/admit.js';
import type { Caller } from '../harness/caller.js';
import { ClusterStage } from '../stages/cluster-stage.js';
import { askUntilSettled, toldOf } from '../stages/crash-stage.js';
import { heldDeciders } from '../stages/held-deciders.js';

const WAIT_MS = 60_000;
const stage = ClusterStage.forTests(1);
const provisioner = () => ({ ...operatorOf(stage.log.server, 'provision'), NATS_REPLICAS: '3' });
const choking = OPERATIONS['order.place'] as { decide: (typeof OPERATIONS)['order.place']['decide'] };
const sound = choking.decide;
afterAll(() => {
  choking.decide = sound;
});

/** Repeated until it is decided: another server may not know yet that an app has started, and streams have just changed. */
async function open(caller: Caller, sale: string, more: object): Promise<void> {
  const terms = { sale, name: 'Gala', price: { amount: '5000', currency: 'EUR' }, mint: 'on-request', ...more };
  expect((await caller.askUntilSettled('sale.open', terms, `open-${sale}`)).status).toBe(201);
}

/** An order of this buyer cannot be decided by this version. */
function breakDown(): void {
  choking.decide = (sale, command, at) => {
    if (JSON.stringify(command.request).includes('unlucky')) throw new Error('this version cannot decide that');
    return sound(sale, command, at);
  };
}

it('[L3] [L4] COMMANDS moves from one server to three with a held order, a dead letter and an undecided command: nothing is lost', async () => {
  const [caller] = stage.callers as [Caller];
  await open(caller, 'moved', { units: { quota: 10 }, payment: 'webhook', holdSeconds: 3_600 });
  const held = await askUntilSettled(caller, 'moved', { quantity: 1 }, 'held');
  breakDown();
  expect(await caller.place('moved', { quantity: 1, buyer: 'unlucky' }, 'dead')).toMatchObject({
    status: 503,
    body: { code: 'dead-lettered' },
  });
  choking.decide = sound;
  expect((await stage.info('COMMANDS')).config).toMatchObject({ storage: 'file', persist_mode: 'async', num_replicas: 1 });

  const running = await admit(provisioner(), 'provision');
  expect([running.code, running.error]).toEqual([1, expect.stringContaining('stop every purchase app')]);
  expect((await stage.info('EVENTS')).config.num_replicas).toBe(1);

  const release = await heldDeciders(stage.log);
  expect(await caller.place('moved', { quantity: 1 }, 'undecided')).toMatchObject({ status: 202 });
  for (const app of stage.apps) await app.close();
  await release();
  const jsm = await jetstreamManager(stage.log.admin);
  const noPulls = async (): Promise<boolean> => {
    for await (const { num_waiting } of jsm.consumers.list('COMMANDS')) if (num_waiting > 0) return false;
    return true;
  };
  await waitFor(noPulls, { what: 'no consumer pulls commands', timeoutMs: WAIT_MS });
  expect(await admit(provisioner(), 'provision')).toMatchObject({
    code: 0,
    out: expect.stringContaining('changed COMMANDS.storage from file to memory'),
  });
  await stage.isWhole();
  const { config, state } = await stage.info('COMMANDS');
  expect([config.storage, config.persist_mode, config.num_replicas, state.messages]).toEqual(['memory', undefined, 3, 0]);

  await stage.sell();
  const again = await askUntilSettled(caller, 'moved', { quantity: 1 }, 'held');
  expect([again.text, again.body.status]).toEqual([held.text, 'held']);
  expect(await askUntilSettled(caller, 'moved', { quantity: 1 }, 'undecided')).toMatchObject({ status: 201 });
  expect(await admit(operatorOf(stage.log.server), 'dead', 'redrive', '--all')).toMatchObject({
    code: 0,
    out: expect.stringContaining('decided: 201'),
  });
  const money = { sale: 'moved', order: held.body.order, payment: 'pay-1', amount: '5000', currency: 'EUR' };
  expect((await caller.askUntilSettled('payment.confirm', money, 'paid')).body).toMatchObject({ status: 'confirmed' });
  expect((await toldOf(stage.log, 'moved')).orders).toHaveLength(3);
}, 600_000);

it('[L3] three servers that are all killed come back without commands, and every key is decided', async () => {
  const [caller] = stage.callers as [Caller];
  await open(caller, 'killed', { units: { quota: 1_000 } });
  let response = 0;
  const asked = Promise.all(
    Array.from({ length: 400 }, async (_, buyer) => {
      const answer = await askUntilSettled(caller, 'killed', { quantity: 1 }, `killed-${buyer}`);
      response += 1;
      return answer;
    }),
  );
  await waitFor(() => response > 50, { what: 'it sells', timeoutMs: WAIT_MS });
  const nodes = stage.log.server.nodes;
  await Promise.all(nodes.map((node) => node.kill9()));
  await Promise.all(nodes.map((node) => node.restart()));
  const answers = await asked;
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  const { decisions, orders } = await toldOf(stage.log, 'killed');
  expect([decisions.length, new Set(decisions).size, orders.length]).toEqual([400, 400, 400]);
}, 600_000);
