import { randomUUID } from 'node:crypto';
import { type ConsumerConfig, type JetStreamManager, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import { CONSUMERS } from './consumers.js';
import { consumerDifferences, inspectTopology, streamInfo } from './inspect.js';
import { EPOCH, REPLACEABLE, STREAMS } from './streams.js';

export interface Provisioned {
  readonly epoch: string;
  readonly made: readonly string[];
}

/**
 * Makes the streams and consumers that are missing, once; on a server that has them all it changes nothing.
 * A stream that is missing beside a log that was used is a loss, not a beginning: it is refused, never silently made again.
 * @throws Fault `stream-differs`
 */
export async function provision(connection: NatsConnection, { replicas = 1 } = {}): Promise<Provisioned> {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const made: string[] = [];
  const epoch = await epochToUse(jsm);
  for (const wanted of STREAMS) {
    if ((await streamInfo(jsm, wanted.name)) !== undefined) continue;
    await jsm.streams.add({ ...wanted, num_replicas: replicas, metadata: { [EPOCH]: epoch } } as Partial<StreamConfig> & { name: string });
    made.push(wanted.name);
  }
  for (const { stream, config } of CONSUMERS) {
    const [difference] = await consumerDifferences(jsm, stream, config);
    if (difference?.found !== 'missing') continue;
    await jsm.consumers.add(stream, config as ConsumerConfig);
    made.push(`${stream}.${config.durable_name}`);
  }
  return { epoch: await inspectTopology(connection), made };
}

/** The epoch of the streams that are there, or a new one where nothing was ever stored. */
async function epochToUse(jsm: JetStreamManager): Promise<string> {
  const found = await Promise.all(STREAMS.map(async ({ name }) => ({ name, info: await streamInfo(jsm, name) })));
  const lost = found.filter(({ name, info }) => info === undefined && !REPLACEABLE.has(name)).map(({ name }) => name);
  const used = found.filter(({ info }) => (info?.state.last_seq ?? 0) > 0).map(({ name }) => name);
  if (lost.length > 0 && used.length > 0) {
    throw new Fault('stream-differs', {
      missing: lost,
      used,
      advice: 'restore the missing streams from their backup; a log is never begun anew beside an old one',
    });
  }
  return found.find(({ info }) => info !== undefined)?.info?.config.metadata?.[EPOCH] ?? randomUUID();
}
