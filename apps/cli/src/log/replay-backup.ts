import { join } from 'node:path';
import { type ConsumerConfig, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import type { NatsAccess } from '#shared/platform/messaging/nats-login.js';
import { CONSUMERS } from '#shared/platform/topology/consumers.js';
import { REPLAY_CONSUMER } from '#shared/platform/topology/replay-account.js';
import { BackupServer } from './backup-server.js';
import { type Manifest, readManifest, type StreamCopy } from './manifest.js';
import { assertUnchanged } from './restore.js';
import { restoreSnapshot } from './snapshot.js';

/** A backup that is being served. */
export interface ServedBackup {
  readonly manifest: Manifest;
  /** The last commit in it. */
  readonly last: number;
  readonly keeper: NatsConnection;
  readonly replay: NatsAccess;
}

/**
 * Serves EVENTS of a backup from a separate server during `work`. It needs no live log.
 * @throws Fault `configuration` when the backup is damaged or absent, `server-missing` when the server does not start
 */
export async function withBackup<T>(folder: string, program: string, work: (backup: ServedBackup) => Promise<T>): Promise<T> {
  const manifest = await readManifest(folder);
  const events = copyOfEvents(folder, manifest);
  await assertUnchanged(folder, [events]);
  const server = await BackupServer.start(program);
  try {
    const keeper = await server.asKeeper();
    try {
      await bringBack(keeper, join(folder, events.file), events);
      return await work({ manifest, last: events.lastSequence, keeper, replay: server.replay });
    } finally {
      await keeper.close();
    }
  } finally {
    await server.stop();
  }
}

function copyOfEvents(folder: string, { streams }: Manifest): StreamCopy {
  const events = streams.find(({ name }) => name === EVENTS_STREAM);
  if (events === undefined) throw new Fault('configuration', { problems: [`${folder}: ${EVENTS_STREAM} is not in the backup`] });
  return events;
}

/** The separate server keeps one replica, whatever the log had. */
async function bringBack(keeper: NatsConnection, path: string, { config, state }: StreamCopy): Promise<void> {
  await restoreSnapshot(keeper, EVENTS_STREAM, path, { config: { ...config, num_replicas: 1 }, state });
  const wanted = CONSUMERS.find(({ stream, config: { durable_name } }) => stream === EVENTS_STREAM && durable_name === REPLAY_CONSUMER);
  if (wanted === undefined) throw new Error('no consumer is wanted for replays');
  await (await jetstreamManager(keeper, { checkAPI: false })).consumers.add(EVENTS_STREAM, wanted.config as ConsumerConfig);
}
