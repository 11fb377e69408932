import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AdmitClient, type ClientOptions } from './client.js';
import { MemoryKeys } from './keys.js';
import { backoffAfter, type Clock } from './retry-policy.js';
import type { NoResponse, OutgoingRequest, Response, Transport } from './transport.js';
import { HttpTransport, retryAfterMs } from './transports/http.js';

type Said = Partial<Response> & { readonly json?: object };

const answer = ({ json = {}, ...response }: Said): Response => ({
  status: 201,
  body: JSON.stringify(json),
  replayed: false,
  retryAfterMs: undefined,
  ...response,
});
const problem = (status: number, code: string, more: object = {}): Response =>
  answer({ status, json: { status, code, title: 'Said.', ...more }, retryAfterMs: 1_000 });

/** Returns scripted responses, one for each attempt; the last one repeats. */
class Script implements Transport {
  readonly asked: OutgoingRequest[] = [];
  readonly timeouts: number[] = [];

  constructor(private readonly lines: readonly (Response | NoResponse)[]) {}

  async request(asked: OutgoingRequest, timeoutMs: number): Promise<Response | NoResponse> {
    this.asked.push(asked);
    this.timeouts.push(timeoutMs);
    const line = this.lines[Math.min(this.asked.length, this.lines.length) - 1];
    if (line === undefined) throw new Error('the script is empty');
    return line;
  }

  async close(): Promise<void> {
    this.asked.length = 0;
  }
}

/** Time advances only by waiting. */
class Waits implements Clock {
  readonly waits: number[] = [];
  now = (): number => this.waits.reduce((sum, ms) => sum + ms, 0);
  random = (): number => 1;
  wait = async (ms: number): Promise<void> => {
    this.waits.push(ms);
  };
}

function setting(lines: readonly (Response | NoResponse)[], options: Partial<ClientOptions> = {}) {
  const [script, clock] = [new Script(lines), new Waits()];
  return { script, clock, client: new AdmitClient(script, { tenant: 'demo', clock, ...options }) };
}

const order = { sale: 'gala', buyer: 'b-1', quantity: 1 };
const placed = answer({ json: { order: 'ord_1' } });

