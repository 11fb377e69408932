import type { Wallet } from '../../kernel/ids.js';
import type { TicketPlaced } from './events.js';
import type { OpenedSale } from './opened-sale.js';
import type { Order } from './orders/order.js';
import type { Usage } from './usage.js';

/** Assigns the units of these tickets to their order. */
export function hold(sale: OpenedSale, order: Order, tickets: readonly TicketPlaced[]): void {
  for (const { unit } of tickets) sale.units.take(unit, order.order);
  sale.tally.hold(tickets);
  count(sale, order, tickets, 1);
}

/** An unpaid ticket with a mint request still counts: a buyer cannot get one mint after another. */
export function giveBack(sale: OpenedSale, order: Order, tickets: readonly TicketPlaced[]): void {
  for (const { unit } of tickets) sale.units.release(unit, order.order);
  const over = tickets.filter((ticket) => !countsOn(sale, order, ticket));
  count(sale, order, over, -1);
}

/** Adds an existing order: its units, and its usage. */
export function adopt(sale: OpenedSale, order: Order, taken: readonly TicketPlaced[]): void {
  const { usage, tally } = sale;
  hold(sale, order, taken);
  if (order.status !== 'held') tally.sell(taken);
  const isUnpaidEnd = order.status !== 'held' && order.reached('paid') === undefined;
  if (isUnpaidEnd) usage.addEndedHold(order.buyer, 1);
  if (order.code !== undefined && order.isLive) usage.addUse(order.code, 1);
  usage.mintsRequested += order.mintsRequested;
  if (taken.length === order.tickets.length) return;
  const given = order.tickets.filter((ticket) => !taken.includes(ticket) && countsOn(sale, order, ticket));
  count(sale, order, given, 1);
}

/** Whether a ticket counts for its buyer for ever, even after its release. */
const countsOn = ({ terms }: OpenedSale, order: Order, { ticket }: TicketPlaced): boolean =>
  (terms.payment === 'none' || order.total.amount === '0') && order.progressOf(ticket).request > 0;

/** Adds tickets to the counts of their buyer and wallets, or removes them. */
function count({ usage }: OpenedSale, order: Order, tickets: readonly TicketPlaced[], sign: 1 | -1): void {
  usage.addUnits(order.buyer, tickets, sign);
  if (usage.countsWallets) for (const ticket of tickets) usage.addToWallet(order.walletOf(ticket.ticket), ticket, sign);
}

/** A ticket is minted for another wallet than it counted for. */
export function moveToWallet(usage: Usage, order: Order, ticket: TicketPlaced, wallet: Wallet): void {
  const before = order.walletOf(ticket.ticket);
  if (before === wallet) return;
  if (usage.countsWallets) {
    usage.addToWallet(before, ticket, -1);
    usage.addToWallet(wallet, ticket, 1);
  }
  order.note(ticket.ticket, { wallet });
}
