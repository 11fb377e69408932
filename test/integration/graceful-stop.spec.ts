import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Caller } from '../harness/caller.js';
import { commandsSettled, counted, toldOf } from '../harness/crash-stage.js';
import { Log, startSelling } from '../harness/selling.js';

const BUYERS = 400;
let log: Log;
let app: NestFastifyApplication | undefined;
let demo: Caller;

beforeAll(async () => {
  log = await Log.start('graceful');
  app = await startSelling(log.server);
  demo = await Caller.of(log.server, 'demo');
}, 180_000);
afterAll(async () => {
  await demo?.close();
  await app?.close();
  await log?.stop();
});

it('[L6] answers everybody who asked before it was told to stop, takes nobody in afterwards, and leaves no command behind', async () => {
  await demo.open('last-call', { quota: BUYERS });
  const asked = Promise.all(Array.from({ length: BUYERS }, (_, buyer) => demo.place('last-call', { quantity: 1, buyer: `b-${buyer}` })));
  await demo.connection.flush(); // the broker has handed all of them to the app
  const [heard] = await Promise.all([asked, app?.close()]);
  app = undefined;
  expect(heard.map(({ status }) => status)).toEqual(Array.from({ length: BUYERS }, () => 201));
  await expect(demo.place('last-call', { quantity: 1 })).rejects.toThrow('no responders');
  await commandsSettled(log);
  const { decisions, units } = await toldOf(log, 'last-call');
  expect([counted(decisions), counted(units)]).toEqual([
    [BUYERS, BUYERS],
    [BUYERS, BUYERS],
  ]);
});
