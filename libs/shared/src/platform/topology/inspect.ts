import { type ConsumerConfig, JetStreamApiError, type JetStreamManager, jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { retried } from '../../kernel/concurrency/retried.js';
import { Fault } from '../../kernel/fault.js';
import type { Logger } from '../process/logger.js';
import { CONSUMERS, NOT_ON_A_CONSUMER, RETIRED } from './consumers.js';
import { type Difference, differences } from './differences.js';
import { EPOCH, NOT_ON_A_STREAM, onServers, STREAMS, type WantedStream } from './streams.js';

/** How long a starting app waits for the log's state: an election takes 4 to 9 s and may have to be repeated. */
export const START_TIMEOUT_MS = 30_000;
const ASK_AGAIN_MS = 500;
const STREAM_NOT_FOUND = 10059;
const CONSUMER_NOT_FOUND = 10014;
/** Servers omit unset members, so a set one differs from these values. */
const off = (members: readonly string[]): object => Object.fromEntries(members.map((member) => [member, false]));
const NO_STREAM_HAS = off(NOT_ON_A_STREAM);
const NO_CONSUMER_HAS = off(NOT_ON_A_CONSUMER);

/**
 * Called by an app at start: `inspectTopology`, retried while no server responds, as before a cluster has elected a leader.
 * @throws the faults of inspectTopology; `log-unreachable` only after a while
 */
export async function awaitTopology(connection: NatsConnection, logger: Logger): Promise<string> {
  return retried(() => inspectTopology(connection), {
    withinMs: START_TIMEOUT_MS,
    pauseMs: ASK_AGAIN_MS,
    onRetry: (err) => {
      if (connection.isClosed()) throw err;
      logger.warn({ err }, 'no server responds with the streams yet; retrying');
    },
  });
}

/**
 * Compares the server's topology with the required one. Apps do not start on any difference.
 * @returns the epoch of all streams
 * @throws Fault `stream-differs` with every difference: name, required value and found value; `log-unreachable` when no server responds,
 * as while no leader is elected
 */
export async function inspectTopology(connection: NatsConnection): Promise<string> {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const found: Difference[] = [];
  const epochs = new Map<string, string | undefined>();
  for (const wanted of STREAMS) {
    const info = await streamInfo(jsm, wanted.name);
    found.push(...(info === undefined ? [missing(wanted.name)] : streamDifferences(wanted, info)));
    if (info !== undefined) epochs.set(wanted.name, info.config.metadata?.[EPOCH]);
  }
  for (const { stream, config } of CONSUMERS) found.push(...(await consumerDifferences(jsm, stream, config)));
  found.push(...(await retiredDifferences(jsm)));
  const epoch = epochs.get('EVENTS');
  for (const [name, other] of epochs)
    if (other !== epoch || epoch === undefined) found.push({ what: `${name}.epoch`, wanted: epoch ?? 'an epoch', found: other });
  if (found.length > 0 || epoch === undefined) throw new Fault('stream-differs', { differences: found });
  return epoch;
}

/** Settings of a stream that are forbidden on its number of servers. */
export const streamDifferences = (stream: WantedStream, { config }: StreamInfo): Difference[] =>
  differences(stream.name, { ...NO_STREAM_HAS, ...onServers(stream, config.num_replicas) }, config);

export async function consumerDifferences(jsm: JetStreamManager, stream: string, config: { durable_name: string }): Promise<Difference[]> {
  const name = `${stream}.${config.durable_name}`;
  try {
    const { config: found } = await jsm.consumers.info(stream, config.durable_name);
    return differences(name, { ...NO_CONSUMER_HAS, ...config }, withoutPast(found));
  } catch (thrown) {
    if (isCode(thrown, CONSUMER_NOT_FOUND, STREAM_NOT_FOUND)) return [missing(name)];
    throw new Fault('log-unreachable', { consumer: name }, { cause: thrown });
  }
}

/** The consumers that an earlier version needed and this one forbids. */
export async function retiredDifferences(jsm: JetStreamManager): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const { stream, durable } of RETIRED) {
    try {
      await jsm.consumers.info(stream, durable);
      found.push({ what: `${stream}.${durable}`, wanted: 'nothing', found: 'a consumer of an earlier version' });
    } catch (thrown) {
      if (!isCode(thrown, CONSUMER_NOT_FOUND, STREAM_NOT_FOUND))
        throw new Fault('log-unreachable', { consumer: `${stream}.${durable}` }, { cause: thrown });
    }
  }
  return found;
}

/** An expired pause leaves its end time, which is no difference. */
function withoutPast(config: ConsumerConfig): ConsumerConfig {
  const { pause_until: until, ...others } = config;
  return until !== undefined && Date.parse(until) <= Date.now() ? others : config;
}

export async function streamInfo(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (thrown) {
    if (isCode(thrown, STREAM_NOT_FOUND)) return undefined;
    throw new Fault('log-unreachable', { stream: name }, { cause: thrown });
  }
}

const isCode = (thrown: unknown, ...codes: readonly number[]): boolean =>
  thrown instanceof JetStreamApiError && codes.includes(thrown.code);
const missing = (what: string): Difference => ({ what, wanted: 'to exist', found: 'missing' });
