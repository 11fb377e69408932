import { type BuyerId, type OrderId, orderId, type SaleId, type TenantId } from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import type { SaleEvent } from '../../sale/events.js';
import { openSale } from '../../sale/open-sale.js';
import { refundOrder } from '../../sale/orders/end-order.js';
import { placeOrder } from '../../sale/orders/place-order.js';
import { DisputeNotification, PaymentNotification, RefundNotification } from '../../sale/payments/commands.js';
import { dueOf } from '../../sale/payments/payment.js';
import { confirmPayment, disputePayment, refundPayment } from '../../sale/payments/payment-notifications.js';
import { problemsOf } from '../../sale/payments/payment-problems.js';
import { Sale } from '../../sale/sale.js';
import { UnitOfWork } from '../unit-of-work.js';
import { postCommit } from './post.js';

/** Reports that ended an order wrongly or stopped a ledger in earlier versions: a sale in EUR at "5000", and what each report leads to. */

const [tenant, sale] = ['demo' as TenantId, 'gala' as SaleId];
const ORDERS = { A: orderId(tenant, sale, 'A'), B: orderId(tenant, sale, 'B') } as const;
type Name = keyof typeof ORDERS;
type Report = (scene: Scene) => void;

class Scene {
  private readonly state = new Sale();
  private readonly book = new UnitOfWork();
  private sequence = 0;

  constructor(reports: readonly Report[]) {
    const terms = { sale, name: 'Gala', units: { quota: 3 }, price: { amount: '5000', currency: 'EUR' }, maxPerBuyer: 3 } as const;
    this.take((state) => openSale(state, { ...terms, holdSeconds: 600, payment: 'webhook', mint: 'on-request' }));
    for (const [name, order] of Object.entries(ORDERS))
      this.take((state) => placeOrder(state, { tenant, order, command: { sale, buyer: `b-${name}` as BuyerId, quantity: 1 } }, 0));
    for (const report of reports) report(this);
  }

  /** Decides, folds and posts: it throws where the ledger would stop. */
  take(decide: (state: Sale) => Decision<SaleEvent>): void {
    const decision = decide(this.state);
    if ('refusal' in decision) throw new Error(decision.refusal.code);
    const events = decision.events.map((event) => ({ ...event, at: 0 }));
    for (const event of events) this.state.evolve(event, 0);
    postCommit(this.book, { tenant, sale, sequence: ++this.sequence, events });
  }

  private get open() {
    if (this.state.open === undefined) throw new Error('the sale is open');
    return this.state.open;
  }

  get end(): End {
    const { orders, payments } = this.open;
    const of = (name: Name) => orders.get(ORDERS[name] as OrderId);
    const balance = (unit: string, account: 'revenue' | 'refunds-owed' | 'disputed') =>
      Number(this.book.balances.of(tenant, sale, unit, account));
    const money = (['revenue', 'refunds-owed', 'disputed'] as const).flatMap((account) =>
      ['EUR', 'USD', 'JPY'].flatMap((unit) => (balance(unit, account) === 0 ? [] : [`${balance(unit, account)} ${unit} ${account}`])),
    );
    return {
      A: `${of('A')?.status}${of('A')?.payment === undefined ? '' : ` by ${of('A')?.payment}`}`,
      B: `${of('B')?.status}${of('B')?.payment === undefined ? '' : ` by ${of('B')?.payment}`}`,
      money: money.sort(),
      due: payments.due().map((payment) => `${payment.payment} ${dueOf(payment)} ${payment.currency} ${payment.owed?.reason}`),
      problems: problemsOf(payments).map(({ payment, amount, currency, reason }) => `${payment} ${amount} ${currency} ${reason}`),
    };
  }
}

interface End {
  readonly A: string;
  readonly B: string;
  /** What the ledger holds. */
  readonly money: readonly string[];
  readonly due: readonly string[];
  readonly problems: readonly string[];
}

const about = (payment: string, order: Name, currency: string) => ({ sale, payment, order: ORDERS[order], currency });
/** `payment.succeeded` */
const S =
  (payment: string, order: Name = 'A', amount = '5000', currency = 'EUR'): Report =>
  (scene) =>
    scene.take((state) => confirmPayment(state, PaymentNotification.parse({ ...about(payment, order, currency), amount })));
/** `payment.refunded`, each a webhook of its own. */
const R =
  (
    payment: string,
    amount: string,
    { order = 'A', currency = 'EUR', refund }: { order?: Name; currency?: string; refund?: string } = {},
  ): Report =>
  (scene) => {
    const report = RefundNotification.parse({ ...about(payment, order, currency), amount, ...(refund && { refund }) });
    scene.take((state) => refundPayment(state, report, `webhook-${++webhooks}`));
  };
let webhooks = 0;
const total =
  (payment: string, refundedTotal: string): Report =>
  (scene) =>
    scene.take((state) => refundPayment(state, RefundNotification.parse({ ...about(payment, 'A', 'EUR'), refundedTotal }), 'webhook'));
const D =
  (payment: string, status: string, amount = '5000'): Report =>
  (scene) => {
    const report = DisputeNotification.parse({ ...about(payment, 'A', 'EUR'), amount, dispute: 'dp_1', status });
    scene.take((state) => disputePayment(state, report));
  };
