import { WebhookReceiver } from '../harness/webhook-receiver.js';
import { WebhookStage } from '../stages/webhook-stage.js';

const SALES = 6;
const ORDERS = 8;

const stage = WebhookStage.forTests('webhooks-out');

const saleOf = ({ source }: { readonly source: string }): string => source.split('/')[3] ?? '';
const names = ({ type }: { readonly type: string }): string => type.split('.')[1] ?? '';

/** Places orders in several sales, some of them at the same time. */
async function sell(prefix: string, sales = SALES, orders = ORDERS): Promise<string[]> {
  const ids = Array.from({ length: sales }, (_, sale) => `${prefix}-${sale}`);
  await Promise.all(ids.map((sale) => stage.demo.open(sale, { quota: 100 })));
  await Promise.all(ids.flatMap((sale) => Array.from({ length: orders }, () => stage.demo.place(sale, { quantity: 1 }))));
  return ids;
}

/** The sale's events in the event stream, in the order of the log. */
async function toldOf(sale: string): Promise<string[]> {
  const response = await fetch(`${stage.demoWeb.url}/v1/events`, { headers: stage.demoWeb.authorization });
  const told: string[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString('utf8');
    told.splice(0, told.length, ...[...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data ?? ''));
    const ofSale = told.filter((data) => data.includes(`/${sale}"`));
    if (ofSale.length >= 1 + 2 * ORDERS) return ofSale;
  }
  return told;
}

