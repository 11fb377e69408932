import { type ConsumerConfig, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { MINT_ACK_WAIT_MS } from './consumers.js';
import { TENANTS_STREAM, TENANTS_SUBJECTS } from './streams.js';

const STREAM = 'MINTS';
const NANOS_PER_MS = 1_000_000;
/** Mints of one tenant that are handed out and not acknowledged, by all minters together: bounds what they hold of it. */
const MAX_OUTSTANDING_OF_TENANT = 6_000;
const FOR_EVER = -1; // max_deliver: poison is moved to DEAD by us
/** The server's words for a consumer of this name with another configuration. */
const CONSUMER_EXISTS = 10148;

const PATIENCE = { ack_wait: MINT_ACK_WAIT_MS * NANOS_PER_MS, max_ack_pending: MAX_OUTSTANDING_OF_TENANT };

export const mintQueueOf = (tenant: string): string => `minter-${tenant}`;

/** A queue of mint commands for each tenant: what one has waiting, or cannot have done now, is never in front of what another asks for. */
export const mintQueue = (tenant: string): Partial<ConsumerConfig> & { durable_name: string } => ({
  durable_name: mintQueueOf(tenant),
  filter_subject: `mint.${tenant}.>`,
  ack_policy: 'explicit',
  deliver_policy: 'all',
  max_deliver: FOR_EVER,
  ...PATIENCE,
});

/** Makes the queue of a tenant where it is missing; one of another version gets the ack wait and the width that are wanted now. */
export async function ensureMintQueue(jsm: JetStreamManager, tenant: string): Promise<void> {
  try {
    await jsm.consumers.add(STREAM, mintQueue(tenant));
  } catch (thrown) {
    if (!(thrown instanceof JetStreamApiError) || thrown.code !== CONSUMER_EXISTS) throw thrown;
    await jsm.consumers.update(STREAM, mintQueueOf(tenant), PATIENCE);
  }
}

/** The names of all tenants that were ever made, and nothing else of them. */
export async function tenantNames(jsm: JetStreamManager): Promise<readonly string[]> {
  const { state } = await jsm.streams.info(TENANTS_STREAM, { subjects_filter: TENANTS_SUBJECTS });
  return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(TENANTS_SUBJECTS.length - 1));
}
