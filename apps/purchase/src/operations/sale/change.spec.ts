import { MAX_CATEGORIES, MAX_CODES, MAX_TYPES } from '#shared/domain/values.js';
import { encodeCommit, MAX_COMMIT_BYTES, NO_HEAD } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { fingerprint, type Json } from '#shared/kernel/canonical.js';
import { keyHash, type SaleId, type TenantId } from '#shared/kernel/ids.js';
import { decideCommand } from '../../deciding/decide.js';
import { SaleAggregate } from '../../deciding/sale-aggregate.js';
import { MAX_BODY_BYTES } from '../../requests/request-body.js';
import type { OperationName } from '../operations.js';

const SUBJECT = saleSubject('demo', 'gala');
const numbered = <T>(count: number, made: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => made(index));
/** Long enough that the opening just fits a commit. */
const categoryOf = (index: number): string => `c${index}-category`;
const typeOf = (index: number): string => `t${index}-of-ticket`;
const NAME = 'n'.repeat(100);
const categories = (name: object = {}) => numbered(MAX_CATEGORIES, (index) => ({ category: categoryOf(index), ...name }));
const types = (name: object = {}) => numbered(MAX_TYPES, (index) => ({ type: typeOf(index), ...name }));
const prices = numbered(MAX_CATEGORIES * MAX_TYPES, (index) => ({
  category: categoryOf(index % MAX_CATEGORIES),
  type: typeOf(Math.floor(index / MAX_CATEGORIES)),
  amount: '7',
}));
const codes = numbered(MAX_CODES, (index) => ({
  code: `CODE-${index}`,
  uses: 1,
  percentOff: 1,
  from: '2027-01-01T00:00:00Z',
  until: '2027-02-01T00:00:00Z',
  types: numbered(5, (type) => typeOf((index + type) % MAX_TYPES)),
}));
const HALL = { name: 'Gala', currency: 'EUR', categories: categories(), types: types(), prices, mint: 'on-request', payment: 'webhook' };

/** One sale with commits of the largest size. */
class Shop {
  private readonly fold = new SaleAggregate(SUBJECT);
  private readonly store = new MemoryEventStore();
  private asked = 0;

  /** @throws if no commit can hold the decision */
  async ask(operation: OperationName, body: object): Promise<{ readonly status: number; readonly errors: readonly object[] }> {
    const request = JSON.parse(JSON.stringify({ sale: 'gala', ...body })) as Json;
    if (operation === 'sale.change') expect(JSON.stringify(request).length).toBeLessThan(MAX_BODY_BYTES);
    const key = `k-${++this.asked}`;
    const named = { tenant: 'demo' as TenantId, sale: 'gala' as SaleId, keyHash: keyHash('api', key) };
    const command = { ...named, fingerprint: fingerprint(operation, 'gala', request), namespace: 'api' as const, operation, key, request };
    const { answer, events } = decideCommand(this.fold.sale, { ...command, reply: '_INBOX.x.1' }, this.asked, this.fold.head.version + 1);
    expect(encodeCommit(SUBJECT, this.fold.head, events).length).toBeLessThanOrEqual(MAX_COMMIT_BYTES);
    const commit = await this.store.append(SUBJECT, this.fold.head, events);
    if (commit === undefined) throw new Error('no other process appends here');
    this.fold.remember(commit);
    return { status: answer.status, errors: (JSON.parse(answer.body) as { errors?: object[] }).errors ?? [] };
  }

  get head(): unknown {
    return this.fold.head;
  }
}

it('[L6] fits one commit with its answer or is refused, and the resulting sale can be paused and closed', async () => {
  const shop = new Shop();
  expect(shop.head).toEqual(NO_HEAD);
  const opened = await shop.ask('sale.open', { ...HALL, units: { areas: [{ area: 'a', category: categoryOf(0), quota: 5 }] } });
  expect(opened.status).toBe(201);
  const changes: readonly object[] = [
    { codes: codes.slice(0, MAX_CODES / 2) },
    { categories: categories({ name: NAME, maxPerBuyer: 1, maxPerWallet: 1 }), types: types({ name: NAME }) },
    { codes },
    { codes: codes.slice(1), name: NAME },
  ];
  const answers: Awaited<ReturnType<Shop['ask']>>[] = [];
  for (const change of changes) answers.push(await shop.ask('sale.change', change));
  expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([200, 409]);
  const [refused] = answers.filter(({ status }) => status === 409);
  expect(refused?.errors).toEqual([{ pointer: '/codes', detail: expect.stringMatching(/^is too much .*: \d+ bytes of \d+/) }]);
  for (const [operation, body] of [
    ['sale.change', { paused: true }],
    ['sale.close', {}],
  ] as const)
    expect((await shop.ask(operation, body)).status).toBe(200);
});

it('results in a sale with its new terms if it fits', async () => {
  const shop = new Shop();
  const units = { areas: [{ area: 'a', category: categoryOf(0), quota: 5 }] };
  await shop.ask('sale.open', { ...HALL, units });
  expect(await shop.ask('sale.change', { name: 'Gala Night', codes: codes.slice(0, 1) })).toEqual({ status: 200, errors: [] });
});
