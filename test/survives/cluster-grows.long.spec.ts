import { join } from 'node:path';
import { STREAMS } from '#shared/platform/topology/streams.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf } from '../harness/admit.js';
import type { Caller, Heard } from '../harness/caller.js';
import { ClusterStage } from '../stages/cluster-stage.js';
import { askUntilSettled, toldOf } from '../stages/crash-stage.js';
import { Shop } from '../stages/shop.js';

const SOLD_BEFORE = 20;
const SOLD_MEANWHILE = 300;
const PLACES = 1_000;

const shop = Shop.forTests('one-server');
const stage = ClusterStage.forTests(0);

const order = (caller: Caller, buyer: number): Promise<Heard> => askUntilSettled(caller, 'gala', { quantity: 1 }, `gala-${buyer}`);
const copies = async (): Promise<readonly number[]> =>
  Promise.all(STREAMS.map(async ({ name }) => (await stage.info(name)).config.num_replicas));
const provisioner = (replicas: number) => ({ ...operatorOf(stage.log.server, 'provision'), NATS_REPLICAS: `${replicas}` });

it('[L3] [L4] a log of one server moves to three by its backup, gets more copies while it sells, and then survives the loss of any server', async () => {
  await shop.demo.open('gala', { quota: PLACES });
  const before = await Promise.all(Array.from({ length: SOLD_BEFORE }, (_, buyer) => order(shop.demo, buyer)));
  const backup = join(shop.folder('backup'), 'log');
  expect(await admit(operatorOf(shop.log.server), 'log', 'backup', backup)).toMatchObject({ code: 0, error: '' });
  expect(await admit(provisioner(2), 'log', 'restore', backup)).toMatchObject({ code: 0, error: '' });
  expect(await copies()).toEqual(STREAMS.map(() => 2));

  await stage.sell();
  const [caller] = stage.callers as [Caller];
  let sold = 0;
  const selling = Promise.all(
    Array.from({ length: SOLD_MEANWHILE }, async (_, buyer) => {
      const answer = await order(caller, SOLD_BEFORE + buyer);
      sold += 1;
      return answer;
    }),
  );
  await waitFor(() => sold > 0, { what: 'it sells', timeoutMs: 60_000 });
  const provisioned = await admit(provisioner(3), 'provision');
  expect(provisioned).toMatchObject({ code: 0, out: expect.stringContaining('changed EVENTS.num_replicas from 2 to 3\n') });
  const meanwhile = await selling;
  for (const { name } of STREAMS) await stage.isCopied(name);

  const killed = await stage.killLeaderOf('EVENTS');
  const all = [...before, ...meanwhile];
  const again = await Promise.all(all.map((_, buyer) => order(caller, buyer)));
  expect(again.map(({ text }) => text)).toEqual(all.map(({ text }) => text));
  expect([...(await toldOf(stage.log, 'gala')).orders].sort()).toEqual(all.map(({ body }) => `${body.order}`).sort());
  await stage.log.server.node(killed).restart();
  await stage.isWhole();

  expect(await admit(operatorOf(stage.log.server), 'log', 'verify', '--no-ledger')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^whole: /),
  });
  expect(await admit(provisioner(1), 'provision')).toMatchObject({
    ...{ code: 0, error: '', out: expect.stringMatching(/^nothing to make; /) },
  });
  expect(await copies()).toEqual(STREAMS.map(() => 3));
}, 600_000);
