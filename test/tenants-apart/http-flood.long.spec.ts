import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { projectFolder } from '../../dev/processes/project.js';
import { leastMs } from '../harness/least-ms.js';
import { sendRaw } from '../harness/raw-http.js';
import { addressOfApp, healthUrlOf, scrape } from '../harness/scrape.js';
import { apiKeyOf } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

/** As many as were seen to shut the service, or what this process may have open. */
const FLOOD = 10_000;
const FILES_LEFT = 1_000;
const HEALTH_MS = 1_000;
const ORDERS = 40;
const OPENED_MS = 300_000;
/** 5 s for headers, checked every second, and a second to read the refusal. */
const HEADERS_GONE_MS = 8_000;
const BODY_GONE_MS = 18_000;

const shop = Shop.forTests('http-flood');
const floods: ChildProcess[] = [];
let url: URL;

beforeAll(async () => {
  url = new URL(await addressOfApp(shop.app));
  await shop.demoWeb.open('gala', { quota: 10_000 }, { maxPerBuyer: 100 });
});
afterEach(endFloods);

async function endFloods(): Promise<void> {
  await Promise.all(
    floods.splice(0).map(async (child) => {
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
    }),
  );
}

const openFiles = (): number => Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);

/** Resolves when this many connections were made from an address. */
async function flood(connections: number, from: string): Promise<void> {
  const program = join(projectFolder(), 'test', 'harness', 'half-open-connections.mjs');
  const child = spawn(process.execPath, [program, url.port, `${connections}`, from], { stdio: ['pipe', 'pipe', 'inherit'] });
  floods.push(child);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
}

/** A caller at another address of this machine, with a connection for each request. */
function ask(from: string, method: string, path: string, body?: object, key = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${apiKeyOf('demo')}`,
      Connection: 'close',
      ...(body !== undefined && { 'Content-Type': 'application/json', 'Idempotency-Key': key }),
    };
    const asked = request({ host: '127.0.0.1', port: url.port, localAddress: from, method, path, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    asked.once('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function healthMs(): Promise<number> {
  const began = performance.now();
  const { status } = await fetch(`${healthUrlOf(shop.app)}/health/ready`);
  expect(status).toBe(200);
  return performance.now() - began;
}

it(
  `[L13] serves another address, and health in under a second, while ${FLOOD} connections of one address have sent half a header`,
  async () => {
    const connections = Math.min(FLOOD, openFiles() - FILES_LEFT);
    const slowest = await leastMs(HEALTH_MS, async (round) => {
      await endFloods();
      const opening = flood(connections, '127.0.0.1');
      const took: number[] = [];
      for (let order = 0; order < ORDERS; order++) {
        if (order === ORDERS / 2) await opening; // one half while they come, the other when all have come
        const placed = ask('127.0.0.2', 'POST', '/v1/sales/gala/orders', { buyer: `b-${order}`, quantity: 1 }, `flood-${round}-${order}`);
        const [status, health] = await Promise.all([placed, healthMs()]);
        expect(status).toBe(201);
        took.push(health);
      }
      return Math.max(...took);
    });
    expect(slowest).toBeLessThan(HEALTH_MS);
    expect((await scrape(shop.app)).get('admit_http_rejected_total{tenant="",why="connection-closed"}')).toBeGreaterThan(0);
  },
  OPENED_MS,
);

it(
  '[L13] serves a caller that sends whole requests from the very address that the half ones come from',
  async () => {
    await flood(5_000, '127.0.0.3');
    for (let read = 0; read < ORDERS; read++) expect(await ask('127.0.0.3', 'GET', '/v1/sales/gala')).toBe(200);
  },
  OPENED_MS,
);

it.each([
  ['half a header', 'GET /v1/sales/gala HTTP/1.1\r\nHost: he', HEADERS_GONE_MS],
  ['nothing', '', HEADERS_GONE_MS],
  [
    'half a body',
    'POST /v1/webhooks/payments HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    BODY_GONE_MS,
  ],
])(
  'ends a connection in time that sent %s, and sends more byte by byte if anything',
  async (_, text, goneMs) => {
    const tookMs = await leastMs(goneMs, async () => {
      const socket = connect(Number(url.port), '127.0.0.1');
      socket.on('error', () => undefined).resume(); // it is ended by the server
      socket.write(text);
      const dripping = text === '' ? undefined : setInterval(() => socket.write('x'), 500);
      await new Promise((resolve) => socket.once('close', resolve));
      clearInterval(dripping);
      return undefined;
    });
    expect(tookMs).toBeLessThan(goneMs);
  },
  120_000,
);

it('[L8] shows no metrics and no reasons to callers, and both on the health port', async () => {
  const [page, ready] = [await fetch(new URL('/metrics', url)), await fetch(new URL('/health/ready', url))];
  expect([page.status, ready.status, await ready.json()]).toEqual([404, 200, { status: 'ready' }]);
  const inside = healthUrlOf(shop.app);
  expect(await (await fetch(`${inside}/metrics`)).text()).toContain('tenant="demo"');
  expect(await (await fetch(`${inside}/health/ready`)).json()).toMatchObject({ checks: { log: 'ok' } });
  for (const [method, path, status] of [
    ['GET', '/', 404],
    ['GET', '/v1/sales/gala', 404],
    ['POST', '/metrics', 405],
    ['HEAD', '/health/live', 200],
  ] as const)
    expect([path, (await fetch(`${inside}${path}`, { method })).status]).toEqual([path, status]);
  expect((await sendRaw(inside, 'no request\r\n\r\n')).status).toBe(400);
});
