import { join } from 'node:path';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import { streamInfo } from '#shared/platform/topology/inspect.js';
import { provision } from '#shared/platform/topology/provision.js';
import { ENDPOINTS_STREAM, EPOCH, FEEDS_STREAM, NOT_BACKED_UP, SECRETS_STREAM, STREAMS } from '#shared/platform/topology/streams.js';
import { type Manifest, readManifest, type StreamCopy } from './manifest.js';
import { fingerprintOf, restoreSnapshot } from './snapshot.js';

/** Consumers of EVENTS that write requests to other streams. Requests written after the first copy may be in no copy. */
const REACTORS = ['mint-requests', 'mint-news'];
/** Streams that came with webhooks: a backup of an earlier version has none of them, and they begin empty. */
const ADDED: ReadonlySet<string> = new Set([ENDPOINTS_STREAM, SECRETS_STREAM, FEEDS_STREAM]);

export interface Restoring {
  /** Replicas of every stream, independent of the backed-up log. */
  readonly replicas: number;
  readonly each: (copy: StreamCopy) => void;
}

/**
 * Restores a backup into a server without a log. Every file is verified before the first stream is created, and EVENTS is created last.
 * An interrupted restore can be repeated: it creates the missing streams.
 * @throws Fault `configuration` when the backup is damaged, `stream-differs` when the server has a log
 */
export async function restore(connection: NatsConnection, folder: string, { replicas, each }: Restoring): Promise<Manifest> {
  const manifest = await readManifest(folder);
  assertComplete(manifest);
  await assertUnchanged(folder, manifest.streams);
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const missing = await missingFrom(jsm, manifest);
  for (const copy of missing) {
    await restoreSnapshot(connection, copy.name, join(folder, copy.file), { ...copy, config: { ...copy.config, num_replicas: 1 } });
    each(copy);
  }
  await provision(connection, { replicas }); // creates the replicas: from one server to three, or back
  for (const name of REACTORS) await jsm.consumers.reset(EVENTS_STREAM, name, (manifest.done[name] ?? 0) + 1);
  return manifest;
}

function assertComplete({ streams }: Manifest): void {
  const needed = STREAMS.filter(({ name }) => !NOT_BACKED_UP.has(name) && !ADDED.has(name));
  const missing = needed.filter(({ name }) => !streams.some((copy) => copy.name === name));
  const problems = missing.map(({ name }) => `${name} is not in the backup`);
  if (problems.length > 0) throw new Fault('configuration', { problems });
}

/** @throws Fault `configuration` that names every changed file */
export async function assertUnchanged(folder: string, streams: readonly StreamCopy[]): Promise<void> {
  const problems: string[] = [];
  for (const { file, sha256 } of streams) {
    const found = await fingerprintOf(join(folder, file)).catch((thrown: Error) => thrown.message);
    if (found !== sha256) problems.push(`${file}: ${found} is not the SHA-256 ${sha256} that it was written with`);
  }
  if (problems.length > 0) throw new Fault('configuration', { problems });
}

/** The streams that an interrupted restore did not create. Anything on the server that is not from this backup counts as a log and stays. */
async function missingFrom(jsm: JetStreamManager, { epoch, streams }: Manifest): Promise<readonly StreamCopy[]> {
  const infos = await Promise.all(streams.map(async (copy) => ({ copy, info: await streamInfo(jsm, copy.name) })));
  const there = infos.filter(({ info }) => info !== undefined);
  const others = there.filter(
    ({ copy, info }) =>
      copy.name === EVENTS_STREAM || info?.config.metadata?.[EPOCH] !== epoch || info.state.last_seq !== copy.lastSequence,
  );
  if (others.length > 0) {
    const found = others.map(({ copy: { name }, info }) => ({
      name,
      epoch: info?.config.metadata?.[EPOCH],
      messages: info?.state.messages,
    }));
    throw new Fault('stream-differs', { found, advice: 'a backup is restored into a server without a log; nothing was changed' });
  }
  return infos.filter(({ info }) => info === undefined).map(({ copy }) => copy);
}
