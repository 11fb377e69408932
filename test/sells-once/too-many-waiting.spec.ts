import type { Answer } from '../../apps/purchase/src/requests/answer.js';
import { Intake, MAX_WAITING_PER_SALE } from '../../apps/purchase/src/requests/intake.js';
import { waitFor } from '../../dev/processes/wait.js';
import { patientCallers } from '../harness/patient-callers.js';
import { counted, toldOf } from '../stages/crash-stage.js';
import { becomesPending, heldDeciders, isPending } from '../stages/held-deciders.js';
import { Shop } from '../stages/shop.js';

const TOO_MANY = 50;
/** A machine that stores 2,000 commands slowly leaves some undecided, or unknown, in their time: a caller sends these again. */
const NOT_YET: ReadonlySet<number> = new Set([202, 409, 503]);
const DECIDED_MS = 60_000;

const shop = Shop.forTests('too-many-waiting');
beforeAll(async () => {
  for (const sale of ['rush', 'calm']) await shop.demo.open(sale, { quota: 10_000 }, { maxPerBuyer: 100 });
  await shop.demo.place('rush', { quantity: 1 }); // so that the sale is known to this process
});

it('[L10] rejects requests while 2,000 wait, stores nothing of them, and decides the same key afterwards', async () => {
  const release = await heldDeciders(shop.log);
  patientCallers(shop.app);
  const intake = shop.app.get(Intake, { strict: false });
  const place = (order: number): Promise<Answer> =>
    intake.handle({
      operation: 'order.place',
      tenant: 'demo',
      key: `rush-${order}`,
      traceparent: undefined,
      body: Buffer.from(JSON.stringify({ sale: 'rush', buyer: `b-${order}`, quantity: 1 })),
    });
  const rush = Array.from({ length: MAX_WAITING_PER_SALE + TOO_MANY }, (_, order) => place(order));
  const calm = shop.demo.askUntilSettled('order.place', { sale: 'calm', buyer: 'b-1', quantity: 1 }, 'calm');

  const late = await shop.demo.place('rush', { quantity: 1, buyer: 'late' }, 'late-nats');
  expect(late).toMatchObject({ status: 429, retryAfter: '1', body: { code: 'too-many-waiting' }, error: expect.stringMatching(/wait/) });
  const lateToo = await shop.demoWeb.place('rush', { quantity: 1, buyer: 'late' }, 'late-http');
  expect(lateToo).toMatchObject({ status: 429, body: { status: 429, code: 'too-many-waiting' } });
  expect(lateToo.headers.get('Retry-After')).toBe('1');

  await becomesPending(shop.log, `rush-${MAX_WAITING_PER_SALE - 1}`);
  const refused = ['late-nats', 'late-http', `rush-${MAX_WAITING_PER_SALE}`];
  expect(await Promise.all(refused.map((key) => isPending(shop.log, key)))).toEqual([false, false, false]);
  await release();
  const response = await Promise.all(rush);
  expect(response.filter(({ status }) => status === 429)).toHaveLength(TOO_MANY);
  const isDecided = async (order: number): Promise<boolean> => {
    if (NOT_YET.has(response[order]?.status ?? 0)) response[order] = await place(order);
    return !NOT_YET.has(response[order]?.status ?? 0);
  };
  const decidedInTime = { what: 'the order is decided', timeoutMs: DECIDED_MS };
  await Promise.all(response.map((_, order) => waitFor(() => isDecided(order), decidedInTime)));
  expect(new Set(response.map(({ status }) => status))).toEqual(new Set([201, 429]));
  expect((await calm).status).toBe(201); // another sale is not refused
  expect(await shop.demo.place('rush', { quantity: 1, buyer: 'late' }, 'late-nats')).toMatchObject({ status: 201, replayed: false });
  expect(await shop.demoWeb.place('rush', { quantity: 1, buyer: 'late' }, 'late-http')).toMatchObject({ status: 201, replayed: false });
  const decided = 1 + MAX_WAITING_PER_SALE + 2;
  expect(counted((await toldOf(shop.log, 'rush')).decisions)).toEqual([decided, decided]);
});
