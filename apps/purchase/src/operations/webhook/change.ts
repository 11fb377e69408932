import { ENDPOINT_PATH, ENDPOINTS_PATH } from '../addresses.js';
import type { Setting } from '../operation.js';
import { Redelivered, Webhook, WebhookRemoved, WebhookTest } from './answers.js';
import { AddWebhook, ChangeWebhook, OfWebhook, RedeliverWebhook } from './requests.js';

export const webhookAdd = {
  name: 'webhook.add',
  method: 'addWebhook',
  summary: 'Adds an endpoint: new events of the tenant are sent to it, signed. A repetition returns the same, without the secret.',
  http: {
    path: ENDPOINTS_PATH,
    example: { endpoint: 'crm', url: 'https://crm.example/admit', types: ['OrderConfirmed', 'MintCompleted'] },
  },
  schema: AddWebhook,
  answer: Webhook,
  problems: ['endpoint-exists', 'too-many-endpoints'],
  apply: (settings, tenant, body) => settings.add(tenant, body),
} as const satisfies Setting;

export const webhookChange = {
  name: 'webhook.change',
  method: 'changeWebhook',
  summary: 'Changes the URL or the types of an endpoint. Waiting events are retried within a minute.',
  http: { path: `${ENDPOINT_PATH}/change`, example: { url: 'https://crm.example/events' } },
  schema: ChangeWebhook,
  answer: Webhook,
  problems: ['endpoint-unknown'],
  apply: (settings, tenant, body) => settings.change(tenant, body),
} as const satisfies Setting;

export const webhookRemove = {
  name: 'webhook.remove',
  method: 'removeWebhook',
  summary: 'Removes an endpoint and its pending deliveries. A delivery in flight may still arrive.',
  http: { path: `${ENDPOINT_PATH}/remove`, example: {} },
  schema: OfWebhook,
  answer: WebhookRemoved,
  problems: ['endpoint-unknown'],
  apply: (settings, tenant, body) => settings.remove(tenant, body),
} as const satisfies Setting;

export const webhookRotate = {
  name: 'webhook.rotate',
  method: 'rotateWebhook',
  summary: 'Generates a new secret of an endpoint. For a day deliveries are also signed by the old one.',
  http: { path: `${ENDPOINT_PATH}/rotate`, example: {} },
  schema: OfWebhook,
  answer: Webhook,
  problems: ['endpoint-unknown', 'too-many-secrets'],
  apply: (settings, tenant, body) => settings.rotate(tenant, body),
} as const satisfies Setting;

export const webhookTest = {
  name: 'webhook.test',
  method: 'testWebhook',
  summary: 'Sends an event of the type admit.WebhookTest.v1 once. webhook.deliveries shows its result.',
  http: { path: `${ENDPOINT_PATH}/test`, example: {} },
  schema: OfWebhook,
  answer: WebhookTest,
  problems: ['endpoint-unknown'],
  apply: (settings, tenant, body) => settings.test(tenant, body),
} as const satisfies Setting;

export const webhookRedeliver = {
  name: 'webhook.redeliver',
  method: 'redeliverWebhook',
  summary: 'Sends events again that were set aside, with the same ids. They may arrive in another order than they happened.',
  http: { path: `${ENDPOINT_PATH}/redeliver`, example: {} },
  schema: RedeliverWebhook,
  answer: Redelivered,
  problems: ['endpoint-unknown', 'event-unknown'],
  apply: (settings, tenant, body) => settings.redeliver(tenant, body),
} as const satisfies Setting;
