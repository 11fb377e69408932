import { type Decision, refuse } from '../refusal.js';
import type { OpenSale } from './commands.js';
import type { MintRule, SaleEvent, SaleTerms } from './events.js';
import type { Sale } from './sale.js';

/** A sale is opened once; its terms are facts from then on. Tickets of free sales are minted on request only: rent can be farmed. */
export function openSale(state: Sale, command: OpenSale): Decision<SaleEvent> {
  if (state.open !== undefined) return refuse('sale-exists', { pointers: ['/sale'] });
  const { opensAt, closesAt, mint: _, tickets, maxPerWallet, maxEndedHolds, ...terms } = command;
  const data: SaleTerms = {
    ...terms,
    mint: mintRule(command),
    ...(maxPerWallet !== undefined && { maxPerWallet }),
    ...(maxEndedHolds !== undefined && { maxEndedHolds }),
    ...(tickets !== undefined && { tickets }),
    ...(opensAt !== undefined && { opensAt }),
    ...(closesAt !== undefined && { closesAt }),
  };
  return { events: [{ type: 'SaleOpened', data }] };
}

const mintRule = ({ mint, price }: OpenSale): MintRule => mint ?? (price.amount === '0' ? 'on-request' : 'on-confirm');

/** Whether an order of this sale is minted although nobody pays for it: that is at the operator's expense, and needs the grant `free-mints`. */
export const mintsUnpaid = (command: OpenSale): boolean =>
  mintRule(command) === 'on-confirm' && (command.payment === 'none' || command.price.amount === '0');
