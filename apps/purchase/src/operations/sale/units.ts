import { ListUnits } from '#shared/domain/sale/commands.js';
import { SALE_PATH } from '../addresses.js';
import { Units } from '../answers.js';
import type { Query } from '../operation.js';

export const saleUnits = {
  name: 'sale.units',
  method: 'units',
  summary: 'Lists every unit of a sale with its label, category and state at one version: in pages over NATS, whole over HTTP.',
  http: { path: `${SALE_PATH}/units` },
  schema: ListUnits,
  answer: Units,
  problems: ['version-gone'],
  read: (reads, tenant, body) => reads.units(tenant, body),
  readWhole: (reads, tenant, body, isKnown) => reads.allUnits(tenant, body, isKnown),
} as const satisfies Query;
