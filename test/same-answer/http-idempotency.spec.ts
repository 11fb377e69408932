import { NEW, pairFor } from '../harness/every-mutation.js';
import type { HttpHeard } from '../harness/http-caller.js';
import { heldDeciders } from '../stages/held-deciders.js';
import { Shop } from '../stages/shop.js';

interface OpenApi {
  readonly paths: Readonly<Record<string, { readonly post?: Operation }>>;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly required?: boolean }[];
}

let mutations: string[];

const shop = Shop.forTests('http-idempotency');
beforeAll(async () => {
  const { paths } = (await shop.demoWeb.get('/docs/json')).body as unknown as OpenApi;
  mutations = Object.values(paths).flatMap(({ post }) => (post !== undefined && wantsKey(post) ? [post.operationId] : []));
});

const wantsKey = ({ parameters = [] }: Operation): boolean =>
  parameters.some(({ name, required }) => name === 'Idempotency-Key' && required === true);
const saleFor = (operation: string, what: string): string => `${what}-${operation.replace('.', '-')}`;
const statusOf = (operation: string): number => (NEW.has(operation) ? 201 : 200);

it('documents the key on every mutation that HTTP serves', () => {
  expect([...mutations].sort()).toEqual([
    'order.cancel',
    'order.place',
    'order.refund',
    'sale.change',
    'sale.close',
    'sale.open',
    'ticket.mint',
  ]);
});

it('[minting AE1] [blockchain SC-1] answers every mutation once: no key, first, replay, other request, other tenant', async () => {
  for (const operation of mutations) {
    const sale = saleFor(operation, 'http');
    const { body, other, pointer } = await pairFor(operation, sale, shop.demo);
    const before = await shop.log.settledSequences();
    expect([operation, await shop.demoWeb.askFor(operation, body)]).toMatchObject([
      operation,
      { status: 400, body: { code: 'key-missing' } },
    ]);
    expect(await shop.log.settledSequences()).toEqual(before);
    const first = await shop.demoWeb.askFor(operation, body, 'key');
    expect([operation, first.status, first.replayed]).toEqual([operation, statusOf(operation), false]);
    if (operation !== 'ticket.mint') expect((await shop.demoWeb.get(first.headers.get('Location') ?? '')).status).toBe(200);
    const stored = await shop.log.settledSequences();
    const reordered = Object.fromEntries(Object.entries(body).reverse());
    for (const again of [body, reordered]) {
      const replay = await shop.demoWeb.askFor(operation, again, 'key');
      expect([operation, replay.status, replay.text, replay.replayed]).toEqual([operation, first.status, first.text, true]);
      expect(replay.headers.get('Location')).toBe(first.headers.get('Location'));
    }
    if (operation !== 'sale.close') {
      const mismatch = await shop.demoWeb.askFor(operation, other, 'key');
      expect([operation, mismatch.status, mismatch.body.errors?.map((error) => error.pointer)]).toEqual([operation, 422, [pointer]]);
    }
    expect(await shop.log.settledSequences()).toEqual(stored);
    const elsewhere = await pairFor(operation, sale, shop.acme);
    expect([operation, await shop.acmeWeb.askFor(operation, elsewhere.body, 'key')]).toMatchObject([
      operation,
      { status: first.status, replayed: false },
    ]);
  }
});

it('[blockchain TP-8] [minting IK7] answers 409 while a mutation is in process, 202 to the first caller, and the decision afterwards', async () => {
  const asked = await Promise.all(
    mutations.map(async (operation) => ({ operation, ...(await pairFor(operation, saleFor(operation, 'slow'), shop.demo)) })),
  );
  const release = await heldDeciders(shop.log);
  const originals = asked.map(({ operation, body }) => shop.demoWeb.askFor(operation, body, 'slow'));
  for (const { operation, body } of asked) {
    let copy: HttpHeard;
    do copy = await shop.demoWeb.askFor(operation, body, 'slow');
    while (copy.status === 202); // the copy was faster than the original, and is it now
    expect([operation, copy.status, copy.body.code, copy.headers.get('Retry-After')]).toEqual([operation, 409, 'in-progress', '1']);
  }
  const firsts = await Promise.all(originals);
  for (const [index, first] of firsts.entries()) {
    expect([asked[index]?.operation, [202, 409].includes(first.status), first.headers.get('Retry-After')]).toEqual([
      asked[index]?.operation,
      true,
      '1',
    ]);
  }
  await release();
  for (const { operation, body } of asked) {
    let answer: HttpHeard;
    do answer = await shop.demoWeb.askFor(operation, body, 'slow');
    while (answer.status === 202 || answer.body.code === 'in-progress');
    expect([operation, answer.status, answer.replayed]).toEqual([operation, statusOf(operation), true]);
  }
  const later = firsts.filter(({ status }) => status === 202).map(({ headers }) => headers.get('Location') ?? '');
  expect(later.length).toBeGreaterThan(0);
  for (const path of later) expect([path, (await shop.demoWeb.get(path)).status]).toEqual([path, 200]);
});
