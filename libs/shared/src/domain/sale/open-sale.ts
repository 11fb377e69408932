import { type Decision, refuse } from '../refusal.js';
import { hasFreeTickets } from './codes.js';
import type { OpenSale } from './commands.js';
import type { SaleEvent } from './events.js';
import { offerOf } from './offer/normal-form.js';
import type { Sale } from './sale.js';
import type { MintRule, SaleTerms } from './terms.js';

/** Opens a sale once; its terms are then recorded facts. Tickets of free sales are minted on request only, because rent can be farmed. */
export function openSale(state: Sale, command: OpenSale): Decision<SaleEvent> {
  if (state.open !== undefined) return refuse('sale-exists', { pointers: ['/sale'] });
  const { sale, name, maxPerBuyer, maxPerWallet, maxEndedHolds, holdSeconds, payment, opensAt, closesAt } = command;
  const { tickets, asset, smartWallets, image, externalUrl } = command;
  const data: SaleTerms = {
    sale,
    name,
    ...offerOf(command),
    maxPerBuyer,
    holdSeconds,
    payment,
    mint: mintRule(command),
    ...(maxPerWallet !== undefined && { maxPerWallet }),
    ...(maxEndedHolds !== undefined && { maxEndedHolds }),
    ...(tickets !== undefined && { tickets }),
    ...(asset !== undefined && { asset }),
    ...(smartWallets && { smartWallets }),
    ...(image !== undefined && { image }),
    ...(externalUrl !== undefined && { externalUrl }),
    ...(opensAt !== undefined && { opensAt }),
    ...(closesAt !== undefined && { closesAt }),
  };
  return { events: [{ type: 'SaleOpened', data }] };
}

const mintRule = (command: OpenSale): MintRule => command.mint ?? (hasFreeTickets(offerOf(command)) ? 'on-request' : 'on-confirm');

/** Whether orders of this sale are minted without a payment. The operator pays for them, so it needs the grant `free-mints`. */
export const mintsUnpaid = (command: OpenSale): boolean =>
  mintsUnpaidBy({ ...offerOf(command), payment: command.payment, mint: mintRule(command) });

export const mintsUnpaidBy = (terms: Pick<SaleTerms, 'prices' | 'codes' | 'payment' | 'mint'>): boolean =>
  terms.mint === 'on-confirm' && (terms.payment === 'none' || hasFreeTickets(terms));
