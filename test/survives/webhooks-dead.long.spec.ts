import { admit, type Ran } from '../harness/admit.js';
import { addressOfApp, scrape } from '../harness/scrape.js';
import { apiKeyOf } from '../stages/selling.js';
import { WebhookStage } from '../stages/webhook-stage.js';

/** In place of three days. */
const GIVE_UP_MS = '300';
/** The service is in the same process as its receiver, which may stand still for longer than two seconds. */
const ANSWERED_MS = '30000';
/** An opening, and an order with its confirmation. */
const EVENTS = 3;

const stage = WebhookStage.forTests('webhooks-dead', { WEBHOOK_GIVE_UP_MS: GIVE_UP_MS, WEBHOOK_TIMEOUT_MS: ANSWERED_MS });

const run = async (...words: string[]): Promise<Ran> =>
  admit({ HTTP_URL: await addressOfApp(stage.app), ADMIT_API_KEY: apiKeyOf('demo'), ADMIT_TENANT: 'demo' }, ...words);
const deadOf = async (): Promise<{ readonly event: string; readonly last: { readonly status: number } }[]> =>
  (await stage.deliveries(stage.demo, 'down')).body.dead as never;

it('[L3] [L6] events that were set aside are listed, counted, and sent again by `admit webhooks redeliver`, under their ids', async () => {
  let works = false;
  const receiver = await stage.receiver(() => (works ? 204 : 503));
  await stage.endpoint(stage.demo, 'down', receiver);
  await stage.demo.open('down', { quota: 5 });
  await stage.demo.place('down', { quantity: 1 });
  await stage.until(async () => (await deadOf()).length === EVENTS, 'every event is set aside');
  const refused = [...new Set(receiver.received.map(({ id }) => id))];
  const dead = await deadOf();
  expect(dead.map(({ event }) => event).sort()).toEqual([...refused].sort());
  expect(dead.map(({ last }) => last.status)).toEqual([503, 503, 503]);
  expect((await scrape(stage.webhooks)).get('admit_webhook_events_dead_total{tenant="demo"}')).toBe(EVENTS);
  const listed = await run('webhooks', 'deliveries', 'down');
  expect([listed.code, refused.filter((id) => !listed.out.includes(id))]).toEqual([1, []]);
  works = true;
  const [first = '', ...others] = refused;
  expect(await run('webhooks', 'redeliver', 'down', first)).toEqual({ code: 0, out: `sent again: ${first}\n`, error: '' });
  await stage.until(() => receiver.accepted.some(({ id }) => id === first), 'one is accepted');
  await stage.until(async () => (await deadOf()).length === EVENTS - 1, 'it is set aside no more');
  expect(receiver.accepted.map(({ id }) => id)).toEqual([first]);
  expect((await run('webhooks', 'redeliver', 'down')).code).toBe(0);
  await stage.until(async () => (await deadOf()).length === 0, 'none is set aside');
  expect(receiver.accepted.map(({ id }) => id).sort()).toEqual([first, ...others].sort());
  for (const id of refused) expect(new Set(receiver.received.filter((one) => one.id === id).map(({ text }) => text)).size).toBe(1);
  await stage.demo.place('down', { quantity: 1 });
  await stage.until(() => receiver.accepted.length === EVENTS + 2, 'later events arrive as always');
});
