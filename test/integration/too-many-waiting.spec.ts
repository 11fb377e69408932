import { jetstreamManager } from '@nats-io/jetstream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { keyHash } from '#shared/kernel/ids.js';
import type { Answer } from '../../apps/purchase/src/answer.js';
import { Intake, MAX_WAITING_PER_SALE } from '../../apps/purchase/src/intake.js';
import { Caller } from '../harness/caller.js';
import { counted, toldOf } from '../harness/crash-stage.js';
import { heldDeciders } from '../harness/held-deciders.js';
import { HttpCaller } from '../harness/http-caller.js';
import { Log, startSelling } from '../harness/selling.js';

const TOO_MANY = 50;

let log: Log;
let app: NestFastifyApplication;
let demo: Caller;
let web: HttpCaller;

beforeAll(async () => {
  log = await Log.start('too-many-waiting');
  app = await startSelling(log.server);
  demo = await Caller.of(log.server, 'demo');
  web = await HttpCaller.of(app, 'demo');
  for (const sale of ['rush', 'calm']) await demo.open(sale, { quota: 10_000 }, { maxPerBuyer: 100 });
  await demo.place('rush', { quantity: 1 }); // so that the sale is known to this process
}, 180_000);
afterAll(async () => {
  await demo?.close();
  await app?.close();
  await log?.stop();
});

async function liesInCommands(key: string): Promise<boolean> {
  const { streams } = await jetstreamManager(log.admin);
  return (await streams.getMessage('COMMANDS', { last_by_subj: `cmd.*.demo.rush.${keyHash('api', key)}` })) !== null;
}

it('[L10] tells who comes when 2,000 wait to come again, stores nothing of it, and decides the same key afterwards', async () => {
  const release = await heldDeciders(log);
  const intake = app.get(Intake);
  const place = (order: number): Promise<Answer> =>
    intake.handle({
      operation: 'order.place',
      tenant: 'demo',
      key: `rush-${order}`,
      traceparent: undefined,
      body: Buffer.from(JSON.stringify({ sale: 'rush', buyer: `b-${order}`, quantity: 1 })),
    });
  const rush = Array.from({ length: MAX_WAITING_PER_SALE + TOO_MANY }, (_, order) => place(order));
  const calm = demo.place('calm', { quantity: 1 });

  const late = await demo.place('rush', { quantity: 1, buyer: 'late' }, 'late-nats');
  expect(late).toMatchObject({ status: 429, retryAfter: '1', body: { code: 'too-many-waiting' }, error: expect.stringMatching(/wait/) });
  const lateToo = await web.place('rush', { quantity: 1, buyer: 'late' }, 'late-http');
  expect(lateToo).toMatchObject({ status: 429, body: { status: 429, code: 'too-many-waiting' } });
  expect(lateToo.headers.get('Retry-After')).toBe('1');

  await release();
  const heard = await Promise.all(rush);
  expect(heard.filter(({ status }) => status === 429)).toHaveLength(TOO_MANY);
  expect(new Set(heard.map(({ status }) => status))).toEqual(
    new Set(heard.some(({ status }) => status === 202) ? [201, 202, 429] : [201, 429]),
  );
  expect((await calm).status).toBe(201); // another sale waits for nobody here
  expect(await Promise.all(['late-nats', 'late-http', `rush-${MAX_WAITING_PER_SALE}`].map(liesInCommands))).toEqual([false, false, false]);
  expect(await demo.place('rush', { quantity: 1, buyer: 'late' }, 'late-nats')).toMatchObject({ status: 201, replayed: false });
  expect(await web.place('rush', { quantity: 1, buyer: 'late' }, 'late-http')).toMatchObject({ status: 201, replayed: false });
  const decided = 1 + MAX_WAITING_PER_SALE + 2;
  expect(counted((await toldOf(log, 'rush')).decisions)).toEqual([decided, decided]);
}, 60_000);
