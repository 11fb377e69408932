import type { Command } from 'commander';
import type { Order, Ticket } from '../../../../libs/client/src/index.js';
import { withExitCodes } from '../operator.js';
import { forSellers, type SellerOptions, send } from '../seller.js';
import { factsOf, tableOf } from '../table.js';

/** `admit order …` and `admit ticket …` */
export function addOrderCommands(program: Command): void {
  const order = withExitCodes(program.command('order').description('show orders'));
  forSellers(
    order.command('show').argument('<sale>').argument('<order>').description('show an order, its tickets, and how far it came'),
    'order show gala ord_h3…',
  ).action((sale: string, id: string, options: SellerOptions) =>
    send(options, { ask: (client) => client.order({ sale, order: id }), shown: orderText }),
  );
  const ticket = withExitCodes(program.command('ticket').description('show tickets'));
  forSellers(
    ticket.command('show').argument('<sale>').argument('<ticket>').description('show a ticket and, once it is minted, its asset'),
    'ticket show gala tkt_8c…',
  ).action((sale: string, id: string, options: SellerOptions) =>
    send(options, { ask: (client) => client.ticket({ sale, ticket: id }), shown: ticketText }),
  );
}

export function orderText({ order, sale, buyer, status, total, code, wallet, expiresAt, payment, tickets, points = [] }: Order): string {
  const amount = `${total.amount} ${total.currency} (minor units)`;
  const facts = factsOf({ order, sale, buyer, status, total: amount, code, wallet, expires: expiresAt, payment });
  const table = tableOf(
    ['ticket', 'unit', 'label', 'category', 'type', 'price', 'status', 'asset'],
    tickets.map((one) => [one.ticket, one.unit, one.label, one.category, one.type, one.price, one.status, one.leaf?.asset ?? one.asset]),
  );
  return [facts, table, ...points.map(({ point, at }) => `${at}  ${point}`)].join('\n');
}

const ticketText = ({ version: _, leaf, ...ticket }: Ticket): string => {
  const place = leaf && { 'asset in wallets': leaf.asset, leaf: `${leaf.index} of tree ${leaf.tree}` };
  return factsOf({ ...ticket, price: `${ticket.price} (minor units)`, ...place });
};
