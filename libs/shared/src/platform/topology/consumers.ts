import type { ConsumerConfig, ConsumerUpdateConfig } from '@nats-io/jetstream';
import { BUCKETS, WEBHOOKS_STREAM } from './streams.js';

const NANOS_PER_MS = 1_000_000;
/** The number of consumers that share the buckets of COMMANDS; each is pinned to one purchase process at a time. */
export const DECIDER_SETS = 4;
export const DECIDER_GROUP = 'decider';
/** Commands of a dead process are redelivered after this; a live process sends `working()` well within it. */
export const COMMAND_ACK_WAIT_MS = 5_000;
/** A silent process loses its pin after this. */
const PIN_TIMEOUT_MS = 3_000;
/** Unacknowledged commands for each consumer: bounds the memory of a purchase process. */
const MAX_UNDECIDED = 4_096;
export const EVENTS_ACK_WAIT_MS = 30_000;
const MAX_UNPROJECTED = 10_000;
/** Commands of a dead minter are redelivered after this; a live one sends `working()` three times within it. */
export const MINT_ACK_WAIT_MS = 10_000;
/** Work of a dead webhooks app is redelivered after this; a live one sends `working()` three times within it. */
export const WEBHOOK_ACK_WAIT_MS = 30_000;
const WITHOUT_LIMIT = -1; // of unacknowledged messages: those of an endpoint that is down must not delay others
const FOR_EVER = -1; // max_deliver: payment work never stops silently; the app itself moves poison messages to DEAD

export const deciderSet = (set: number): string => `decider-${set}`;
/** The durable consumers of COMMANDS. */
export const deciderSets = (): string[] => Array.from({ length: DECIDER_SETS }, (_, set) => deciderSet(set));

export type WantedConsumer = { readonly stream: string; readonly config: Partial<ConsumerConfig> & { durable_name: string } };

/** Consumer settings that are rejected unless required below: each lets a consumer skip messages, lose its position or expire. */
export const NOT_ON_A_CONSUMER = [
  'filter_subject',
  'filter_subjects',
  'inactive_threshold',
  'mem_storage',
  'headers_only',
  'backoff',
  'deliver_subject',
  'rate_limit_bps',
  'pause_until',
] as const satisfies readonly (keyof ConsumerConfig)[];

/**
 * What provision may change on an existing consumer: its ack wait and its number of unacknowledged messages. All other settings select
 * messages and the start position. Provision never changes those; it reports the difference, and an operator decides.
 */
export const CHANGED_IN_PLACE = ['ack_wait', 'max_ack_pending'] as const satisfies readonly (keyof ConsumerUpdateConfig)[];

const explicit = { ack_policy: 'explicit', deliver_policy: 'all', max_deliver: FOR_EVER } as const;

const deciders = Array.from({ length: DECIDER_SETS }, (_, set): WantedConsumer => {
  const width = BUCKETS / DECIDER_SETS;
  return {
    stream: 'COMMANDS',
    config: {
      ...explicit,
      durable_name: deciderSet(set),
      filter_subjects: Array.from({ length: width }, (__, bucket) => `cmd.${set * width + bucket}.>`),
      ack_wait: COMMAND_ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: MAX_UNDECIDED,
      priority_policy: 'pinned_client',
      priority_groups: [DECIDER_GROUP],
      priority_timeout: PIN_TIMEOUT_MS * NANOS_PER_MS,
    },
  };
});

export const CONSUMERS: readonly WantedConsumer[] = [
  ...deciders,
  {
    stream: 'EVENTS',
    config: {
      ...explicit,
      durable_name: 'mint-requests',
      filter_subject: 'ev.*.sale.*',
      ack_wait: EVENTS_ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: MAX_UNPROJECTED,
    },
  },
  {
    stream: 'EVENTS',
    config: {
      ...explicit,
      durable_name: 'lookups',
      filter_subject: 'ev.*.sale.*',
      ack_wait: EVENTS_ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: MAX_UNPROJECTED,
    },
  },
  {
    stream: 'EVENTS',
    config: { ...explicit, durable_name: 'ledger', ack_wait: EVENTS_ACK_WAIT_MS * NANOS_PER_MS, max_ack_pending: MAX_UNPROJECTED },
  },
  {
    stream: 'EVENTS',
    config: {
      ...explicit,
      durable_name: 'mint-news',
      filter_subject: 'ev.*.mint.*',
      ack_wait: EVENTS_ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: MAX_UNPROJECTED,
    },
  },
  {
    stream: 'TIMERS',
    config: {
      ...explicit,
      durable_name: 'sweeps',
      filter_subject: 'timer.due.>',
      ack_wait: EVENTS_ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: MAX_UNPROJECTED,
    },
  },
  {
    stream: 'EVENTS', // the subjects of commits name the sales with events: no body is read
    config: {
      ...explicit,
      durable_name: 'webhook-events',
      headers_only: true,
      ack_wait: EVENTS_ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: MAX_UNPROJECTED,
    },
  },
  {
    stream: WEBHOOKS_STREAM,
    config: {
      ...explicit,
      durable_name: 'webhooks',
      ack_wait: WEBHOOK_ACK_WAIT_MS * NANOS_PER_MS,
      max_ack_pending: WITHOUT_LIMIT,
    },
  },
  { stream: 'EVENTS', config: { durable_name: 'replay', ack_policy: 'none', deliver_policy: 'all' } },
];

/**
 * Consumers of earlier versions that must not exist now: one queue for the mints of all tenants. Provision deletes it; its
 * unacknowledged messages are redelivered.
 */
export const RETIRED = [{ stream: 'MINTS', durable: 'minter' }] as const;
