import type { StreamConfig } from '@nats-io/jetstream';

/** The metadata of every stream that tells a recreated stream from a lost one: the epoch of its log. */
export const EPOCH = 'admit-epoch';
/** Commands are spread over this many buckets. Permanent: the number is part of stored subjects. */
export const BUCKETS = 64;

const NANOS_PER_SECOND = 1_000_000_000;
const HOUR_SECONDS = 3_600;
export const COMMANDS_STREAM = 'COMMANDS';
/** An undecided command is deleted after this: its caller has no result, and retries. The alarm fires at a tenth of it. */
const COMMANDS_MAX_AGE_SECONDS = HOUR_SECONDS;
export const COMMANDS_ALARM_SECONDS = COMMANDS_MAX_AGE_SECONDS / 10;
/**
 * The broker's memory of message ids: the first duplicate filter. The second is one message per subject while it is stored, the third the
 * aggregate.
 */
const DUPLICATE_WINDOW_SECONDS = 120;

/** The key-value bucket of the tenants, and its stream name. */
export const TENANTS_STREAM = 'KV_tenants';
export const TENANTS_SUBJECTS = '$KV.tenants.>';
/** Earlier records of a tenant that are kept, as a history of changes. */
const TENANT_HISTORY = 16;

/** The key-value bucket for snapshots of long sales. */
export const SNAPSHOTS_BUCKET = 'snapshots';
export const SNAPSHOTS_STREAM = `KV_${SNAPSHOTS_BUCKET}`;
/** A sale without orders takes no new snapshots; after this time its log is read again when needed. */
const SNAPSHOTS_MAX_AGE_SECONDS = 30 * 24 * HOUR_SECONDS;
/** The key-value bucket of secondary indexes of the log: the order of a payment, the sales of a tenant. */
export const LOOKUPS_BUCKET = 'lookups';
export const LOOKUPS_STREAM = `KV_${LOOKUPS_BUCKET}`;
/** Work of the webhooks app: sales with events for endpoints, and requests of tenants. It holds no part of the log. */
export const WEBHOOKS_STREAM = 'WEBHOOKS';
/** The key-value buckets of webhooks: endpoints of tenants; their secrets, which the webhooks app alone reads; how far each sale was delivered. */
export const ENDPOINTS_BUCKET = 'webhooks';
export const SECRETS_BUCKET = 'webhook-secrets';
export const FEEDS_BUCKET = 'webhook-feeds';
export const ENDPOINTS_STREAM = `KV_${ENDPOINTS_BUCKET}`;
export const SECRETS_STREAM = `KV_${SECRETS_BUCKET}`;
export const FEEDS_STREAM = `KV_${FEEDS_BUCKET}`;
/** Streams without which nothing is lost: backups omit them, and a restore begins with new ones. */
export const NOT_BACKED_UP: ReadonlySet<string> = new Set([SNAPSHOTS_STREAM, LOOKUPS_STREAM, COMMANDS_STREAM, WEBHOOKS_STREAM]);
/**
 * Created if missing, even beside a used log: they hold nothing of the log. Without tenants every request is rejected, so the loss is
 * noticed at once. Without endpoints nothing is sent.
 */
export const REPLACEABLE: ReadonlySet<string> = new Set([TENANTS_STREAM, ENDPOINTS_STREAM, SECRETS_STREAM, FEEDS_STREAM, ...NOT_BACKED_UP]);

export type WantedStream = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects'>;

/**
 * Stream settings that are rejected unless required below. Each weakens a log (acknowledgement before the disk, deletion by age or by a
 * caller's header, another storage) or discloses it (republishing).
 */
export const NOT_ON_A_STREAM = [
  'persist_mode',
  'no_ack',
  'sealed',
  'mirror',
  'sources',
  'republish',
  'subject_transform',
  'allow_msg_ttl',
  'allow_msg_schedules',
  'allow_msg_counter',
  'subject_delete_marker_ttl',
] as const satisfies readonly (keyof StreamConfig)[];

const file = { storage: 'file', discard: 'new' } as const;
/** One message per subject while it is stored: the second duplicate filter of the broker. */
const onePerSubject = {
  max_msgs_per_subject: 1,
  discard_new_per_subject: true,
  duplicate_window: DUPLICATE_WINDOW_SECONDS * NANOS_PER_SECOND,
} as const;

/** A bucket in which the newest value of each name counts. */
const settings = (bucket: string, description: string): WantedStream => ({
  ...file,
  name: `KV_${bucket}`,
  description,
  subjects: [`$KV.${bucket}.>`],
  retention: 'limits',
  max_age: 0,
  max_msgs_per_subject: 1,
  deny_delete: true,
  deny_purge: true,
  allow_rollup_hdrs: false,
  allow_direct: false,
});

