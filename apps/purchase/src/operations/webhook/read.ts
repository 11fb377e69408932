import { ENDPOINT_PATH, ENDPOINTS_PATH } from '../addresses.js';
import type { Query } from '../operation.js';
import { Deliveries, Webhooks } from './answers.js';
import { ListDeliveries, ListWebhooks } from './requests.js';

export const webhookList = {
  name: 'webhook.list',
  method: 'webhooks',
  summary: 'Lists the webhook endpoints of the tenant, without their secrets.',
  http: { path: ENDPOINTS_PATH },
  schema: ListWebhooks,
  answer: Webhooks,
  read: (reads, tenant, body) => reads.webhooks.list(tenant, body),
} as const satisfies Query;

export const webhookDeliveries = {
  name: 'webhook.deliveries',
  method: 'webhookDeliveries',
  summary: 'Lists for an endpoint the last delivered event of each sale, the deliveries that are retried, and the events set aside.',
  http: { path: `${ENDPOINT_PATH}/deliveries`, options: { limit: 'number', cursor: 'text' } },
  schema: ListDeliveries,
  answer: Deliveries,
  problems: ['endpoint-unknown', 'cursor-unknown'],
  read: (reads, tenant, body) => reads.webhooks.deliveries(tenant, body),
} as const satisfies Query;
