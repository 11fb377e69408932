import { webhookAdd, webhookChange, webhookRedeliver, webhookRemove, webhookRotate, webhookTest } from './change.js';
import { webhookDeliveries, webhookList } from './read.js';

export const webhookOperations = [
  webhookAdd,
  webhookChange,
  webhookRotate,
  webhookTest,
  webhookRedeliver,
  webhookRemove,
  webhookList,
  webhookDeliveries,
] as const;
