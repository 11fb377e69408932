import { closeSale } from '#shared/domain/sale/close-sale.js';
import { CloseSale } from '#shared/domain/sale/commands.js';
import { saleView } from '../../reads/views.js';
import { SALE_PATH } from '../addresses.js';
import { Sale } from '../answers.js';
import { bodyOf, type Mutation } from '../operation.js';

export const saleClose = {
  name: 'sale.close',
  method: 'closeSale',
  summary: 'Stops accepting orders. Held orders may still be paid.',
  http: { path: `${SALE_PATH}/close`, location: SALE_PATH, example: {} },
  schema: CloseSale,
  refusals: ['sale-unknown'],
  answer: Sale,
  status: 200,
  decide: (sale, command) => closeSale(sale, bodyOf(command)),
  view: (sale, _, version) => saleView(sale, version),
} as const satisfies Mutation;
