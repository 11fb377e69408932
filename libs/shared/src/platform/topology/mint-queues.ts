import { type ConsumerConfig, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { MINT_ACK_WAIT_MS } from './consumers.js';
import { TENANTS_STREAM, TENANTS_SUBJECTS } from './streams.js';

const STREAM = 'MINTS';
const NANOS_PER_MS = 1_000_000;
/** Unacknowledged mints of one tenant at all minters together: bounds their memory for the tenant. */
const MAX_OUTSTANDING_OF_TENANT = 6_000;
const FOR_EVER = -1; // max_deliver: the minter itself moves poison messages to DEAD
/** The server's error code for a consumer of this name with another configuration. */
const CONSUMER_EXISTS = 10148;

const LIMITS = { ack_wait: MINT_ACK_WAIT_MS * NANOS_PER_MS, max_ack_pending: MAX_OUTSTANDING_OF_TENANT };

export const mintQueueOf = (tenant: string): string => `minter-${tenant}`;

/** A queue of mint commands for each tenant, so that one tenant's pending or blocked commands never delay another's. */
export const mintQueue = (tenant: string): Partial<ConsumerConfig> & { durable_name: string } => ({
  durable_name: mintQueueOf(tenant),
  filter_subject: `mint.${tenant}.>`,
  ack_policy: 'explicit',
  deliver_policy: 'all',
  max_deliver: FOR_EVER,
  ...LIMITS,
});

/** Creates a tenant's queue if missing; updates ack wait and maximum of unacknowledged messages of a queue of another version. */
export async function ensureMintQueue(jsm: JetStreamManager, tenant: string): Promise<void> {
  try {
    await jsm.consumers.add(STREAM, mintQueue(tenant));
  } catch (thrown) {
    if (!(thrown instanceof JetStreamApiError) || thrown.code !== CONSUMER_EXISTS) throw thrown;
    await jsm.consumers.update(STREAM, mintQueueOf(tenant), LIMITS);
  }
}

/** The names of all tenants ever created. */
export async function tenantNames(jsm: JetStreamManager): Promise<readonly string[]> {
  const { state } = await jsm.streams.info(TENANTS_STREAM, { subjects_filter: TENANTS_SUBJECTS });
  return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(TENANTS_SUBJECTS.length - 1));
}