/** The streams on one server, in their order of creation: EVENTS last, so that its existence implies the others. */
export const STREAMS: readonly WantedStream[] = [
  {
    ...file,
    ...onePerSubject,
    name: COMMANDS_STREAM,
    description: 'What was asked and is not decided yet: a transport, which may lose its end in a crash',
    subjects: ['cmd.*.*.*'],
    subject_transform: { src: 'cmd.*.*.*', dest: `cmd.{{partition(${BUCKETS},1,2)}}.{{wildcard(1)}}.{{wildcard(2)}}.{{wildcard(3)}}` },
    retention: 'workqueue',
    persist_mode: 'async',
    max_age: COMMANDS_MAX_AGE_SECONDS * NANOS_PER_SECOND,
    allow_direct: false,
  },
  {
    ...file,
    ...onePerSubject,
    name: 'MINTS',
    description: 'Mints that are outstanding: acknowledged only when their verdict is in the log',
    subjects: ['mint.*.*.*'],
    retention: 'workqueue',
    allow_direct: false,
  },
  {
    ...file,
    name: 'TIMERS',
    description: 'Wake-ups; losing them loses promptness, nothing else',
    subjects: ['timer.set.>', 'timer.due.>'],
    retention: 'limits',
    allow_msg_schedules: true,
    allow_msg_ttl: true,
    max_msgs_per_subject: 1,
    discard: 'old',
  },
  {
    ...file,
    name: 'DEAD',
    description: 'What could not be handled, with the reason',
    subjects: ['dead.>'],
    retention: 'limits',
    deny_delete: true,
  },
  {
    ...file,
    name: TENANTS_STREAM,
    description: 'Who may sell: tenants, hashes of their API keys, webhook secrets',
    subjects: [TENANTS_SUBJECTS],
    retention: 'limits',
    max_age: 0,
    max_msgs_per_subject: TENANT_HISTORY,
    deny_delete: true,
    deny_purge: true,
    allow_rollup_hdrs: false,
    allow_direct: false,
  },
  {
    ...file,
    name: SNAPSHOTS_STREAM,
    description: 'What long sales add up to, to begin a fold at; nothing is lost with it but time',
    subjects: [`$KV.${SNAPSHOTS_BUCKET}.>`],
    retention: 'limits',
    max_age: SNAPSHOTS_MAX_AGE_SECONDS * NANOS_PER_SECOND,
    max_msgs_per_subject: 1,
    deny_delete: true,
    allow_rollup_hdrs: false,
    allow_direct: true, // any replica will do: readers verify the content against its hash
  },
  {
    ...file,
    name: LOOKUPS_STREAM,
    description: 'What the log holds, under other names: derived from EVENTS',
    subjects: [`$KV.${LOOKUPS_BUCKET}.>`],
    retention: 'limits',
    max_age: 0, // a payment may be disputed more than a year later
    max_msgs_per_subject: 1,
    deny_delete: true,
    allow_rollup_hdrs: false,
    allow_direct: false,
  },
  {
    ...file,
    ...onePerSubject,
    name: WEBHOOKS_STREAM,
    description: 'Sales that endpoints have events of, and what tenants ask: one message of each until it is done',
    subjects: ['hook.*.*.*', 'hook.*.*.*.*'],
    retention: 'workqueue',
    allow_direct: false,
  },
  settings(ENDPOINTS_BUCKET, 'Where the events of tenants are sent'),
  settings(SECRETS_BUCKET, 'By what webhooks are signed'),
  settings(FEEDS_BUCKET, 'How far the events of each sale were delivered, and what could not be'),
  {
    ...file,
    name: 'EVENTS',
    description: 'What happened; the only truth. One message is one commit',
    subjects: ['ev.*.sale.*', 'ev.*.mint.*', 'ev.*.ledger.*'],
    retention: 'limits',
    max_age: 0,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    deny_delete: true,
    deny_purge: true,
    allow_rollup_hdrs: false,
    allow_direct: false,
  },
];

/**
 * A stream for a number of servers. COMMANDS on one server is written to disk after the acknowledgement. Servers refuse that mode for a
 * stream with replicas, so on several it is in their memory. Both are replaced, not changed: `provision`.
 */
export function onServers(stream: WantedStream, replicas: number): WantedStream {
  if (stream.name !== COMMANDS_STREAM || replicas === 1) return stream;
  const { persist_mode: _, ...others } = stream;
  return { ...others, storage: 'memory' };
}
