import { GetTicket } from '#shared/domain/sale/commands.js';
import { Receipt, Ticket } from '../answers.js';
import type { Query } from '../operation.js';

export const ticketGet = {
  name: 'ticket.get',
  method: 'ticket',
  summary: 'Reads a ticket from the log and, once it is minted, its asset.',
  http: { path: '/v1/tickets/:ticket', query: ['sale'] },
  schema: GetTicket,
  answer: Ticket,
  problems: ['ticket-unknown'],
  read: (reads, tenant, body) => reads.ticket(tenant, body),
} as const satisfies Query;

export const ticketReceipt = {
  name: 'ticket.receipt',
  method: 'receipt',
  summary: 'Reads the receipt of a minted ticket from the log: proof of it for its buyer.',
  http: { path: '/v1/tickets/:ticket/receipt', query: ['sale'] },
  schema: GetTicket,
  answer: Receipt,
  problems: ['ticket-unknown', 'ticket-not-minted', 'ticket-void', 'receipt-unknown'],
  read: (reads, tenant, body) => reads.receipt(tenant, body),
} as const satisfies Query;
