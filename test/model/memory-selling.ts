import { Registry } from 'prom-client';
import type { AggregateHooks, Decision } from '#shared/aggregate/aggregate.js';
import { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import type { Delivery } from '#shared/consumer/delivery.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { fingerprint, type Json } from '#shared/kernel/canonical.js';
import { keyHash, type SaleId, type TenantId, type TicketId } from '#shared/kernel/ids.js';
import { BEGINNING } from '#shared/platform/http/event-cursor.js';
import { PageCursors } from '#shared/platform/http/page-cursors.js';
import { TenantLabel } from '#shared/platform/metrics/tenant-label.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { Decider, saleHooks } from '../../apps/purchase/src/deciding/decider.js';
import { Decisions } from '../../apps/purchase/src/deciding/decisions.js';
import { SALES, SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';
import { PurchaseMetrics } from '../../apps/purchase/src/metrics.js';
import type { OperationName } from '../../apps/purchase/src/operations/operations.js';
import { MINTS_READ } from '../../apps/purchase/src/reads/mint-progress.js';
import { Reads } from '../../apps/purchase/src/reads/reads.js';
import type { Answer } from '../../apps/purchase/src/requests/answer.js';
import { commandSubject, encodeCommand, internalCommand } from '../../apps/purchase/src/requests/command.js';
import { restored } from '../stages/restored-sale.js';
import type { Ask, Real } from './model.js';

const tenant = 'demo' as TenantId;
const START = Date.UTC(2027, 0, 1);
const MS_PER_MINUTE = 60_000;

/** The real decider, aggregates and reads over the log in memory: no broker, and a clock that the test moves. */
export class MemorySelling {
  private kept: AggregateRepository<SaleAggregate>;
  private readonly hooks: AggregateHooks<SaleAggregate>;
  private readonly waiting = new Map<string, (answer: Answer) => void>();
  private readonly decider: Decider;
  private readonly reads: Reads;
  private now = START;
  private asked = 0;

  /** Several on one store are as many processes on one log. */
  constructor(private readonly store = new MemoryEventStore()) {
    const logger = createLogger('model', 'silent');
    const decisions = new Decisions(store);
    const metrics = new PurchaseMetrics({ registry: new Registry(), tenants: new TenantLabel() });
    this.hooks = saleHooks({ decisions, timers: { arm: () => undefined }, metrics, logger });
    this.kept = new AggregateRepository(store, SALES, this.hooks);
    const kept = (): AggregateRepository<SaleAggregate> => this.kept;
    const replies = { send: (subject: string, answer: Answer): void => this.waiting.get(subject)?.(answer) };
    const dead = {
      open: async () => undefined,
      deadLetter: async (): Promise<void> => {
        throw new Error('nothing may be dead-lettered');
      },
    };
    this.decider = new Decider({
      get folds() {
        return kept();
      },
      decisions,
      replies,
      dead,
      logger,
    });
    const mints = new AggregateRepository(this.store, MINTS_READ);
    this.reads = new Reads({
      get sales() {
        return kept();
      },
      list: { page: async () => ({ sales: [] }) },
      events: { start: async () => BEGINNING, page: async () => ({ events: [], next: '', more: false }) },
      eventCursors: undefined as never,
      cursors: () => new PageCursors('', '', ''),
      get webhooks(): never {
        throw new Error('the model has no webhooks');
      },
      ...{ mints, store: this.store, metrics, logger },
    });
  }

  readonly pass = (minutes: number): void => {
    this.now += minutes * MS_PER_MINUTE;
  };

  /** Simulates a new process that starts from a snapshot of this one. */
  async restart(sale: string): Promise<void> {
    const subject = saleSubject(tenant, sale);
    const fold = await this.kept.transact(subject, asItIs);
    const next = await restored(fold, fold.snapshot());
    const empty = (name: string): SaleAggregate => (name === subject ? next : new SaleAggregate(name));
    this.kept = new AggregateRepository(this.store, { ...SALES, empty }, this.hooks);
  }

  readonly ask: Ask = async (what, body, key) => {
    const bytes = Buffer.from(JSON.stringify(body));
    if (what === 'order.get') return response(await this.reads.order(tenant, bytes));
    if (what === 'sale.refunds-due') return response(await this.reads.refundsDue(tenant, bytes));
    const sale = (body as { sale: SaleId }).sale;
    this.asked += 1;
    const reply = `_INBOX.model.${this.asked}`;
    const command = {
      tenant,
      sale,
      keyHash: keyHash('api', key),
      namespace: 'api',
      operation: what as OperationName,
      key,
      request: body as Json,
      reply,
    } as const;
    const stored = encodeCommand({ ...command, fingerprint: fingerprint(what, sale, body) });
    const subject = commandSubject(command).replace(/^cmd\./, 'cmd.0.');
    return new Promise((resolve) => {
      this.waiting.set(reply, (answer) => resolve(response(answer)));
      this.decider.take(this.delivery(subject, Buffer.from(stored)));
    });
  };

  /** As a reactor: without a caller, it waits only for the settlement. */
  readonly tell: NonNullable<Real['tell']> = (what, body, key) => {
    this.asked += 1;
    const sale = (body as { sale: SaleId }).sale;
    const command = internalCommand({ tenant, sale }, what as OperationName, key, body as Json);
    const subject = commandSubject(command).replace(/^cmd\./, 'cmd.0.');
    return new Promise((resolve) =>
      this.decider.take({
        ...this.delivery(subject, Buffer.from(encodeCommand({ ...command, reply: '_INBOX.model.unheard' }))),
        settle: () => resolve(),
      }),
    );
  };

  end(): Promise<void> {
    return this.decider.drain();
  }

  /** The aggregate that decided, and one read from the log alone. */
  async folds(sale: string): Promise<readonly [decided: SaleAggregate, read: SaleAggregate]> {
    const subject = saleSubject(tenant, sale);
    const empty = new AggregateRepository(this.store, SALES);
    const both = [await this.kept.transact(subject, asItIs), await empty.query(subject, (fold) => fold)] as const;
    for (const { sale: state } of both) state.open?.tickets.orderWith('tkt_none' as TicketId); // they are listed on demand
    return both;
  }

  private delivery(subject: string, body: Uint8Array): Delivery {
    return {
      subject,
      body,
      sequence: this.asked,
      deliveries: 1,
      storedAt: this.now,
      header: () => undefined,
      headers: () => ({}),
      working: () => undefined,
      settle: () => undefined,
    };
  }
}

/** The aggregate after the last decision, without reading the log. */
const asItIs = (fold: SaleAggregate): Decision<SaleAggregate> => ({ result: fold, events: [], bytes: 0, isRecorded: true });

const response = ({ status, body }: Answer): Awaited<ReturnType<Ask>> => ({
  status,
  text: body,
  body: JSON.parse(body) as Awaited<ReturnType<Ask>>['body'],
});
