import type { Order } from '#shared/domain/sale/orders/order.js';
import type { Sale } from '#shared/domain/sale/sale.js';
import type { Accepted } from './selling.js';

/** A payment provider's reports of one payment, for one order and in one currency. The first report with an id counts. */
interface Reported {
  readonly payment: string;
  readonly order: string;
  readonly currency: string;
  received?: bigint;
  /** The payment was received for another order or in another currency before: it pays for nothing. */
  foreign: boolean;
  refundedTotal: bigint;
  readonly refunds: Map<string, bigint>;
  readonly failed: Map<string, bigint>;
  readonly opened: Map<string, bigint>;
  readonly verdicts: Map<string, { readonly status: string; readonly amount: bigint }>;
}

interface Report {
  readonly payment: string;
  readonly order: string;
  readonly currency: string;
  readonly amount?: string;
  readonly refund?: string;
  readonly refundedTotal?: string;
  readonly dispute?: string;
  readonly status?: string;
}

/** Balances of one sale by currency and account. */
type Money = Map<string, bigint>;

/** The expected place of all money of a sale: DESIGN section 13 applied to the set of reports and the final states of its orders. */
export function expectedMoney(accepted: readonly Accepted[], sale: Sale): Money {
  const money: Money = new Map();
  const add = (currency: string, account: string, amount: bigint): unknown =>
    money.set(`${currency} ${account}`, (money.get(`${currency} ${account}`) ?? 0n) + amount);
  for (const reported of reportedIn(accepted)) {
    const { currency, received = 0n } = reported;
    const back = least(received, most(refunded(reported), reported.refundedTotal - sum(reported.failed.values())) + lost(reported));
    const disputed = least(received - back, open(reported));
    add(currency, 'provider', received - back);
    add(currency, 'disputed', disputed);
    add(currency, 'refunds-owed', most(0n, owed(reported, sale) - back - disputed));
  }
  for (const order of sale.open?.orders.values() ?? [])
    if (order.status === 'confirmed' && order.payment === undefined) add(order.total.currency, 'settled-outside', keptPrice(order));
  return money;
}

/** The price of its tickets that the seller did not end. */
const keptPrice = (order: Order): bigint =>
  sum(order.tickets.flatMap(({ ticket, price }) => (order.progressOf(ticket).ended ? [] : [BigInt(price)])));

/** For an order that stands, everything except the price of its live tickets; nothing while the order is unknown; otherwise everything. */
function owed({ payment, order: id, currency, received = 0n, foreign }: Reported, { open: sale }: Sale): bigint {
  const order = sale?.orders.get(id as never);
  if (foreign) return received;
  if (order === undefined) return sale?.payments.withoutOrder().some((waiting) => waiting === payment) ? 0n : received;
  const covers = order.total.currency === currency && BigInt(order.total.amount) === received;
  return order.status === 'confirmed' && order.payment === payment && covers ? received - keptPrice(order) : received;
}

function reportedIn(accepted: readonly Accepted[]): Iterable<Reported> {
  const all = new Map<string, Reported>();
  for (const { operation, request, key } of accepted) {
    if (!operation.startsWith('payment.')) continue;
    const report = request as unknown as Report;
    const { payment, order, currency } = report;
    const name = [payment, order, currency].join(' ');
    const begun: Reported = {
      payment,
      order,
      currency,
      foreign: false,
      refundedTotal: 0n,
      refunds: new Map(),
      failed: new Map(),
      opened: new Map(),
      verdicts: new Map(),
    };
    const reported = all.get(name) ?? begun;
    all.set(name, reported);
    if (operation === 'payment.confirm' && reported.received === undefined)
      reported.foreign = [...all.values()].some((other) => other.payment === payment && other.received !== undefined);
    TAKE[operation]?.(reported, report, key);
  }
  return all.values();
}

const TAKE: Readonly<Record<string, (reported: Reported, report: Report, key: string) => void>> = {
  'payment.confirm': (reported, { amount = '0' }) => {
    reported.received ??= BigInt(amount);
  },
  'payment.refunded': (reported, { amount, refund, refundedTotal }, key) => {
    reported.refundedTotal = most(reported.refundedTotal, BigInt(refundedTotal ?? 0));
    if (amount !== undefined && (refund !== undefined || refundedTotal === undefined))
      keepFirst(reported.refunds, refund ?? key, BigInt(amount));
  },
  'payment.refund-failed': ({ failed }, { refund = '', amount = '0' }) => keepFirst(failed, refund, BigInt(amount)),
  'payment.disputed': ({ opened, verdicts }, { dispute = '', status = '', amount = '0' }) => {
    if (status === 'opened') keepFirst(opened, dispute, BigInt(amount));
    else keepFirst(verdicts, dispute, { status, amount: BigInt(amount) });
  },
};

function keepFirst<T>(facts: Map<string, T>, id: string, fact: T): void {
  if (!facts.has(id)) facts.set(id, fact);
}

const refunded = ({ refunds, failed }: Reported): bigint => sum([...refunds].flatMap(([id, amount]) => (failed.has(id) ? [] : [amount])));
const lost = ({ verdicts }: Reported): bigint =>
  sum([...verdicts.values()].flatMap(({ status, amount }) => (status === 'lost' ? [amount] : [])));
const open = ({ opened, verdicts }: Reported): bigint =>
  sum([...opened].flatMap(([dispute, amount]) => (verdicts.has(dispute) ? [] : [amount])));

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((total, amount) => total + amount, 0n);
const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);
const most = (left: bigint, right: bigint): bigint => (left > right ? left : right);
