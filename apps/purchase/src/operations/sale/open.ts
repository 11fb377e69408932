import type { z } from 'zod';
import { OpenSale, readOpening } from '#shared/domain/sale/commands.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { saleView } from '../../reads/views.js';
import { Sale } from '../answers.js';
import { bodyOf, type Mutation, SALE_PATH } from '../operation.js';

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
  refusals: ['sale-exists'],
  problems: ['free-mints-not-granted'],
  answer: Sale,
  status: 201,
  decide: (sale, command) => openSale(sale, readOpening(bodyOf<z.input<typeof OpenSale>>(command))),
  view: (sale, _, version) => saleView(sale, version),
} as const satisfies Mutation;
