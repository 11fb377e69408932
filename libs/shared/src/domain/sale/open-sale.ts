import { type Decision, refuse } from '../refusal.js';
import type { OpenSale } from './commands.js';
import type { SaleEvent, SaleTerms } from './events.js';
import type { Sale } from './sale.js';

/** A sale is opened once; its terms are facts from then on. Tickets of free sales are minted on request only: rent can be farmed. */
export function openSale(state: Sale, command: OpenSale): Decision<SaleEvent> {
  if (state.open !== undefined) return refuse('sale-exists', { pointers: ['/sale'] });
  const { opensAt, closesAt, mint, tickets, ...terms } = command;
  const data: SaleTerms = {
    ...terms,
    mint: mint ?? (terms.price.amount === '0' ? 'on-request' : 'on-confirm'),
    ...(tickets !== undefined && { tickets }),
    ...(opensAt !== undefined && { opensAt }),
    ...(closesAt !== undefined && { closesAt }),
  };
  return { events: [{ type: 'SaleOpened', data }] };
}
