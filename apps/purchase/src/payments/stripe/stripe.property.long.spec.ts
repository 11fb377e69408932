import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import Stripe from 'stripe';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { placeOrder } from '#shared/domain/sale/orders/place-order.js';
import { backOf, dueOf } from '#shared/domain/sale/payments/payment.js';
import { Sale } from '#shared/domain/sale/sale.js';
import { MemoryValues } from '#shared/event-store/memory-values.js';
import { type BuyerId, type OrderId, orderId, type PaymentId, type SaleId, type TenantId, type UnitId } from '#shared/kernel/ids.js';
import { PaymentIndex } from '#shared/platform/lookups/payment-index.js';
import type { Logger } from '#shared/platform/process/logger.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { decideCommand } from '../../deciding/decide.js';
import type { Answer } from '../../requests/answer.js';
import { type Request, readRequest } from '../../requests/read-request.js';
import { PaymentReports } from '../payment-reports.js';
import { StripeWebhook } from './stripe-webhook.js';

const tenant = 'demo' as TenantId;
const sale = 'gala' as SaleId;
const secret = `whsec_${randomBytes(24).toString('hex')}`;
const CURSOR_KEY = 'key of the tenant';
const PRICE = 5_000;
const ORDERS = ['k-1', 'k-2'].map((key) => orderId(tenant, sale, key)) as [OrderId, OrderId];
const MOST_ROUNDS = 5;
const RUNS = { numRuns: 300 };

interface StripeEvent {
  readonly id: string;
  readonly type: string;
  readonly object: object;
}

/** A sale of two orders at 50.00 EUR, Stripe's endpoint in front of it, and the index behind it. */
class Scene {
  private readonly sale = new Sale();
  private readonly decided = new Set<string>();
  private readonly index = new PaymentIndex(new MemoryValues());
  private readonly webhook: StripeWebhook;
  private toNote: { readonly payment: PaymentId; readonly order: OrderId }[] = [];

  constructor() {
    const units = { seats: ['A-1', 'A-2'] as UnitId[] };
    const terms = { sale, name: 'Gala', units, price: { amount: `${PRICE}`, currency: 'EUR' }, maxPerBuyer: 4, holdSeconds: 600 } as const;
    this.apply(openSale(this.sale, { ...terms, payment: 'webhook', mint: 'on-request' }));
    for (const [at, order] of ORDERS.entries()) {
      const command = { sale, buyer: `b-${at}` as BuyerId, units: [`A-${at + 1}` as UnitId] };
      this.apply(placeOrder(this.sale, { tenant, order, command }, 0));
    }
    const logger = { warn: () => undefined, debug: () => undefined } as unknown as Logger;
    const metrics = { ignoredEvent: () => undefined, unmatchedEvent: () => undefined };
    const intake = { handle: async (request: Request) => this.handle(request), decidedBefore: async () => undefined };
    const tenants = { active: () => ({ tenant, cursorKey: CURSOR_KEY, stripeSecrets: [{ secret }] }) as unknown as Tenant };
    this.webhook = new StripeWebhook(new PaymentReports(intake, metrics, logger), this.index, tenants, metrics, logger);
  }

  private apply(decision: ReturnType<typeof openSale>): void {
    if (!('events' in decision)) throw new Error('the sale is set up');
    for (const event of decision.events) this.sale.evolve(event, 0);
  }

  private handle(request: Request): Answer {
    const read = readRequest(request, CURSOR_KEY);
    if ('problem' in read) return read.problem;
    if (this.decided.has(read.ok.keyHash)) return { status: 200, body: '{}', replayed: true };
    this.decided.add(read.ok.keyHash);
    const { answer, events } = decideCommand(this.sale, { ...read.ok, reply: '' }, 0, this.decided.size);
    for (const event of events) if (event.type === 'PaymentReceived') this.toNote.push(event.data);
    return answer;
  }

  /** Runs the reactor, some time after the decision. */
  async notesPayments(): Promise<void> {
    for (const { payment, order } of this.toNote) await this.index.add(tenant, payment, { sale, order });
    this.toNote = [];
  }

  async hears({ id, type, object }: StripeEvent): Promise<number> {
    const payload = JSON.stringify({ id, type, created: 1_800_000_000, data: { object } });
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
    return (await this.webhook.receive(tenant, { 'stripe-signature': signature }, Buffer.from(payload))).status;
  }

  /** Sends every event in its order; resends those answered 503, as Stripe does. */
  async hearsAll(events: readonly (StripeEvent | 'noted')[]): Promise<this> {
    let left: readonly (StripeEvent | 'noted')[] = events;
    for (let round = 0; left.length > 0 && round < MOST_ROUNDS; round++) {
      const again: StripeEvent[] = [];
      for (const event of left) {
        if (event === 'noted') await this.notesPayments();
        else if ((await this.hears(event)) === 503) again.push(event);
      }
      await this.notesPayments();
      left = again;
    }
    this.left = left.length;
    return this;
  }
  left = 0;