describe('an endpoint', () => {
  it('receives every event of its tenant once, signed, in the order of each sale, as the event stream shows it', async () => {
    const receiver = await stage.receiver();
    const secret = await stage.endpoint(stage.demo, 'all', receiver);
    const sales = await sell('all');
    await stage.acme.open('theirs', { quota: 5 });
    await stage.until(() => receiver.accepted.length >= SALES * (1 + 2 * ORDERS), 'every event arrives');
    for (const sale of sales)
      expect(receiver.received.filter((one) => saleOf(one) === sale).map(({ text }) => text)).toEqual(await toldOf(sale));
    expect(receiver.received.every((one) => WebhookReceiver.isSignedBy(secret, one))).toBe(true);
    expect(receiver.received.filter((one) => saleOf(one) === 'theirs')).toEqual([]);
    expect(receiver.received[0]).toMatchObject({
      id: expect.stringMatching(/^evt_[a-z2-7]{26}$/),
      headers: { 'content-type': 'application/json; charset=utf-8', 'webhook-timestamp': expect.stringMatching(/^\d{10}$/) },
    });
    await stage.demo.ask('webhook.remove', { endpoint: 'all' });
  });

  it('that fails a third of the time is sent each event until it accepts it, in order, under the same id', async () => {
    let attempts = 0;
    const receiver = await stage.receiver(() => (attempts++ % 3 === 1 ? 500 : 200));
    await stage.endpoint(stage.demo, 'flaky', receiver);
    const sales = await sell('flaky');
    await stage.until(() => receiver.accepted.length >= SALES * (1 + 2 * ORDERS), 'every event is accepted');
    for (const sale of sales) {
      const ofSale = receiver.received.filter((one) => saleOf(one) === sale);
      expect(receiver.accepted.filter((one) => saleOf(one) === sale).map(({ text }) => text)).toEqual(await toldOf(sale));
      const firstTries = [...new Set(ofSale.map(({ id }) => id))];
      expect(firstTries).toEqual(receiver.accepted.filter((one) => saleOf(one) === sale).map(({ id }) => id));
      for (const id of firstTries) expect(new Set(ofSale.filter((one) => one.id === id).map(({ text }) => text)).size).toBe(1);
    }
    expect(receiver.received.some(({ accepted }) => !accepted)).toBe(true);
    await stage.demo.ask('webhook.remove', { endpoint: 'flaky' });
  });

  it('is sent the types that it chose, and others after a change', async () => {
    const receiver = await stage.receiver();
    await stage.endpoint(stage.demo, 'some', receiver, { types: ['OrderConfirmed'] });
    await stage.demo.open('typed', { quota: 5 });
    await stage.demo.place('typed', { quantity: 1 });
    await stage.until(() => receiver.received.length >= 1, 'the confirmation arrives');
    expect((await stage.demo.ask('webhook.change', { endpoint: 'some', types: ['SaleClosed'] })).body.types).toEqual(['SaleClosed']);
    await stage.demo.place('typed', { quantity: 1 });
    await stage.demo.ask('sale.close', { sale: 'typed' }, 'close-typed');
    await stage.until(() => receiver.received.length >= 2, 'the closing arrives');
    expect(receiver.received.map(names)).toEqual(['OrderConfirmed', 'SaleClosed']);
    await stage.demo.ask('webhook.remove', { endpoint: 'some' });
  });

  it('that answers slowly or never delays no other', async () => {
    const held: (() => void)[] = [];
    const slow = await stage.receiver(() => new Promise<number>((resolve) => held.push(() => resolve(200))));
    const quick = await stage.receiver();
    await stage.endpoint(stage.demo, 'slow', slow);
    await stage.endpoint(stage.demo, 'quick', quick);
    await sell('pace', 12, 2);
    await stage.until(() => quick.accepted.length >= 12 * 5, 'the quick one has everything while the slow one holds its first');
    expect(slow.received.length).toBeLessThan(12);
    await stage.demo.ask('webhook.remove', { endpoint: 'slow' });
    await stage.demo.ask('webhook.remove', { endpoint: 'quick' });
    for (const release of held) release();
  });

  it('does not receive requests behind a redirect', async () => {
    const other = await stage.receiver();
    const receiver = await stage.receiver((_, response) => {
      response.writeHead(307, { Location: other.url }).end();
      return 307;
    });
    await stage.endpoint(stage.demo, 'moved', receiver);
    await stage.demo.open('moved', { quota: 5 });
    await stage.until(() => receiver.received.length >= 2, 'it is tried again');
    expect(other.received).toEqual([]);
    const { body } = await stage.deliveries(stage.demo, 'moved');
    const sales = body.sales as { last?: object }[];
    const tried = sales.filter(({ last }) => last !== undefined); // a sale of before has nothing for it
    expect(tried).toMatchObject([{ sale: 'moved', delivered: 0, last: { status: 307 } }]);
    await stage.demo.ask('webhook.remove', { endpoint: 'moved' });
  });

  it('that is removed is sent nothing more, and one of its name later nothing of before', async () => {
    const before = await stage.receiver(() => 503);
    await stage.endpoint(stage.demo, 'again', before);
    await stage.demo.open('removed', { quota: 5 });
    await stage.until(() => before.received.length >= 1, 'it fails');
    expect((await stage.demo.ask('webhook.remove', { endpoint: 'again' })).body).toEqual({ endpoint: 'again', removed: true });
    const after = await stage.receiver();
    await stage.endpoint(stage.demo, 'again', after);
    await stage.demo.place('removed', { quantity: 1 });
    await stage.until(() => after.accepted.length >= 2, 'the later one is sent what happened after it was added');
    expect(after.received.map(names)).toEqual(['OrderPlaced', 'OrderConfirmed']);
    await stage.demo.ask('webhook.remove', { endpoint: 'again' });
  });
});

