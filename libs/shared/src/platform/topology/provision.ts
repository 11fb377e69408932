import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type ConsumerConfig,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { type NatsConnection, TimeoutError } from '@nats-io/transport-node';
import { wholeCopies } from '../../event-store/jetstream/leader-info.js';
import { retried } from '../../kernel/concurrency/retried.js';
import { Fault } from '../../kernel/fault.js';
import { CHANGED_IN_PLACE, CONSUMERS, RETIRED, type WantedConsumer } from './consumers.js';
import type { Difference } from './differences.js';
import { consumerDifferences, inspectTopology, retiredDifferences, START_TIMEOUT_MS, streamDifferences, streamInfo } from './inspect.js';
import { COMMANDS_STREAM, EPOCH, onServers, REPLACEABLE, STREAMS, type WantedStream } from './streams.js';

type NewStream = Partial<StreamConfig> & { name: string };

/** The server copies EVENTS at the speed of a disk: some 50 GB in this time. The rest continues in the background. */
const COPYING_MS = 600_000;
const POLL_MS = 250;

export interface Provisioned {
  readonly epoch: string;
  readonly made: readonly string[];
  /** What was changed: consumer settings of another version, and numbers of replicas. */
  readonly changed: readonly Difference[];
}

/** The server's error codes while too few servers of a cluster are in contact: no peers, not active, not available, no leader, resources. */
const UNPLACED: readonly number[] = [10005, 10006, 10008, 10009, 10023];

/**
 * Creates missing streams and consumers. On an older installation it updates `ack_wait` and `max_ack_pending` of consumers and the
 * subjects of streams; on a complete server it changes nothing. It adds missing replicas while a stream is in use, and never removes
 * one. A missing stream beside a used log is a loss: provision refuses to create it again. COMMANDS holds nothing of the log: provision
 * creates it beside a used one, and replaces it where its settings differ, while no purchase app runs.
 * @throws Fault `stream-differs`; `log-unreachable` after a while
 */
export async function provision(connection: NatsConnection, { replicas = 1 } = {}): Promise<Provisioned> {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const made: string[] = [];
  const changed: Difference[] = [];
  const epoch = await epochToUse(jsm);
  for (const wanted of STREAMS) {
    const found = await streamInfo(jsm, wanted.name);
    const replaced = found === undefined ? [] : await removeOutdated(jsm, wanted, found, replicas);
    changed.push(...replaced);
    const info = replaced.length === 0 ? found : undefined;
    if (info !== undefined) changed.push(...(await addSubjects(jsm, info, wanted.subjects)), ...(await addCopies(jsm, info, replicas)));
    else {
      const copies = Math.max(replicas, found?.config.num_replicas ?? 1);
      const config = { ...onServers(wanted, copies), num_replicas: copies, metadata: { [EPOCH]: epoch } } as NewStream;
      await placed(wanted.name, () => jsm.streams.add(config));
      made.push(wanted.name);
    }
  }
  if (changed.length > 0) await Promise.all(STREAMS.map(({ name }) => isCopied(jsm, name, replicas)));
  changed.push(...(await retire(jsm)));
  for (const wanted of CONSUMERS) {
    const found = await consumerDifferences(jsm, wanted.stream, wanted.config);
    if (found[0]?.found === 'missing') {
      await placed(nameOf(wanted), () => jsm.consumers.add(wanted.stream, wanted.config as ConsumerConfig));
      made.push(nameOf(wanted));
    } else changed.push(...(await changeInPlace(jsm, wanted, found)));
  }
  return { epoch: await inspectTopology(connection), made, changed };
}

/**
 * Deletes COMMANDS if it has settings that cannot be changed in place, as on another number of servers. Its commands are not promised
 * to anyone: callers, reactors and payment providers send them again. Refused while a purchase app runs, which would continue to store
 * and pull.
 */
async function removeOutdated(jsm: JetStreamManager, wanted: WantedStream, found: StreamInfo, replicas: number): Promise<Difference[]> {
  if (wanted.name !== COMMANDS_STREAM) return [];
  const copies = Math.max(replicas, found.config.num_replicas);
  const outdated = streamDifferences(wanted, { ...found, config: { ...found.config, num_replicas: copies } });
  if (outdated.length === 0) return [];
  for await (const { name, num_waiting } of jsm.consumers.list(wanted.name)) {
    if (num_waiting > 0)
      throw new Fault('stream-differs', {
        differences: outdated,
        consumer: name,
        advice: 'a purchase app is pulling commands: stop every purchase app, run provision again, and start them',
      });
  }
  await jsm.streams.delete(wanted.name);
  return outdated;
}

