import { jetstreamManager } from '@nats-io/jetstream';
import { heldDeciders } from '../stages/held-deciders.js';
import { apiKeyOf } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

interface Policy {
  readonly header: string;
  readonly aliases: readonly string[];
  readonly format: { readonly maxLength: number; readonly pattern: string; readonly refused: readonly { readonly code: string }[] };
  readonly scope: readonly string[];
  readonly retention: { readonly seconds: number | null };
  readonly replay: { readonly headers: readonly string[]; readonly value: string };
  readonly outcomes: readonly {
    readonly outcome: string;
    readonly status: readonly number[];
    readonly code?: string;
    readonly retryAfter?: true;
  }[];
  readonly bounds: { readonly bodyBytes: number };
}
interface OpenApi {
  readonly paths: Readonly<
    Record<string, { readonly post?: { readonly parameters?: readonly { readonly $ref?: string; readonly name?: string }[] } }>
  >;
}

const shop = Shop.forTests('audit-policy');
let policy: Policy;

beforeAll(async () => {
  policy = (await (await fetch(`${shop.demoWeb.url}/.well-known/idempotency.json`)).json()) as Policy;
  for (const tenant of ['demo', 'acme']) for (const sale of ['one', 'two']) await open(sale, tenant);
});

function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}, tenant = 'demo'): Promise<Response> {
  const authorization = { Authorization: `Bearer ${apiKeyOf(tenant)}`, 'Content-Type': 'application/json' };
  return fetch(`${shop.demoWeb.url}${path}`, {
    method: 'POST',
    headers: { ...authorization, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const open = (sale: string, tenant: string): Promise<Response> =>
  post(
    '/v1/sales',
    { sale, name: 'Gala', units: { quota: 50 }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request', maxPerBuyer: 50 },
    { 'Idempotency-Key': sale },
    tenant,
  );
const order = { buyer: 'b-1', quantity: 1 };
const place = (key: string, body: unknown = order, sale = 'one', tenant = 'demo'): Promise<Response> =>
  post(`/v1/sales/${sale}/orders`, body, { [policy.header]: key }, tenant);
const replayed = (response: Response): (string | null)[] => policy.replay.headers.map((name) => response.headers.get(name));
const statuses = (code: string): readonly number[] => policy.outcomes.find((outcome) => outcome.code === code)?.status ?? [];

describe('the policy document', () => {
  it('[minting AE4] names the header, its aliases, and the sign of a replay', async () => {
    const first = await place('named');
    const text = await first.text();
    expect([first.status, ...replayed(first)]).toEqual([201, ...policy.replay.headers.map(() => null)]);
    for (const name of [policy.header, ...policy.aliases]) {
      const again = await post('/v1/sales/one/orders', order, { [name]: 'named' });
      expect([name, again.status, await again.text()]).toEqual([name, 201, text]);
      expect(replayed(again)).toEqual(policy.replay.headers.map(() => policy.replay.value));
    }
  });

  it.each([
    'k',
    'a b',
    '~'.repeat(255),
    '~'.repeat(256),
    '.*>',
    ' ',
    'a\tb',
    '{}',
  ])('[minting AE4] says whether %j can be a key', async (key) => {
    const said = new RegExp(policy.format.pattern).test(key) && key.length <= policy.format.maxLength;
    expect([key, (await place(key)).status]).toEqual([key, said ? 201 : 400]);
  });

  it.each([
    ['ann@example.org', 400],
    ['4111-1111-1111-1111', 400],
    ['9f1c2d3e-4111-4111-8111-111111111111', 201],
    ['4111111111111112', 201],
  ])('[minting AE4] refuses as a key what looks like a person or a card: %s', async (key, status) => {
    expect(policy.format.refused.map(({ code }) => code)).toContain('key-personal');
    const reply = await place(key);
    expect(reply.status).toBe(status);
    if (status === 400) expect(await reply.text()).toEqual(expect.not.stringContaining(key));
  });

  it('[minting IK5] [blockchain TP-7] documents that a key is scoped to tenant and sale, and it is', async () => {
    expect(policy.scope).toEqual(['tenant', 'sale']);
    const reply = await Promise.all(
      ['demo', 'acme'].flatMap((tenant) => ['one', 'two'].map((sale) => place('scoped', order, sale, tenant))),
    );
    expect(reply.map((response) => [response.status, ...replayed(response)])).toEqual(
      reply.map(() => [201, ...policy.replay.headers.map(() => null)]),
    );
    expect(new Set(await Promise.all(reply.map(async (response) => ((await response.json()) as { order: string }).order))).size).toBe(4);
  });

  it('[minting IK5] [blockchain TP-10] documents that keys never expire, and they do not when only the log remembers them', async () => {
    expect(policy.retention.seconds).toBeNull();
    const text = await (await place('kept')).text();
    await (await jetstreamManager(shop.log.admin)).streams.purge('COMMANDS');
    const again = await place('kept');
    expect([again.status, await again.text(), ...replayed(again)]).toEqual([
      201,
      text,
      ...policy.replay.headers.map(() => policy.replay.value),
    ]);
  });

  it('[minting AE4] [blockchain TP-9] documents the answer to another request under the same key, and which requests are the same', async () => {
    await place('reused');
    const other = await place('reused', { ...order, quantity: 2 });
    expect(statuses('key-reused')).toEqual([other.status]);
    expect(await other.json()).toMatchObject({ code: 'key-reused', errors: [{ pointer: '/quantity' }] });
    expect((await place('reused', '{ "quantity": 1,\n "buyer": "b-1" }')).status).toBe(201);
  });

  it('[minting AE4] documents the status, code and retry of each outcome, as observed', async () => {
    const slow = { ...order, buyer: 'b-slow' };
    const seen: [string, Response][] = [
      ['accepted', await place('outcome')],
      ['refused by a rule of the sale', await place('outcome-2', { ...order, quantity: 51 })],
      ['same key, other request', await place('outcome', { ...order, quantity: 2 })],
      ['malformed, or not allowed', await place('outcome-3', '{')],
    ];
    const release = await heldDeciders(shop.log);
    try {
      seen.push(['not decided in time', await place('outcome-4', slow)], ['same key, still in process', await place('outcome-4', slow)]);
    } finally {
      await release();
    }
    for (const [outcome, reply] of seen) {
      const said = policy.outcomes.find((one) => one.outcome === outcome);
      const { code } = (await reply.json()) as { readonly code?: string };
      expect([outcome, said?.status.includes(reply.status), said?.code ?? code]).toEqual([outcome, true, code]);
      expect([outcome, said?.retryAfter === true]).toEqual([outcome, reply.headers.has('Retry-After')]);
    }
    const unseen = policy.outcomes.filter(({ outcome }) => !seen.some(([name]) => name === outcome));
    expect(unseen.map(({ outcome }) => outcome)).toEqual(['too fast', 'not known']); // counted in metrics.spec.ts
  });

  it('[minting AE4] documents the maximum length of a body', async () => {
    const least = `${JSON.stringify(order)}${' '.repeat(policy.bounds.bodyBytes)}`;
    expect((await place('long', least.slice(0, policy.bounds.bodyBytes))).status).toBe(201);
    expect((await place('longer', least.slice(0, policy.bounds.bodyBytes + 1))).status).toBe(413);
  });
});

it('[minting AE4] [minting IK1] [blockchain TP-1] wants the key that the OpenAPI document wants, on every POST, and stores nothing without', async () => {
  const { paths } = (await (await fetch(`${shop.demoWeb.url}/docs/json`)).json()) as OpenApi;
  const posts = Object.entries(paths).flatMap(([path, { post: operation }]) => (operation === undefined ? [] : [{ path, operation }]));
  const keyed = posts.filter(({ operation }) => JSON.stringify(operation.parameters ?? []).match(/Idempotency-?Key/i));
  const unkeyed = posts.filter((one) => !keyed.includes(one)).map(({ path }) => path);
  expect(unkeyed.filter((path) => !path.startsWith('/v1/webhook-endpoints'))).toEqual([
    '/v1/webhooks/payments',
    '/v1/webhooks/stripe/{tenant}',
  ]); // their event ids are their keys; endpoints are settings, which the log does not hold
  expect(keyed.length).toBeGreaterThanOrEqual(6);
  const before = await shop.log.lastSequences();
  for (const { path } of keyed) {
    const reply = await post(path.replace('{sale}', 'one').replace(/\{\w+\}/g, `ord_${'a'.repeat(26)}`), order);
    expect([path, reply.status, await reply.json()]).toMatchObject([path, 400, { code: 'key-missing' }]);
  }
  expect(await shop.log.lastSequences()).toEqual(before);
});
