import type { z } from 'zod';
import { type Decision, refuse } from '#shared/domain/refusal.js';
import { changeSale } from '#shared/domain/sale/change/change-sale.js';
import { withTerms } from '#shared/domain/sale/change/changed-sale.js';
import { ChangeSale, readChange } from '#shared/domain/sale/commands.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { Sale as SaleState } from '#shared/domain/sale/sale.js';
import { saleView } from '../../reads/views.js';
import { SALE_PATH } from '../addresses.js';
import { Sale } from '../answers.js';
import { bodyOf, type CommandToDecide, type Mutation } from '../operation.js';
import { commitBytes, MOST_BYTES } from './commit-size.js';

/** Members of a sale's view that may be long. */
const LONG = ['codes', 'prices', 'categories', 'types'] as const;

/** A commit contains the change and, in its answer, the whole offer after it. */
function tooLarge({ open, clock }: SaleState, command: CommandToDecide, events: readonly SaleEvent[]): Decision<never> | undefined {
  const [event] = events;
  if (open === undefined || event?.type !== 'SaleChanged') return undefined;
  const bytes = commitBytes(command, events, SaleState.restored(withTerms(open, event.data), clock));
  if (bytes <= MOST_BYTES) return undefined;
  const member = LONG.find((name) => event.data[name] !== undefined) ?? 'units';
  const detail = `is too much beside what the sale offers: ${bytes} bytes of ${MOST_BYTES} that a change and the sale it leads to may have`;
  return refuse('offer-inconsistent', { pointers: [`/${member}`], details: [detail] });
}

export const saleChange = {
  name: 'sale.change',
  method: 'changeSale',
  summary: 'Changes the terms of a sale for later orders. Placed orders keep their terms.',
  http: { path: `${SALE_PATH}/change`, location: SALE_PATH, example: { name: 'Gala Night', paused: false } },
  schema: ChangeSale,
  refusals: [
    'sale-unknown',
    'currency-fixed',
    'names-fixed',
    'offer-inconsistent',
    'unit-exists',
    'area-unknown',
    'quantity-needed',
    'quota-below-taken',
    'window-empty',
    'sale-closed',
    'mints-unpaid-fixed',
  ],
  answer: Sale,
  status: 200,
  decide: (sale, command, at) => {
    const decision = changeSale(sale, readChange(bodyOf<z.input<typeof ChangeSale>>(command)), at);
    return 'refusal' in decision ? decision : (tooLarge(sale, command, decision.events) ?? decision);
  },
  view: (sale, _, version) => saleView(sale, version),
} as const satisfies Mutation;