  /** The results that do not depend on the order of events. Of two equal payments either may pay. */
  get end() {
    const { open } = this.sale;
    if (open === undefined) throw new Error('the sale is open');
    const ofOrder = ORDERS.map((order) => {
      const payments = open.payments.ofOrder(order);
      const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
      return [open.orders.get(order)?.status, sum(payments.map(dueOf)), sum(payments.map(backOf))];
    });
    return { ofOrder, counts: this.sale.counts(), unmatched: this.left };
  }
}

/** The history of one payment at Stripe, and the events that Stripe creates, in order. */
interface Course {
  readonly order: number;
  readonly amount: number;
  readonly refunds: readonly { readonly amount: number; readonly ends: 'succeeded' | 'failed' | 'canceled' }[];
  readonly disputed?: { readonly amount: number; readonly ends: 'open' | 'won' | 'lost' } | undefined;
}

function eventsOf({ order, amount, refunds, disputed }: Course, at: number): StripeEvent[] {
  const payment_intent = `pi_${at}`;
  const events: StripeEvent[] = [];
  const tell = (type: string, object: object): unknown =>
    events.push({ id: `evt_${at}_${events.length}`, type, object: { payment_intent, currency: 'eur', ...object } });
  const metadata = { admit_sale: sale, admit_order: ORDERS[order] };
  tell('payment_intent.succeeded', { id: payment_intent, amount, amount_received: amount, metadata });
  let live = 0;
  for (const [which, { amount: part, ends }] of refunds.entries()) {
    const refund = { id: `re_${at}_${which}`, amount: part };
    live += part;
    tell('refund.created', { ...refund, status: 'pending' });
    tell('charge.refunded', { id: `ch_${at}`, amount_refunded: live });
    if (ends === 'succeeded') tell('refund.updated', { ...refund, status: ends });
    else {
      live -= part;
      tell(ends === 'failed' ? 'refund.failed' : 'refund.updated', { ...refund, status: ends });
    }
  }
  if (disputed === undefined) return events;
  const dispute = { id: `du_${at}`, amount: disputed.amount };
  tell('charge.dispute.created', { ...dispute, status: 'needs_response' });
  tell('charge.dispute.funds_withdrawn', { ...dispute, status: 'needs_response' });
  if (disputed.ends !== 'open') tell('charge.dispute.closed', { ...dispute, status: disputed.ends });
  if (disputed.ends === 'won') tell('charge.dispute.funds_reinstated', { ...dispute, status: 'won' });
  return events;
}

const part = fc.constantFrom(PRICE, PRICE, 2_500, 1_000);
const course: fc.Arbitrary<Course> = fc.record({
  order: fc.constantFrom(0, 0, 1),
  amount: fc.constantFrom(PRICE, PRICE, PRICE, 4_000),
  refunds: fc.array(fc.record({ amount: part, ends: fc.constantFrom('succeeded', 'succeeded', 'failed', 'canceled') }), { maxLength: 3 }),
  disputed: fc.option(fc.record({ amount: part, ends: fc.constantFrom('open', 'won', 'lost') }), { nil: undefined }),
});

const shuffled = <T>(all: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length });
/** Every event of Stripe once, some twice, and runs of the reactor at any time between them. */
const told = fc.tuple(fc.array(course, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(), { maxLength: 4 })).map(([courses, again]) => {
  const events = courses.flatMap(eventsOf);
  return [...events, ...again.flatMap((index) => events[index % events.length] ?? []), 'noted' as const, 'noted' as const];
});

it('[L12] [minting WI6] has the same result in whatever order the events of Stripe arrive, some of them twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      told.chain((events) => fc.tuple(fc.constant(events), shuffled(events))),
      async ([one, other]) => {
        const [straight, mixed] = [await new Scene().hearsAll(one), await new Scene().hearsAll(other)];
        expect(mixed.end).toEqual(straight.end);
        expect(straight.end.unmatched).toBe(0);
      },
    ),
    RUNS,
  );
});

it('[L12] counts refunds as Stripe does: refunds that did not fail, and lost disputes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ ...{ refunds: fc.array(part, { maxLength: 2 }), failed: fc.array(part, { maxLength: 2 }) }, lost: fc.boolean() }),
      async ({ refunds, failed, lost }) => {
        const ends = [
          ...refunds.map((amount) => ({ amount, ends: 'succeeded' as const })),
          ...failed.map((amount) => ({ amount, ends: 'failed' as const })),
        ];
        const disputed = lost ? { disputed: { amount: 1_000, ends: 'lost' as const } } : {};
        const scene = await new Scene().hearsAll(eventsOf({ order: 0, amount: PRICE, refunds: ends, ...disputed }, 0));
        const back = refunds.reduce((total, amount) => total + amount, 0) + (lost ? 1_000 : 0);
        expect(scene.end.ofOrder[0]?.[2]).toBe(BigInt(Math.min(back, PRICE)));
      },
    ),
    RUNS,
  );
});
