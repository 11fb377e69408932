import type { ConsumerConfig, ConsumerUpdateConfig } from '@nats-io/jetstream';
import { BUCKETS } from './streams.js';

const NANOS_PER_MS = 1_000_000;
/** The buckets of COMMANDS are shared out over so many consumers; each is pinned to one purchase process at a time. */
export const DECIDER_SETS = 4;
export const DECIDER_GROUP = 'decider';
/** A command that a dead process held is handed over after this; the living say `working()` well within it. */
export const COMMAND_ACK_WAIT_MS = 5_000;
/** A silent process loses its pin after this. */
const PIN_TIMEOUT_MS = 3_000;
/** Commands handed out and not yet acknowledged, per set: bounds the memory of a purchase process. */
const MAX_UNDECIDED = 4_096;
export const EVENTS_ACK_WAIT_MS = 30_000;
const MAX_UNPROJECTED = 10_000;
/** What a dead minter held is handed to another after this; the living say `working()` three times within it. */
export const MINT_ACK_WAIT_MS = 10_000;
const FOR_EVER = -1; // max_deliver: a money path never gives up silently; poison is moved to DEAD by us

export const deciderSet = (set: number): string => `decider-${set}`;

export type WantedConsumer = { readonly stream: string; readonly config: Partial<ConsumerConfig> & { durable_name: string } };

/** What a consumer may have only where it is wanted below: each lets it pass messages over, forget its place, or come to an end. */
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
 * What provision may change on a consumer that is there: how long it waits and how much it hands out at once. Everything else says what it
 * gets to see and where it begins: that is never changed under what it has done so far, it is named, and a human decides.
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
  { stream: 'EVENTS', config: { durable_name: 'replay', ack_policy: 'none', deliver_policy: 'all' } },
];

/** What earlier versions had and none may have now: one queue for the mints of all tenants. Provision takes it away; what it had handed out comes again. */
export const RETIRED = [{ stream: 'MINTS', durable: 'minter' }] as const;
