import { randomUUID } from 'node:crypto';
import { type ConsumerConfig, type JetStreamManager, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import { CHANGED_IN_PLACE, CONSUMERS, type WantedConsumer } from './consumers.js';
import type { Difference } from './differences.js';
import { consumerDifferences, inspectTopology, streamInfo } from './inspect.js';
import { EPOCH, REPLACEABLE, STREAMS } from './streams.js';

export interface Provisioned {
  readonly epoch: string;
  readonly made: readonly string[];
  /** What another version had set on consumers, and what it is now. */
  readonly changed: readonly Difference[];
}

/**
 * Makes the streams and consumers that are missing, once, and gives the consumers of an older installation the patience and width that are
 * wanted now; on a server that has them all it changes nothing.
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
  const changed: Difference[] = [];
  for (const wanted of CONSUMERS) {
    const found = await consumerDifferences(jsm, wanted.stream, wanted.config);
    if (found[0]?.found === 'missing') {
      await jsm.consumers.add(wanted.stream, wanted.config as ConsumerConfig);
      made.push(nameOf(wanted));
    } else changed.push(...(await changeInPlace(jsm, wanted, found)));
  }
  return { epoch: await inspectTopology(connection), made, changed };
}

const nameOf = ({ stream, config }: WantedConsumer): string => `${stream}.${config.durable_name}`;

/** Where the consumer stands, and what it handed out, stays as it is. */
async function changeInPlace(jsm: JetStreamManager, wanted: WantedConsumer, found: readonly Difference[]): Promise<readonly Difference[]> {
  const { stream, config } = wanted;
  const members = CHANGED_IN_PLACE.filter((member) => found.some(({ what }) => what === `${nameOf(wanted)}.${member}`));
  if (members.length === 0) return [];
  await jsm.consumers.update(stream, config.durable_name, Object.fromEntries(members.map((member) => [member, config[member]])));
  return found.filter(({ what }) => members.some((member) => what === `${nameOf(wanted)}.${member}`));
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