describe('retrying until there is a response', () => {
  it.each([
    ['a lost answer', { lost: 'no answer in time' }],
    ['an order accepted but not decided: 202', answer({ status: 202, json: { status: 'in-process' } })],
    ['a copy in process: 409', problem(409, 'in-progress')],
    ['too many at once: 429', problem(429, 'too-many-waiting')],
    ['a log that cannot be reached: 503', problem(503, 'log-unreachable')],
    ['a fault: 500', problem(500, 'fault')],
    ['a proxy without a service behind it', answer({ status: 502, body: '<html>Bad Gateway</html>' })],
    ['a page that is no answer', answer({ status: 200, body: '<html>Welcome to this airport</html>' })],
  ])('waits out %s with the same key and body', async (_, first) => {
    const { script, client } = setting([first, first, placed]);
    expect(await client.placeOrder(order)).toMatchObject({ outcome: 'done', value: { order: 'ord_1' } });
    expect(script.asked).toHaveLength(3);
    expect(new Set(script.asked.map((asked) => JSON.stringify(asked))).size).toBe(1);
    expect(script.asked[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('[minting RS1] pauses longer each time, up to a bound, and never retries before the given time', async () => {
    const { clock, client } = setting([...Array.from({ length: 8 }, () => ({ lost: 'nothing' })), placed]);
    await client.placeOrder(order);
    expect(clock.waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(backoffAfter(1, { totalMs: 1, tryMs: 1, longestTryMs: 1, firstPauseMs: 100, longestPauseMs: 5_000 }, 3_000, 0)).toBe(3_000);
  });

  it('gives each attempt more time than the previous one, so that retries do not overload a slow service', async () => {
    const { script, client } = setting([...Array.from({ length: 3 }, () => ({ lost: 'no answer in time' })), placed]);
    await client.placeOrder(order);
    expect(script.timeouts).toEqual([7_000, 14_000, 28_000, 30_000]);
  });

  it('[L10] calls the outcome unknown when its retry policy is exhausted, and states the key for the retry', async () => {
    const { clock, client } = setting([problem(503, 'log-unreachable')]);
    const outcome = await client.placeOrder(order, { key: 'k-1' });
    expect(outcome).toEqual({ outcome: 'unknown', key: 'k-1', reason: expect.stringMatching(/^503 .*log-unreachable.*\(\d+ tries\)$/) });
    expect(clock.now()).toBeLessThanOrEqual(60_000);
  });

  it('does not wait for a connection that was closed', async () => {
    const { clock, client } = setting([{ lost: 'the connection was closed', final: true }]);
    expect(await client.placeOrder(order)).toMatchObject({ outcome: 'unknown', reason: 'the connection was closed (one try)' });
    expect(clock.waits).toEqual([]);
  });
});

describe('the outcome', () => {
  it.each([
    ['a refusal', problem(409, 'sold-out', { available: 1 })],
    ['what is not there', problem(404, 'sale-unknown')],
  ])('is a value for %s', async (_, response) => {
    const { client } = setting([response]);
    const outcome = await client.placeOrder(order);
    expect(outcome).toMatchObject({ outcome: 'refused', problem: { status: response.status } });
  });

  it.each([
    ['an invalid body', problem(400, 'body-invalid', { errors: [{ pointer: '/units', detail: 'must be given' }] }), ['/units']],
    [
      'a key used for another request',
      problem(422, 'key-reused', { errors: [{ pointer: '/quantity', detail: 'differs' }] }),
      ['/quantity'],
    ],
    ['an API key that is not known', problem(401, 'unauthorized'), []],
  ])('is an error for %s, with its pointers', async (_, response, pointers) => {
    const { script, client } = setting([response]);
    await expect(client.placeOrder(order, { key: 'k-1' })).rejects.toMatchObject({ name: 'RequestRejected', key: 'k-1', pointers });
    expect(script.asked).toHaveLength(1);
  });

  it('reports a replay', async () => {
    const { client } = setting([{ ...placed, replayed: true }]);
    expect(await client.placeOrder(order)).toMatchObject({ outcome: 'done', replayed: true });
  });

  it('has no key after a read', async () => {
    const { script, client } = setting([answer({ status: 200, json: { sale: 'gala' } })]);
    expect(await client.sale({ sale: 'gala' })).toEqual({ outcome: 'done', value: { sale: 'gala' }, replayed: false });
    expect(script.asked[0]?.key).toBeUndefined();
  });
});

describe('the key of an intent', () => {
  it('is made once, even for two concurrent calls', async () => {
    const { script, client } = setting([placed]);
    await Promise.all([client.placeOrder(order, { intent: 'cart-1' }), client.placeOrder(order, { intent: 'cart-1' })]);
    await client.placeOrder(order, { intent: 'cart-1' });
    expect(new Set(script.asked.map(({ key }) => key)).size).toBe(1);
  });

  it('differs for another intent, sale, operation or tenant', async () => {
    const keys = new MemoryKeys();
    const { script, client } = setting([placed], { keys });
    await client.placeOrder(order, { intent: 'cart-1' });
    await client.placeOrder(order, { intent: 'cart-2' });
    await client.placeOrder({ ...order, sale: 'ball' }, { intent: 'cart-1' });
    await client.cancelOrder({ sale: 'gala', order: 'ord_1' }, { intent: 'cart-1' });
    const other = setting([placed], { keys, tenant: 'acme' });
    await other.client.placeOrder(order, { intent: 'cart-1' });
    expect(new Set([...script.asked, ...other.script.asked].map(({ key }) => key)).size).toBe(5);
  });

  it('is known to the next process that uses the same store', async () => {
    const keys = new MemoryKeys(); // replaces a store on disk
    const [before, after] = [setting([{ lost: 'killed' }], { keys }), setting([placed], { keys })];
    await before.client.placeOrder(order, { intent: 'cart-1' });
    await after.client.placeOrder(order, { intent: 'cart-1' });
    expect(after.script.asked[0]?.key).toBe(before.script.asked[0]?.key);
  });

  it('is a new one after the intent is forgotten', async () => {
    const { script, client } = setting([problem(409, 'unit-taken')]);
    await client.placeOrder(order, { intent: 'cart-1' });
    await client.forget('order.place', 'gala', 'cart-1');
    await client.placeOrder(order, { intent: 'cart-1' });
    expect(script.asked[0]?.key).not.toBe(script.asked[1]?.key);
  });

  it('is kept in memory for the latest intents only', async () => {
    const keys = new MemoryKeys(2);
    await Promise.all(['a', 'b', 'a', 'c'].map((intent) => keys.keep(intent, `key-${intent}`)));
    expect([await keys.keep('a', 'new'), await keys.keep('b', 'new')]).toEqual(['key-a', 'new']);
  });
});

it.each([
  ['2', 2_000],
  ['Fri, 27 Nov 2026 10:00:05 GMT', 5_000],
  ['Fri, 27 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
  [null, undefined],
])('reads Retry-After: %s', (value, ms) => {
  expect(retryAfterMs(value, () => Date.parse('2026-11-27T10:00:00Z'))).toBe(ms);
});

it('sends over HTTP also where the time that is left has fractions of a millisecond', async () => {
  const server = createServer((_, response) => response.writeHead(200).end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const transport = new HttpTransport({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'k' });
    const asked = { operation: 'sale.get', body: { sale: 'gala' } } as OutgoingRequest;
    for (const timeoutMs of [7_000, 6_999.5, 3_333.333_333, 250.000_001])
      expect(await transport.request(asked, timeoutMs)).toMatchObject({ status: 200, body: '{}' });
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});
