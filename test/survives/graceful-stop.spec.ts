import { commandsSettled, counted, toldOf } from '../stages/crash-stage.js';
import { Shop } from '../stages/shop.js';

const BUYERS = 400;
const shop = Shop.forTests('graceful');

it('[L6] answers every request received before SIGTERM, accepts none afterwards, and leaves no command behind', async () => {
  await shop.demo.open('last-call', { quota: BUYERS });
  const asked = Promise.all(
    Array.from({ length: BUYERS }, (_, buyer) => shop.demo.place('last-call', { quantity: 1, buyer: `b-${buyer}` })),
  );
  await shop.demo.connection.flush(); // the broker has handed all of them to the app
  const [answer] = await Promise.all([asked, shop.stopApp()]);
  expect(answer.map(({ status }) => status)).toEqual(Array.from({ length: BUYERS }, () => 201));
  await expect(shop.demo.place('last-call', { quantity: 1 })).rejects.toThrow('no responders');
  await commandsSettled(shop.log);
  const { decisions, units } = await toldOf(shop.log, 'last-call');
  expect([counted(decisions), counted(units)]).toEqual([
    [BUYERS, BUYERS],
    [BUYERS, BUYERS],
  ]);
});
