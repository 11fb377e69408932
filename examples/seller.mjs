// What a back end does with its orders: it places, cancels, pays and refunds them, and keeps what should be left.
import { CURRENCY } from './hall.mjs';

const LIVE = new Set(['held', 'confirmed']);
/** Minor units that the payment provider gives back by itself, of some payments. */
const GOODWILL = 100n;

const sumOf = (tickets) => tickets.reduce((sum, { price }) => sum + BigInt(price), 0n);

export class Seller {
  /** By id: what is left of each order. */
  orders = new Map();
  counts = { paid: 0, cancelled: 0, 'partly cancelled': 0, refunded: 0, 'partly refunded': 0, 'given back by the provider': 0 };
  /** Minor units that are of no certain ticket. */
  goodwill = 0n;
  changes = 0;

  constructor(caller, sale) {
    this.caller = caller;
    this.sale = sale;
  }

  place(order, key, overNats) {
    if (overNats) return this.caller.ask('order.place', { sale: this.sale, ...order }, key);
    return this.caller.post(`/v1/sales/${this.sale}/orders`, order, key);
  }

  keep({ order, status, tickets, total }, code) {
    if (BigInt(total.amount) !== sumOf(tickets)) throw new Error(`${order} costs ${total.amount}, and its tickets ${sumOf(tickets)}`);
    this.orders.set(order, { order, status, tickets, total, code });
  }

  async change(terms) {
    this.changes += 1;
    await this.done('change', await this.caller.post(`/v1/sales/${this.sale}/change`, terms, `change-${this.sale}-${this.changes}`));
  }

  /** One of some ways that an order may go on: every copy of a request or a report changes nothing. */
  async follow(order) {
    const way = [...this.orders.keys()].indexOf(order.order);
    if (order.status === 'confirmed') return; // it cost nothing
    if (way % 7 === 0) return this.end(order, 'cancel', 'cancelled');
    if (way % 5 === 0 && order.tickets.length > 1) await this.end(order, 'cancel', 'partly cancelled', order.tickets.slice(0, 1));
    await this.pay(order);
    if (way % 4 === 0 && order.tickets.length > 1) await this.end(order, 'refund', 'partly refunded', order.tickets.slice(-1));
    else if (way % 13 === 0) await this.end(order, 'refund', 'refunded');
    else if (way % 17 === 0 && sumOf(order.tickets) > GOODWILL) await this.giveGoodwill(order);
  }

  async pay(order) {
    const { amount } = order.total;
    const data = { sale: this.sale, order: order.order, payment: `pay-${order.order}`, amount, currency: CURRENCY };
    const report = () => this.caller.report(`paid-${order.order}`, 'payment.succeeded', data);
    for (const answer of await Promise.all([report(), report()])) await this.done('a report of a payment', answer);
    order.status = 'confirmed';
    this.counts.paid += 1;
  }

  /** Ends an order, or these of its tickets. */
  async end(order, how, counted, tickets) {
    const path = `/v1/sales/${this.sale}/orders/${order.order}/${how}`;
    const body = tickets === undefined ? {} : { tickets: tickets.map(({ ticket }) => ticket) };
    const key = `${how}-${order.order}`;
    const first = await this.caller.post(path, body, key);
    const again = await this.caller.ask(`order.${how}`, { sale: this.sale, order: order.order, ...body }, key);
    await this.done(how, first);
    if (again.text !== first.text) throw new Error(`${how} of ${order.order} over NATS: ${again.text} instead of ${first.text}`);
    order.tickets = tickets === undefined ? [] : order.tickets.filter((ticket) => !tickets.includes(ticket));
    if (order.tickets.length === 0) order.status = 'ended';
    this.counts[counted] += 1;
  }

  /** The provider gives a part back by itself: no ticket ends. Where money is due back for tickets that ended, it is a part of that. */
  async giveGoodwill({ order, tickets, total }) {
    const refund = {
      sale: this.sale,
      order,
      payment: `pay-${order}`,
      refund: `goodwill-${order}`,
      amount: `${GOODWILL}`,
      currency: CURRENCY,
    };
    await this.done('a refund by the provider', await this.caller.report(`goodwill-${order}`, 'payment.refunded', refund));
    if (BigInt(total.amount) === sumOf(tickets)) this.goodwill += GOODWILL;
    this.counts['given back by the provider'] += 1;
  }

  /** Gives back what is due, as the list says, until there is none. */
  async payBack() {
    const due = async () => (await this.caller.get(`/v1/sales/${this.sale}/refunds-due`)).body;
    const { refundsDue, problems } = await due();
    if (problems.length > 0) throw new Error(`problems with payments: ${JSON.stringify(problems)}`);
    for (const { payment, order, amount, currency } of refundsDue) {
      const report = { sale: this.sale, order, payment, refund: `back-${order}`, amount, currency };
      await this.done('a refund', await this.caller.report(`back-${order}`, 'payment.refunded', report));
    }
    const left = (await due()).refundsDue;
    if (left.length > 0) throw new Error(`still due: ${JSON.stringify(left)}`);
  }

  liveTickets() {
    return [...this.orders.values()].filter(({ status }) => LIVE.has(status)).flatMap(({ tickets }) => tickets);
  }

  usesOfCode() {
    return [...this.orders.values()].filter(({ status, code }) => code !== undefined && LIVE.has(status)).length;
  }

  /** Category and type, tickets, minor units. */
  revenueLines() {
    const kinds = new Map();
    for (const ticket of this.liveTickets()) {
      const name = `${ticket.category} ${ticket.type}`;
      kinds.set(name, [...(kinds.get(name) ?? []), ticket]);
    }
    const lines = [...kinds].map(([name, tickets]) => [name, tickets.length, `${sumOf(tickets)}`]);
    return this.goodwill === 0n ? lines : [...lines, [' ', 0, `-${this.goodwill}`]];
  }

  told() {
    return Object.entries(this.counts)
      .map(([what, times]) => `${times} ${what}`)
      .join(', ');
  }

  async done(what, { status, text }) {
    if (status !== 200) throw new Error(`${what} is answered ${status} ${text}`);
  }
}
