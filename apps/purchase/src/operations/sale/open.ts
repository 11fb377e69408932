import type { z } from 'zod';
import { OpenSale, readOpening } from '#shared/domain/sale/commands.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { Sale as SaleState } from '#shared/domain/sale/sale.js';
import { saleView } from '../../reads/views.js';
import { MAX_OPENING_BYTES } from '../../requests/request-body.js';
import { SALE_PATH } from '../addresses.js';
import { Sale } from '../answers.js';
import { bodyOf, type CommandToDecide, type Mutation } from '../operation.js';
import { commitBytes, MOST_BYTES } from './commit-size.js';

const opening = (command: Pick<CommandToDecide, 'request'>) => readOpening(bodyOf<z.input<typeof OpenSale>>(command));

/** Marks a test sale. */
function fitsCommit(command: Pick<CommandToDecide, 'request'>): boolean {
  const sale = new SaleState();
  const decision = openSale(sale, opening(command));
  if ('refusal' in decision) return false;
  for (const event of decision.events) sale.evolve(event, 0);
  return commitBytes(command, decision.events, sale) <= MOST_BYTES;
}

export const saleOpen = {
  name: 'sale.open',
  method: 'openSale',
  summary: 'Opens a sale; its terms stay as they are.',
  http: {
    path: '/v1/sales',
    location: SALE_PATH,
    example: { sale: 'gala-2027', name: 'Gala', units: { quota: 500 }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' },
  },
  schema: OpenSale,
  opensSale: true,
  maxBodyBytes: MAX_OPENING_BYTES,
  fitsCommit,
  refusals: ['sale-exists'],
  problems: ['free-mints-not-granted', 'asset-not-offered'],
  answer: Sale,
  status: 201,
  decide: (sale, command) => openSale(sale, opening(command)),
  view: (sale, _, version) => saleView(sale, version),
} as const satisfies Mutation;
