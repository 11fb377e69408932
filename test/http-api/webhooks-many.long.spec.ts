import { WebhookStage } from '../stages/webhook-stage.js';

const SALES = 40;
const ORDERS = 125;
/** An opening, and for each order its placing and its confirmation. */
const EVENTS = SALES * (1 + 2 * ORDERS);
const AT_ONCE = 64;
const DELIVERED_MS = 600_000;

const stage = WebhookStage.forTests('webhooks-many');

it('delivers 10,000 events to an endpoint that fails a third of the time: each is accepted, in the order of its sale, under one id', async () => {
  let attempts = 0;
  const receiver = await stage.receiver(() => (attempts++ % 3 === 1 ? 500 : 200));
  await stage.endpoint(stage.demo, 'flaky', receiver);
  const sales = Array.from({ length: SALES }, (_, sale) => `many-${sale}`);
  await Promise.all(sales.map((sale) => stage.demo.open(sale, { quota: ORDERS })));
  const orders = sales.flatMap((sale) => Array.from({ length: ORDERS }, (_, order) => ({ sale, order }))).values();
  const caller = async (): Promise<void> => {
    for (const { sale, order } of orders)
      expect((await stage.demo.askUntilSettled('order.place', { sale, buyer: `b-${order}`, quantity: 1 }, `${sale}-${order}`)).status).toBe(
        201,
      );
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  await stage.until(() => receiver.received.filter(({ accepted }) => accepted).length >= EVENTS, 'every event is accepted', DELIVERED_MS);
  expect(EVENTS).toBeGreaterThanOrEqual(10_000);
  const texts = new Map<string, string>();
  for (const { id, text } of receiver.received) {
    expect(texts.get(id) ?? text).toBe(text);
    texts.set(id, text);
  }
  expect(texts.size).toBe(EVENTS);
  for (const sale of sales) {
    const versions = receiver.accepted
      .filter(({ source }) => source === `/demo/sale/${sale}`)
      .map(({ text }) => (JSON.parse(text) as { readonly id: string }).id.split('.').map(Number));
    const sorted = [...versions].sort(([left = 0, a = 0], [right = 0, b = 0]) => left - right || a - b);
    expect([sale, versions]).toEqual([sale, sorted]);
  }
}, 900_000);
