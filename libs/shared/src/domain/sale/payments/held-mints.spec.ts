import type { BuyerId, DisputeId, OrderId, PaymentId, RefundId, SaleId, TicketId, UnitId, Wallet } from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import type { SaleEvent, TicketOfUnit } from '../events.js';
import { beyondMintBudget } from '../limits.js';
import { noteMintFailure } from '../mint-result.js';
import { refundOrder } from '../orders/end-order.js';
import { requestMints } from '../orders/request-mints.js';
import { Sale } from '../sale.js';
import { SaleRestorer, snapshotOf } from '../sale-snapshot.js';
import type { SaleTerms } from '../terms.js';
import { confirmPayment, disputePayment, refundPayment } from './payment-notifications.js';

const sale = 'gala' as SaleId;
const [order, wallet] = ['ord_1' as OrderId, 'wallet' as Wallet];
const ticket = (unit: string): TicketOfUnit => ({ ticket: `tkt_${unit}` as TicketId, unit: unit as UnitId });
const [first, second] = [ticket('1'), ticket('2')];
const money = { sale, order, amount: '10000', currency: 'EUR' };
const TERMS: SaleTerms = {
  ...{
    sale,
    name: 'Gala',
    units: { areas: [{ quota: 2 }] },
    currency: 'EUR',
    prices: [{ amount: '5000' }],
    maxPerBuyer: 2,
    holdSeconds: 600,
  },
  ...{ payment: 'webhook', mint: 'on-request', tickets: 'revocable' },
};

/** A sale of two units, both paid by `pay_1`, and later decisions. */
class Scene {
  readonly state = new Sale();
  events: readonly SaleEvent[] = [];

  constructor(terms: Partial<SaleTerms> = {}) {
    const tickets = [first, second].map((one) => ({ ...one, price: '5000' }));
    this.apply([
      { type: 'SaleOpened', data: { ...TERMS, ...terms } },
      {
        type: 'OrderPlaced',
        data: {
          order,
          buyer: 'b' as BuyerId,
          ...(terms.mint && { wallet }),
          tickets,
          total: { amount: '10000', currency: 'EUR' },
          expiresAt: 9,
        },
      },
    ]);
    this.pay('pay_1');
  }

  apply(events: readonly SaleEvent[]): void {
    for (const event of events) this.state.evolve(event, 0);
    this.events = events;
  }

  private take(decision: Decision<SaleEvent>): this {
    if ('refusal' in decision) throw new Error(decision.refusal.code);
    this.apply(decision.events);
    return this;
  }

  pay(payment: string): this {
    return this.take(confirmPayment(this.state, { ...money, payment: payment as PaymentId }));
  }

  mint(unit: TicketOfUnit, to: string): this {
    return this.take(requestMints(this.state, { sale, tickets: [unit.ticket], wallet: to as Wallet }));
  }

  dispute(status: 'opened' | 'won' | 'lost', amount = '10000'): this {
    const report = { ...money, amount, payment: 'pay_1' as PaymentId, dispute: 'dp_1' as DisputeId, status };
    return this.take(disputePayment(this.state, report));
  }

  refund(): this {
    return this.take(refundPayment(this.state, { ...money, payment: 'pay_1' as PaymentId, refund: 're_1' as RefundId }, 'n'));
  }

  giveBack(): this {
    return this.take(refundOrder(this.state, { sale, order }));
  }

