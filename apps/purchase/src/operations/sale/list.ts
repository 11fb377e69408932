import { ListSales } from '#shared/domain/sale/commands.js';
import { Sales } from '../answers.js';
import type { Query } from '../operation.js';

export const saleList = {
  name: 'sale.list',
  method: 'sales',
  summary: 'Lists the sales of the tenant in the order in which they were opened.',
  http: { path: '/v1/sales', options: { limit: 'number', cursor: 'text' } },
  schema: ListSales,
  answer: Sales,
  problems: ['cursor-unknown'],
  read: (reads, tenant, body) => reads.sales(tenant, body),
} as const satisfies Query;
