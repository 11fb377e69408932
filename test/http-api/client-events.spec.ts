import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { connect as connectNats, PermissionViolationError } from '@nats-io/transport-node';
import { ACCOUNT_LIMITS } from '#shared/platform/tenants/nats-account.js';
import { AdmitClient } from '../../libs/client/src/client.js';
import type { TenantEvent } from '../../libs/client/src/events.js';
import type { Events } from '../../libs/client/src/operations.js';
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
    const response = await Promise.race([first, new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))]);
    if (response === undefined) continue;
    expect(response.value).toMatchObject({
      type: expect.stringMatching(/^admit\.SaleOpened\./),
      source: expect.stringMatching(/^\/demo\/sale\/now-/),
    });
    break;
  }
  ended.abort();
  for (let next = await events.next(); next.done !== true; next = await events.next());
});

const overNats = (tenant = 'demo'): Promise<AdmitClient> =>
  shop.keep(AdmitClient.overNats(shop.log.server.connection(tenant), { tenant, retryPolicy: { firstPauseMs: 5, longestPauseMs: 20 } }));

it('gives the same events over NATS: all of them, those after a cursor, what happens then, until the client is closed', async () => {
  const client = await overNats();
  const whole = await take(clientAt(shop.demoWeb.url).events(), EVENTS);
  expect(await take(client.events(), EVENTS)).toEqual(whole);
  expect(await take(client.events({ after: String(whole[16]?.cursor) }), EVENTS - 17)).toEqual(whole.slice(17));
  const { value } = (await client.eventPage({ from: 'now' })) as { readonly value: Events };
  expect(value).toEqual({ events: [], next: expect.any(String), more: false });
  const live = client.events({ after: value.next })[Symbol.asyncIterator]();
  const next = live.next();
  await shop.acme.open('not-theirs', { quota: 1 });
  const { sale } = (await shop.demo.open('over-nats', { quota: 1 })).body;
  expect((await next).value).toMatchObject({ source: `/demo/sale/${sale}`, type: expect.stringMatching(/^admit\.SaleOpened\./) });
  const none = live.next();
  await client.close();
  expect(await none).toEqual({ done: true, value: undefined });
});

it('pages are as long as asked for, over NATS and HTTP the same, and end at the end of the log', async () => {
  const [client, web] = [await overNats(), clientAt(shop.demoWeb.url)];
  const paged: TenantEvent[] = [];
  for (let after: string | undefined; ; ) {
    const asked = { limit: 7, ...(after !== undefined && { after }) };
    const [page, same] = (await Promise.all([client.eventPage(asked), web.eventPage(asked)])) as { readonly value: Events }[];
    expect(page?.value).toEqual(same?.value);
    paged.push(...(page?.value.events ?? []));
    after = page?.value.next;
    if (page?.value.more !== true) break;
    expect(page.value.events).toHaveLength(7);
  }
  expect(paged).toEqual(await take(client.events(), paged.length));
  expect(paged.length).toBeGreaterThanOrEqual(EVENTS);
});

it('a page stays below what a connection takes, also where each event is as large as one can be', async () => {
  const rows = Array.from({ length: 1_900 }, (_, row) => ({ row: `R${row}`, label: 'x'.repeat(60), from: 1, to: 10 }));
  for (const sale of ['large-1', 'large-2', 'large-3']) await shop.acme.open(sale, { rows });
  const client = await overNats('acme');
  const sizes: number[] = [];
  for (let after: string | undefined, more = true; more; ) {
    const { value } = (await client.eventPage({ limit: 500, ...(after !== undefined && { after }) })) as { readonly value: Events };
    sizes.push(JSON.stringify(value).length);
    ({ next: after, more } = value);
  }
  expect(Math.max(...sizes)).toBeLessThan(ACCOUNT_LIMITS.payload);
  expect(sizes.length).toBeGreaterThanOrEqual(1);
});

it('[L8] over NATS a tenant has no page of another: neither by its subject, nor by its cursor, nor by what a cursor says', async () => {
  const [demo, acme] = [await overNats(), await overNats('acme')];
  const [event] = await take(demo.events(), 1);
  await expect(take(acme.events({ after: String(event?.cursor) }), 1)).rejects.toMatchObject({ problem: { code: 'cursor-unknown' } });
  const { value } = (await acme.eventPage({})) as { readonly value: Events };
  expect(value.events.filter(({ source }) => !source.startsWith('/acme/'))).toEqual([]);
  const stranger = await shop.keep(connectNats({ ...shop.log.server.connection('acme'), reconnect: false }));
  await expect(stranger.request('admit.demo.event.list', '{}', { timeout: 5_000 })).rejects.toMatchObject({
    cause: expect.any(PermissionViolationError),
  });
  const idle = [await demo.eventPage({ from: 'now' })] as { readonly value: Events }[];
  await shop.acme.open('beside', { quota: 1 });
  const still = (await demo.eventPage({ after: String(idle[0]?.value.next) })) as { readonly value: Events };
  expect(still.value).toEqual({ events: [], next: idle[0]?.value.next, more: false }); // it does not move with another's events
});

it('[L8] refuses the cursor of another tenant and a wrong key over HTTP', async () => {
  const [event] = await take(clientAt(shop.demoWeb.url).events(), 1);
  const theirs = clientAt(shop.demoWeb.url, apiKeyOf('acme')).events({ after: String(event?.cursor) });
  await expect(take(theirs, 1)).rejects.toMatchObject({ problem: { code: 'cursor-unknown' } });
  await expect(take(clientAt(shop.demoWeb.url, 'admit_no_such_key_at_all_here').events(), 1)).rejects.toBeInstanceOf(RequestRejected);
});
