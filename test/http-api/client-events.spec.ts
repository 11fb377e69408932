import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { AdmitClient } from '../../libs/client/src/client.js';
import type { TenantEvent } from '../../libs/client/src/events.js';
import { RequestRejected } from '../../libs/client/src/problem.js';
import { apiKeyOf } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const ORDERS = 20;
const EVENTS = 1 + 2 * ORDERS;
/** Bytes of an answer after which the proxy cuts its connection: a few events. */
const CUT_AFTER = 2_500;

const shop = Shop.forTests('client-events');
let cuts = 0;

/** Passes connections on, and cuts each after some bytes. */
async function cuttingProxy(to: string): Promise<Server> {
  const { hostname, port } = new URL(to);
  const server = createServer((caller) => {
    const service = connect(Number(port), hostname);
    let bytes = 0;
    caller.on('error', () => undefined).pipe(service);
    service
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        const left = CUT_AFTER - bytes;
        bytes += chunk.length;
        caller.write(chunk.subarray(0, left));
        if (bytes < CUT_AFTER) return;
        cuts += 1;
        caller.destroySoon();
        service.destroy();
      });
    caller.on('close', () => service.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  shop.onClose(() => new Promise((resolve) => server.close(resolve)));
  return server;
}

const clientAt = (url: string, apiKey = apiKeyOf('demo')): AdmitClient =>
  AdmitClient.overHttp({ url, apiKey }, { tenant: 'demo', retryPolicy: { firstPauseMs: 5, longestPauseMs: 20 } });

async function take(events: AsyncIterable<TenantEvent>, count: number): Promise<TenantEvent[]> {
  const taken: TenantEvent[] = [];
  for await (const event of events) if (taken.push(event) === count) break;
  return taken;
}

it('gives every event once and in order, through a network that cuts every connection, and resumes after a cursor', async () => {
  await shop.demo.open('followed', { quota: 100 });
  await Promise.all(Array.from({ length: ORDERS }, () => shop.demo.place('followed', { quantity: 1 })));
  const whole = await take(clientAt(shop.demoWeb.url).events(), EVENTS);
  expect(new Set(whole.map(({ id }) => id)).size).toBe(EVENTS);
  const { port } = (await cuttingProxy(shop.demoWeb.url)).address() as AddressInfo;
  const cut = clientAt(`http://127.0.0.1:${port}`);
  expect(await take(cut.events(), EVENTS)).toEqual(whole);
  expect(cuts).toBeGreaterThan(3);
  const place = 17;
  expect(await take(cut.events({ after: String(whole[place - 1]?.cursor) }), EVENTS - place)).toEqual(whole.slice(place));
});

it('gives what happens from now on, and ends when its signal aborts', async () => {
  const ended = new AbortController();
  const events = clientAt(shop.demoWeb.url).events({ from: 'now', signal: ended.signal })[Symbol.asyncIterator]();
  const first = events.next();
  for (let sale = 0; ; sale++) {
    await shop.demo.open(`now-${sale}`, { quota: 1 });
    const heard = await Promise.race([first, new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))]);
    if (heard === undefined) continue;
    expect(heard.value).toMatchObject({
      type: expect.stringMatching(/^admit\.SaleOpened\./),
      source: expect.stringMatching(/^\/demo\/sale\/now-/),
    });
    break;
  }
  ended.abort();
  for (let next = await events.next(); next.done !== true; next = await events.next());
});

it('[L8] refuses the cursor of another tenant, a wrong key, and a client over NATS', async () => {
  const [event] = await take(clientAt(shop.demoWeb.url).events(), 1);
  const theirs = clientAt(shop.demoWeb.url, apiKeyOf('acme')).events({ after: String(event?.cursor) });
  await expect(take(theirs, 1)).rejects.toMatchObject({ problem: { code: 'cursor-unknown' } });
  await expect(take(clientAt(shop.demoWeb.url, 'admit_no_such_key_at_all_here').events(), 1)).rejects.toBeInstanceOf(RequestRejected);
  const overNats = await shop.keep(AdmitClient.overNats(shop.log.server.connection('demo'), { tenant: 'demo' }));
  expect(() => overNats.events()).toThrow('over HTTP');
});
