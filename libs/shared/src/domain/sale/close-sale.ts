import { type Decision, refuse } from '../refusal.js';
import type { CloseSale } from './commands.js';
import type { SaleEvent } from './events.js';
import type { Sale } from './sale.js';

/** Ends the acceptance of orders. Held orders may still be paid; a repetition changes nothing. */
export function closeSale({ open }: Sale, { sale }: CloseSale): Decision<SaleEvent> {
  if (open === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  return { events: open.closed ? [] : [{ type: 'SaleClosed', data: { sale } }] };
}
