import type { Decision } from '#shared/aggregate/aggregate.js';
import type { MintAggregate } from '#shared/aggregate/mint-aggregate.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { fingerprint, type Json } from '#shared/kernel/canonical.js';
import { keyHash, type OrderId, type SaleId, type TenantId, type TicketId, type UnitId, type Wallet } from '#shared/kernel/ids.js';
import { connectNats } from '#shared/platform/messaging/nats.js';
import { decideStep, MINTS } from '../../apps/minter/src/minting/mint-aggregate-handler.js';
import { decideCommand } from '../../apps/purchase/src/deciding/decide.js';
import { SALES, type SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';
import type { OperationName } from '../../apps/purchase/src/operations/operations.js';
import type { Command } from '../../apps/purchase/src/requests/command.js';
import { Log } from '../stages/selling.js';
import type { AggregateCase, Outcome } from './aggregate-case.js';
import { aggregateSuite } from './aggregate-suite.js';

const log = Log.forTests('aggregate');
const TENANT = 'demo' as TenantId;
const NOW = Date.UTC(2027, 0, 1);
let subjects = 0;

/** One seat a number: the second caller is refused. */
const sales: AggregateCase<SaleAggregate> = {
  name: 'a sale',
  definition: SALES,
  subject: () => saleSubject(TENANT, `aggregate-${subjects++}`),
  prepare: [
    (sale) =>
      deciding(sale, 'sale.open', 'open', {
        name: 'Gala',
        units: { rows: [{ row: 'A', from: 1, to: 100 }] },
        price: { amount: '5', currency: 'EUR' },
        maxPerBuyer: 100,
        mint: 'on-request',
      }),
  ],
  command:
    (n, who = 'b') =>
    (sale) =>
      deciding(sale, 'order.place', `${n}-${who}`, { buyer: who, units: [unit(n)] }),
  done: ({ sale }) => Array.from({ length: 100 }, (_, index) => index + 1).filter((n) => sale.open?.units.orderOf(unit(n)) !== undefined),
  countIn: (commits, n) => {
    const placed = commits.flatMap(({ events }) => events.flatMap((event) => (event.type === 'OrderPlaced' ? event.data.tickets : [])));
    return placed.filter((ticket) => ticket.unit === unit(n)).length;
  },
};

/** One ticket's plan a number: a different plan is refused. */
const mints: AggregateCase<MintAggregate> = {
  name: 'the mints of a sale',
  definition: MINTS,
  subject: () => mintSubject(TENANT, `aggregate-${subjects++}`),
  prepare: [],
  command:
    (n, who = 'b') =>
    (minted) => {
      const { result, ...decision } = decideStep(minted, { type: 'PlanMint', data: planOf(n, who) }, NOW);
      return { ...decision, result: result.refusal === undefined ? 'done' : 'refused' };
    },
  done: (minted) => Array.from({ length: 100 }, (_, index) => index + 1).filter((n) => minted.mintOf(ticket(n)) !== undefined),
  countIn: (commits, n) =>
    commits.flatMap(({ events }) => events).filter((event) => event.type === 'MintPlanned' && event.data.ticket === ticket(n)).length,
};

const unit = (n: number): UnitId => `A-${n}` as UnitId;
const ticket = (n: number): TicketId => `tkt_${String(n).padStart(26, 'a')}` as TicketId;

function deciding(state: SaleAggregate, operation: OperationName, key: string, body: Readonly<Record<string, Json>>): Decision<Outcome> {
  const sale = (state.subject.split('.').at(-1) ?? '') as SaleId;
  const request = { sale, ...body };
  const asked = { tenant: TENANT, sale, keyHash: keyHash('api', key), fingerprint: fingerprint(operation, sale, request) };
  const command: Command = { ...asked, namespace: 'api', operation, key, request, reply: '' };
  const { answer, events } = decideCommand(state.sale, command, NOW, state.head.version + 1);
  return { result: answer.status < 400 ? 'done' : 'refused', events, bytes: answer.body.length };
}

const planOf = (n: number, who: string): MintPlan => ({
  ticket: ticket(n),
  order: 'ord_a' as OrderId,
  unit: unit(n),
  wallet: 'wallet' as Wallet,
  request: 1,
  base: 'base',
  seed: `seed-${n}`,
  program: 'program',
  asset: `asset-${n}-${who}`,
  genesisHash: 'genesis',
  name: 'Gala',
  symbol: 'ADMIT',
  uri: 'urn:x',
  memo: 'memo',
  salt: 'salt',
});

/** With the rights that the app has, and no others. */
const onJetStream = (app: 'purchase' | 'minter') => async (): Promise<JetStreamEventStore> => {
  const { user, pass } = log.server.credentials(app);
  return JetStreamEventStore.on(await log.keep(connectNats({ servers: [log.server.url], user, password: pass }, 'aggregate')));
};

aggregateSuite('memory', sales, async () => new MemoryEventStore());
aggregateSuite('memory', mints, async () => new MemoryEventStore());
aggregateSuite('JetStream', sales, onJetStream('purchase'));
aggregateSuite('JetStream', mints, onJetStream('minter'));