  fail({ ticket: id }: TicketOfUnit): this {
    return this.take(noteMintFailure(this.state, { ticket: id, request: 1 }));
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** The mint progress of each ticket. */
  get mints(): unknown[] {
    const known = this.state.open?.orders.get(order);
    return [first, second].map((one) => known?.progressOf(one.ticket));
  }

  /** Mints that count against the budget of four. */
  get used(): number {
    const { open } = this.state;
    if (open === undefined) throw new Error('the sale is open');
    const refusal = beyondMintBudget(open, 99);
    return Number(refusal?.facts?.used);
  }

  get restored(): Sale {
    const { open } = this.state;
    if (open === undefined) throw new Error('the sale is open');
    const restorer = new SaleRestorer();
    for (const part of snapshotOf(this.state, open)) restorer.add(JSON.parse(JSON.stringify(part)));
    return restorer.end();
  }
}

const resumed = (to: string, ...tickets: readonly TicketOfUnit[]): SaleEvent => ({
  type: 'MintsResumed',
  data: { order, name: 'Gala', wallet: to as Wallet, tickets: tickets.map((one) => ({ ...one, request: 1 })), revocable: true },
});

describe('[L12] [minting WI6] a dispute', () => {
  it('holds the requested mints when it is opened, and resumes each for its wallet when it is won', () => {
    const scene = new Scene().mint(first, 'w-1').mint(second, 'w-2').dispute('opened');
    expect(scene.events.slice(1)).toEqual([{ type: 'MintsHeld', data: { order, tickets: [first, second] } }]);
    expect(scene.dispute('won').events.slice(1)).toEqual([resumed('w-1', first), resumed('w-2', second)]);
    expect(scene.mints).toMatchObject([
      { state: 'asked', request: 1 },
      { state: 'asked', request: 1 },
    ]);
  });

  it('holds only requested mints, and nothing a second time', () => {
    const scene = new Scene().mint(second, 'w').dispute('opened');
    expect(scene.events.slice(1)).toEqual([{ type: 'MintsHeld', data: { order, tickets: [second] } }]);
    expect(scene.dispute('opened').events).toEqual([]);
    expect(new Scene().dispute('opened').types).toEqual(['DisputeOpened']);
  });

  it('refuses a mint while it is open, even of a ticket that it holds', () => {
    const { state } = new Scene().mint(first, 'w').dispute('opened');
    for (const { ticket: id } of [first, second])
      expect(requestMints(state, { sale, tickets: [id], wallet })).toMatchObject({ refusal: { code: 'payment-disputed' } });
  });

  it('resumes the mints when a part of the money is lost: the order stays paid', () => {
    expect(new Scene().mint(first, 'w').dispute('opened', '4000').dispute('lost', '4000').types).toEqual(['DisputeLost', 'MintsResumed']);
  });

  it.each<[string, (scene: Scene) => Scene, string[]]>([
    ['it is lost', (scene) => scene.dispute('lost'), ['DisputeLost', 'OrderRefunded', 'UnitsReleased', 'RevocationsRequested']],
    ['the money is returned', (scene) => scene.refund(), ['RefundPaid', 'OrderRefunded', 'UnitsReleased', 'RevocationsRequested']],
    ['the organiser refunds it', (scene) => scene.giveBack(), ['RefundOwed', 'UnitsReleased', 'RevocationsRequested']],
  ])('revokes the held mints when %s: an attempt may have landed before', (_, end, types) => {
    const scene = end(new Scene().mint(first, 'w').dispute('opened'));
    expect(scene.types).toEqual(types);
    expect(scene.events.at(-1)).toMatchObject({ data: { tickets: [first] } });
  });

  it('holds no mint if another payment can take its place, and resumes the mints when one arrives', () => {
    expect(new Scene().mint(first, 'w').pay('pay_2').types).toEqual(['PaymentReceived', 'RefundOwed']);
    const paidTwice = new Scene().mint(first, 'w').pay('pay_2').dispute('opened');
    expect(paidTwice.types).not.toContain('MintsHeld');
    expect(new Scene().mint(first, 'w').dispute('opened').pay('pay_2').types).toContain('MintsResumed');
  });

  it('leaves a mint that failed meanwhile', () => {
    const scene = new Scene().mint(first, 'w').mint(second, 'w').dispute('opened').fail(first);
    expect(scene.types).toEqual(['MintFailureNoted']);
    expect(scene.dispute('won').events.slice(1)).toEqual([resumed('w', second)]);
  });

  it('leads to the same mints whether it or the payment is reported first, in a sale that mints on confirm', () => {
    const later = new Scene({ mint: 'on-confirm' }).dispute('opened');
    expect(later.types).toEqual(['DisputeOpened', 'MintsHeld']);
    expect(later.dispute('won').mints).toEqual(new Scene({ mint: 'on-confirm' }).mints);
  });
});

describe('the mint budget', () => {
  it('counts a mint once, however often disputes hold it', () => {
    const scene = new Scene().mint(first, 'w');
    expect([scene.used, scene.dispute('opened').used, scene.dispute('won').used]).toEqual([1, 1, 1]);
  });
});

it('a snapshot contains held mints, and their wallets', () => {
  const scene = new Scene().mint(first, 'w-1').dispute('opened');
  const { open } = scene.restored;
  const restored = open?.orders.get(order);
  expect([restored?.progressOf(first.ticket), restored?.walletOf(first.ticket)]).toEqual([scene.mints[0], 'w-1']);
  const report = { ...money, payment: 'pay_1' as PaymentId, dispute: 'dp_1' as DisputeId, status: 'won' as const };
  expect(disputePayment(scene.restored, report)).toMatchObject({ events: [{ type: 'DisputeWon' }, resumed('w-1', first)] });
});
