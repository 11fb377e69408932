import { MintTickets } from '#shared/domain/sale/commands.js';
import { requestMints } from '#shared/domain/sale/orders/request-mints.js';
import { mintsView } from '../../reads/views.js';
import { ADDRESS_PARTS, SALE_PATH } from '../addresses.js';
import { Mints } from '../answers.js';
import { bodyOf, type Mutation } from '../operation.js';

export const ticketMint = {
  name: 'ticket.mint',
  method: 'mintTickets',
  summary: 'Requests the mints of up to 500 sold tickets: all or none.',
  http: {
    path: '/v1/mints',
    location: SALE_PATH,
    example: { sale: 'gala-2027', tickets: [ADDRESS_PARTS.ticket.example], wallet: '4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm' },
  },
  schema: MintTickets,
  refusals: ['sale-unknown', 'ticket-unknown', 'ticket-not-sold', 'payment-disputed', 'wallet-limit', 'mint-budget-spent'],
  answer: Mints,
  status: 200,
  decide: (sale, command) => requestMints(sale, bodyOf(command)),
  view: (sale, command, version) => mintsView(sale, bodyOf<MintTickets>(command).tickets, version),
} as const satisfies Mutation;
