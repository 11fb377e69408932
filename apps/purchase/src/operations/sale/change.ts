import type { z } from 'zod';
import { changeSale } from '#shared/domain/sale/change/change-sale.js';
import { ChangeSale, readChange } from '#shared/domain/sale/commands.js';
import { saleView } from '../../reads/views.js';
import { Sale } from '../answers.js';
import { bodyOf, type Mutation, SALE_PATH } from '../operation.js';

export const saleChange = {
  name: 'sale.change',
  method: 'changeSale',
  summary: 'Changes the terms of a sale for later orders. Those that were placed keep what they were placed at.',
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
  decide: (sale, command, at) => changeSale(sale, readChange(bodyOf<z.input<typeof ChangeSale>>(command)), at),
  view: (sale, _, version) => saleView(sale, version),
} as const satisfies Mutation;