describe('secrets', () => {
  it('can be rotated: for a day deliveries are signed by the old one and the new one', async () => {
    const receiver = await stage.receiver();
    const first = await stage.endpoint(stage.demo, 'rotated', receiver);
    const { body } = await stage.demo.ask('webhook.rotate', { endpoint: 'rotated' });
    expect(body.secrets).toEqual([{}, { validUntil: expect.any(String) }]);
    const hours = (Date.parse(String((body.secrets as { validUntil: string }[])[1]?.validUntil)) - Date.now()) / 3_600_000;
    expect([hours > 23.9, hours <= 24]).toEqual([true, true]);
    await stage.demo.open('rotated', { quota: 5 });
    await stage.until(() => receiver.received.length >= 1, 'an event arrives');
    const [event] = receiver.received;
    if (event === undefined) throw new Error('none arrived');
    const isSignedBy = (secret: string): boolean => WebhookReceiver.isSignedBy(secret, event);
    expect([first, String(body.secret), `whsec_${'A'.repeat(44)}`].map(isSignedBy)).toEqual([true, true, false]);
    for (let turn = 0; turn < 2; turn++) expect((await stage.demo.ask('webhook.rotate', { endpoint: 'rotated' })).status).toBe(200);
    expect((await stage.demo.ask('webhook.rotate', { endpoint: 'rotated' })).body.code).toBe('too-many-secrets');
    await stage.demo.ask('webhook.remove', { endpoint: 'rotated' });
  });

  it('are answered once, to the request that made the endpoint, and may be given', async () => {
    const receiver = await stage.receiver();
    const added = { endpoint: 'once', url: receiver.url, secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    expect((await stage.demo.ask('webhook.add', added)).body.secret).toBe(added.secret);
    expect((await stage.demo.ask('webhook.add', added)).body.secret).toBeUndefined();
    expect((await stage.demo.ask('webhook.add', { ...added, url: `${receiver.url}/other` })).body.code).toBe('endpoint-exists');
    expect((await stage.demo.ask('webhook.list', {})).text).not.toContain('whsec_');
    await stage.demo.ask('webhook.test', { endpoint: 'once' });
    await stage.until(async () => (await stage.deliveries(stage.demo, 'once')).body.tested !== undefined, 'the test is made');
    expect(receiver.received.map(names)).toEqual(['WebhookTest']);
    expect(receiver.received.every((one) => WebhookReceiver.isSignedBy(added.secret, one))).toBe(true);
    await stage.demo.ask('webhook.remove', { endpoint: 'once' });
  });
});

it('[L8] are of their tenant alone: another one cannot see, change or use them', async () => {
  const receiver = await stage.receiver();
  await stage.endpoint(stage.demo, 'private', receiver);
  expect((await stage.acme.ask('webhook.list', {})).body.endpoints).toEqual([]);
  for (const what of ['change', 'remove', 'rotate', 'test', 'redeliver', 'deliveries'])
    expect([what, (await stage.acme.ask(`webhook.${what}`, { endpoint: 'private' })).body.code]).toEqual([what, 'endpoint-unknown']);
  expect((await stage.acmeWeb.get('/v1/webhook-endpoints/private/deliveries')).body.code).toBe('endpoint-unknown');
  await stage.acme.open('secret', { quota: 5 });
  await stage.demo.open('mine', { quota: 5 });
  await stage.until(() => receiver.received.length >= 1, "the tenant's own event arrives");
  expect(receiver.received.map(({ source }) => source)).toEqual(['/demo/sale/mine']);
  await stage.demo.ask('webhook.remove', { endpoint: 'private' });
});

it('continues after the app ended in the middle of a delivery: no event is lost', async () => {
  const receiver = await stage.receiver();
  await stage.endpoint(stage.demo, 'restart', receiver);
  const selling = sell('restart', 4, 20);
  await stage.until(() => receiver.received.length >= 10, 'some arrive');
  await stage.stopWebhooks();
  const sales = await selling;
  await stage.startWebhooks();
  await stage.until(() => receiver.accepted.length >= 4 * 41, 'all arrive');
  for (const sale of sales)
    expect(
      receiver.accepted
        .filter((one) => saleOf(one) === sale)
        .map(({ text }) => text)
        .slice(0, 17),
    ).toEqual((await toldOf(sale)).slice(0, 17));
  await stage.demo.ask('webhook.remove', { endpoint: 'restart' });
});