const organiserRefunds: Report = (scene) => scene.take((state) => refundOrder(state, { sale, order: ORDERS.A }));

const NOTHING: End = { A: 'held', B: 'held', money: [], due: [], problems: [] };
const CONFIRMED: End = { ...NOTHING, A: 'confirmed by p1', money: ['5000 EUR revenue'] };

describe('[L11] no report stops the ledger', () => {
  it.each<[string, Report[], Partial<End>]>([
    [
      'S 5000 EUR; R 1000 USD; then order.refund: 5000 EUR are due, and the foreign report is listed',
      [S('p1'), R('p1', '1000', { currency: 'USD' }), organiserRefunds],
      {
        A: 'refund-owed by p1',
        money: ['5000 EUR refunds-owed'],
        due: ['p1 5000 EUR requested'],
        problems: ['p1 1000 USD another-currency'],
      },
    ],
    [
      'R 5000 JPY before S 5000 EUR: the order is confirmed, as the foreign refund neither pays it nor takes it back',
      [R('p1', '5000', { currency: 'JPY' }), S('p1')],
      { ...CONFIRMED, problems: ['p1 5000 JPY another-currency'] },
    ],
    [
      'S 5000 JPY before S 5000 EUR of one payment: it belongs to the currency that came first, and all of it is due back',
      [S('p1', 'A', '5000', 'JPY'), S('p1')],
      { money: ['5000 EUR refunds-owed', '5000 JPY refunds-owed'], due: ['p1 5000 JPY wrong-amount', 'p1 5000 EUR another-currency'] },
    ],
    [
      'R(p, A, 1) then S(p, B, 5000): the payment belongs to the order that it was received for, and the refund is listed',
      [R('p1', '1', { order: 'A' }), S('p1', 'B')],
      { B: 'confirmed by p1', money: ['5000 EUR revenue'], problems: ['p1 1 EUR another-order'] },
    ],
  ])('%s', (_, reports, end) => {
    expect(new Scene(reports).end).toEqual({ ...NOTHING, ...end });
  });
});

describe('[L12] [minting WI6] the result does not depend on the order of the reports', () => {
  it.each<[string, Report[], End]>([
    ['R 1000, then S 5000', [R('p1', '1000'), S('p1')], { ...CONFIRMED, money: ['4000 EUR revenue'] }],
    ['S 5000, then R 1000', [S('p1'), R('p1', '1000')], { ...CONFIRMED, money: ['4000 EUR revenue'] }],
    ['R 5000, then S 5000', [R('p1', '5000'), S('p1')], { ...NOTHING, A: 'refunded by p1' }],
    ['S p1, S p2, R p1 in full: p2 pays', [S('p1'), S('p2'), R('p1', '5000')], { ...CONFIRMED, A: 'confirmed by p2' }],
    ['S p1, R p1 in full, S p2: p2 pays', [S('p1'), R('p1', '5000'), S('p2')], { ...CONFIRMED, A: 'confirmed by p2' }],
    [
      'S(p, A), S(p, B): B stays held, and its money is recorded, listed and due back',
      [S('p1', 'A'), S('p1', 'B')],
      { ...CONFIRMED, money: ['5000 EUR refunds-owed', '5000 EUR revenue'], due: ['p1 5000 EUR another-order'] },
    ],
    ['R 2500 and R 2500 by two webhooks are 5000', [S('p1'), R('p1', '2500'), R('p1', '2500')], { ...NOTHING, A: 'refunded by p1' }],
    [
      'R 2500 of one refund id by two webhooks is 2500',
      [S('p1'), R('p1', '2500', { refund: 're_1' }), R('p1', '2500', { refund: 're_1' })],
      { ...CONFIRMED, money: ['2500 EUR revenue'] },
    ],
    [
      '2500 in all, said twice, are 2500',
      [S('p1'), total('p1', '2500'), total('p1', '2500')],
      { ...CONFIRMED, money: ['2500 EUR revenue'] },
    ],
    ['a dispute that is opened holds the money', [S('p1'), D('p1', 'opened')], { ...CONFIRMED, money: ['5000 EUR disputed'] }],
    [
      'a dispute of money that is owed back: nothing is due while it is open',
      [S('p1'), organiserRefunds, D('p1', 'opened')],
      { ...NOTHING, A: 'refund-owed by p1', money: ['5000 EUR disputed'] },
    ],
    ['a dispute that is won brings it back', [S('p1'), D('p1', 'opened'), D('p1', 'won')], CONFIRMED],
    ['a dispute that is won before it is opened', [D('p1', 'won'), D('p1', 'opened'), S('p1')], CONFIRMED],
    ['a dispute that is lost takes it', [S('p1'), D('p1', 'opened'), D('p1', 'lost')], { ...NOTHING, A: 'refunded by p1' }],
    ['a dispute that is lost in part', [D('p1', 'lost', '2000'), S('p1')], { ...CONFIRMED, money: ['3000 EUR revenue'] }],
    [
      'a dispute before its payment holds the money when that comes',
      [D('p1', 'opened', '2000'), S('p1')],
      { ...CONFIRMED, money: ['2000 EUR disputed', '3000 EUR revenue'] },
    ],
  ])('%s', (_, reports, end) => {
    expect(new Scene(reports).end).toEqual(end);
  });
});
