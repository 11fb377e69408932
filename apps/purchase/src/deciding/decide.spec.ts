import type { Recorded } from '#shared/domain/recorded.js';
import { inOrder, NO_HEAD } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { canonicalJson, fingerprint, type Json } from '#shared/kernel/canonical.js';
import { keyHash, type SaleId, type TenantId } from '#shared/kernel/ids.js';
import type { OperationName } from '../operations/operations.js';
import type { Command } from '../requests/command.js';
import { decideCommand } from './decide.js';
import { SaleAggregate } from './sale-aggregate.js';

const SUBJECT = saleSubject('demo', 'gala');
const OPEN = { sale: 'gala', name: 'Gala', units: { seats: ['A-1', 'A-2'] }, price: { amount: '5', currency: 'EUR' }, mint: 'on-request' };

function command(operation: OperationName, key: string, request: Json): Command {
  const named = {
    tenant: 'demo' as TenantId,
    sale: 'gala' as SaleId,
    keyHash: keyHash('api', key),
    fingerprint: fingerprint(operation, 'gala', request),
  };
  return { ...named, namespace: 'api', operation, key, request, reply: '_INBOX.purchase.1' };
}
const order = (key: string, unit: string): Command => command('order.place', key, { sale: 'gala', buyer: 'b-1', units: [unit] });

/** A purchase process: decides, appends, and keeps its state. */
class Process {
  sale = new SaleAggregate(SUBJECT);
  constructor(readonly store = new MemoryEventStore()) {}

  async decide(asked: Command, storedAt: number): Promise<{ readonly status: number; readonly body: string }> {
    const { answer, events } = decideCommand(this.sale.sale, asked, storedAt, this.sale.head.version + 1);
    const commit = await this.store.append(SUBJECT, this.sale.head, events);
    if (commit === undefined) throw new Error('no other writer appends here');
    this.sale.remember(commit);
    return answer;
  }

  /** Another process, which knows only the log. */
  async restart(): Promise<void> {
    this.sale = new SaleAggregate(SUBJECT);
    for await (const commit of this.store.read(SUBJECT, NO_HEAD)) this.sale.apply(commit);
  }

  async events(): Promise<readonly Recorded[]> {
    const events: Recorded[] = [];
    for await (const { sequence } of this.store.read(SUBJECT, NO_HEAD)) events.push(...inOrder(await this.store.at(SUBJECT, sequence)));
    return events;
  }
}

describe('a decision', () => {
  it('passes its trace context to the events it causes, and not to events caused by time', async () => {
    const process = new Process();
    await process.decide(command('sale.open', 'k-0', { ...OPEN, payment: 'webhook', holdSeconds: 60 }), 1_000);
    await process.decide({ ...order('k-1', 'A-1'), traceparent: '00-a-b-01' }, 2_000);
    await process.decide({ ...order('k-2', 'A-2'), traceparent: '00-c-d-01' }, 200_000);
    expect((await process.events()).slice(2).map(({ type, traceparent }) => [type, traceparent])).toEqual([
      ['CommandDecided', '00-a-b-01'],
      ['OrderPlaced', '00-a-b-01'],
      ['CommandDecided', '00-c-d-01'],
      ['OrderExpired', undefined],
      ['OrderPlaced', '00-c-d-01'],
    ]);
  });

  it('is recorded before its events, with the request and the answer as they were', async () => {
    const process = new Process();
    await process.decide(command('sale.open', 'k-0', OPEN), 1_000);
    const placed = await process.decide(order('k-1', 'A-1'), 2_000);
    const refused = await process.decide(order('k-2', 'A-1'), 3_000);
    expect((await process.events()).map(({ type, at }) => [type, at])).toEqual([
      ['CommandDecided', 1_000],
      ['SaleOpened', 1_000],
      ['CommandDecided', 2_000],
      ['OrderPlaced', 2_000],
      ['OrderConfirmed', 2_000],
      ['CommandDecided', 3_000],
    ]);
    const decided = (await process.events()).flatMap((event) => (event.type === 'CommandDecided' ? [event.data] : []));
    expect(decided.map(({ key, outcome, status, body, emitted }) => [key, outcome, status, body, emitted])).toEqual([
      ['k-0', 'accepted', 201, expect.any(String), 1],
      ['k-1', 'accepted', 201, placed.body, 2],
      ['k-2', 'refused', 409, refused.body, 0],
    ]);
    expect(decided[1]).toMatchObject({
      operation: 'order.place',
      keyHash: keyHash('api', 'k-1'),
      request: { sale: 'gala', buyer: 'b-1', units: ['A-1'] },
    });
  });

  it.each([
    ['in one process'],
    ['after a restart'],
  ])('is never earlier than the previous decision, whenever its command was stored: %s', async (when) => {
    const process = new Process();
    const steps = [command('sale.open', 'k-0', OPEN), order('k-1', 'Z-9'), order('k-2', 'A-1'), order('k-3', 'A-1'), order('k-4', 'A-2')];
    for (const [index, storedAt] of [5_000, 9_000, 1_000, 7_000, 2_000].entries()) {
      await process.decide(steps[index] as Command, storedAt);
      if (when === 'after a restart') await process.restart();
    }
    const times = (await process.events()).map(({ at }) => at);
    expect(times).toEqual([...times].sort((left, right) => left - right));
    expect(times.at(-1)).toBe(9_000);
  });

  it('[L5] leaves the same state as a replay of the log', async () => {
    const process = new Process();
    const steps = [command('sale.open', 'k-0', OPEN), order('k-1', 'A-1'), order('k-2', 'A-1'), order('k-3', 'A-2')];
    for (const [index, step] of steps.entries()) await process.decide(step, index);
    const before = stateOf(process.sale);
    await process.restart();
    expect(stateOf(process.sale)).toBe(before);
    expect(process.sale.placesOf(steps.map(({ keyHash }) => keyHash)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });
});

const stateOf = ({ sale, head }: SaleAggregate): string =>
  canonicalJson({
    head,
    clock: sale.clock,
    counts: sale.counts(),
    orders: [...(sale.open?.orders.values() ?? [])].map(({ order: id, status, tickets }) => ({ id, status, tickets })),
  });