async function retire(jsm: JetStreamManager): Promise<readonly Difference[]> {
  const differences = await retiredDifferences(jsm);
  if (differences.length > 0) for (const { stream, durable } of RETIRED) await jsm.consumers.delete(stream, durable);
  return differences;
}

/** Servers that have just connected lose requests, or do not see each other yet. A repeated request still creates one stream or consumer. */
function placed<T>(name: string, add: () => Promise<T>): Promise<T> {
  const attempt = async (): Promise<T> => {
    try {
      return await add();
    } catch (cause) {
      const isEarly = cause instanceof TimeoutError || (cause instanceof JetStreamApiError && UNPLACED.includes(cause.code));
      throw isEarly ? new Fault('log-unreachable', { create: name, reason: cause.message }, { cause }) : cause;
    }
  };
  return retried(attempt, { withinMs: START_TIMEOUT_MS, pauseMs: POLL_MS, onRetry: () => undefined });
}

/** A later version may store more subjects. Subjects are never removed: their messages would be lost to readers. */
async function addSubjects(jsm: JetStreamManager, { config }: StreamInfo, wanted: readonly string[]): Promise<readonly Difference[]> {
  const { name, subjects: found } = config;
  if (!found.every((subject) => wanted.includes(subject)) || found.length === wanted.length) return [];
  await jsm.streams.update(name, { subjects: [...wanted] });
  config.subjects = [...wanted];
  return [{ what: `${name}.subjects`, wanted, found }];
}

/** Its consumers follow. A smaller number is treated as a forgotten setting: no replica is removed. */
async function addCopies(jsm: JetStreamManager, { config }: StreamInfo, wanted: number): Promise<readonly Difference[]> {
  const { name, num_replicas: found } = config;
  if (found >= wanted) return [];
  const difference = { what: `${name}.num_replicas`, wanted, found };
  try {
    await jsm.streams.update(name, { num_replicas: wanted });
  } catch (cause) {
    throw new Fault('stream-differs', { differences: [difference], says: cause instanceof Error ? cause.message : cause }, { cause });
  }
  return [difference];
}

/** Before that, servers create no consumer on the stream (10023, seen with 2.15.1), and the stream tolerates no loss. */
async function isCopied(jsm: JetStreamManager, name: string, copies: number): Promise<void> {
  for (const deadline = Date.now() + COPYING_MS; ; await pause(POLL_MS)) {
    const whole = wholeCopies(await jsm.streams.info(name));
    if (whole >= copies) return;
    if (Date.now() > deadline)
      throw new Fault('log-unreachable', {
        stream: name,
        copies,
        whole,
        advice: 'the servers continue in the background; run it again when they are done',
      });
  }
}

const nameOf = ({ stream, config }: WantedConsumer): string => `${stream}.${config.durable_name}`;

/** The consumer's position and its unacknowledged messages stay unchanged. */
async function changeInPlace(jsm: JetStreamManager, wanted: WantedConsumer, found: readonly Difference[]): Promise<readonly Difference[]> {
  const { stream, config } = wanted;
  const members = CHANGED_IN_PLACE.filter((member) => found.some(({ what }) => what === `${nameOf(wanted)}.${member}`));
  if (members.length === 0) return [];
  await jsm.consumers.update(stream, config.durable_name, Object.fromEntries(members.map((member) => [member, config[member]])));
  return found.filter(({ what }) => members.some((member) => what === `${nameOf(wanted)}.${member}`));
}

/** The epoch of the existing streams, or a new one for a server that never stored anything. */
async function epochToUse(jsm: JetStreamManager): Promise<string> {
  const found = await Promise.all(STREAMS.map(async ({ name }) => ({ name, info: await streamInfo(jsm, name) })));
  const lost = found.filter(({ name, info }) => info === undefined && !REPLACEABLE.has(name)).map(({ name }) => name);
  const used = found.filter(({ info }) => (info?.state.last_seq ?? 0) > 0).map(({ name }) => name);
  if (lost.length > 0 && used.length > 0) {
    throw new Fault('stream-differs', {
      missing: lost,
      used,
      advice: 'restore the missing streams from their backup; a new log is never started beside an old one',
    });
  }
  return found.find(({ info }) => info !== undefined)?.info?.config.metadata?.[EPOCH] ?? randomUUID();
}
