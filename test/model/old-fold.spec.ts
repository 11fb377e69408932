import { saleSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { commitsOf } from '../conformance/event-store-suite.js';
import { MemorySelling } from './memory-selling.js';

const terms = {
  sale: 'gala',
  name: 'Gala',
  units: { rows: [{ row: 'A', from: 1, to: 2 }] },
  price: { amount: '5000', currency: 'EUR' },
  holdSeconds: 60,
  payment: 'webhook',
  mint: 'on-request',
};

it('[L6] a process whose state is behind the log ends a hold of another process: a command without effect is checked against the log too', async () => {
  const store = new MemoryEventStore();
  const [first, second] = [new MemorySelling(store), new MemorySelling(store)];
  await first.ask('sale.open', terms, 'open');
  await second.ask('order.place', { sale: 'gala', buyer: 'b-1', units: ['A-1'] }, 'order');
  first.pass(2);
  await first.tell?.('sale.sweep', { sale: 'gala' }, 'sweep');
  const commits = await commitsOf(store, saleSubject('demo', 'gala'));
  expect(commits.flatMap(({ events }) => events.map(({ type }) => type))).toEqual(['SaleOpened', 'OrderPlaced', 'OrderExpired']);
  await Promise.all([first.end(), second.end()]);
});
