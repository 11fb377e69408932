import { GetSale, ListRefundsDue } from '#shared/domain/sale/commands.js';
import { SALE_PATH } from '../addresses.js';
import { RefundsDue, Sale } from '../answers.js';
import type { Query } from '../operation.js';

export const saleGet = {
  name: 'sale.get',
  method: 'sale',
  summary: 'Reads a sale from the log.',
  http: { path: SALE_PATH },
  schema: GetSale,
  answer: Sale,
  read: (reads, tenant, body) => reads.sale(tenant, body),
} as const satisfies Query;

export const saleRefundsDue = {
  name: 'sale.refunds-due',
  method: 'refundsDue',
  summary: 'Lists the refunds due of a sale, and then inconsistent payment reports, in pages, oldest first.',
  http: { path: `${SALE_PATH}/refunds-due`, options: { limit: 'number', cursor: 'text' } },
  schema: ListRefundsDue,
  answer: RefundsDue,
  problems: ['cursor-unknown'],
  read: (reads, tenant, body) => reads.refundsDue(tenant, body),
} as const satisfies Query;
