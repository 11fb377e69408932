import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import { inspectTopology } from '#shared/platform/topology/inspect.js';
import { NOT_BACKED_UP, STREAMS } from '#shared/platform/topology/streams.js';
import { assertLasts } from './lasting-folder.js';
import { MANIFEST, type Manifest, manifestOf, type StreamCopy } from './manifest.js';
import { type Reach, takeSnapshot } from './snapshot.js';

/**
 * Copies every stream without which something would be lost into a new folder, while selling continues. EVENTS comes last, so that all work
 * recorded in the other copies is in it. Its consumers are left out, because their later requests may be missing from the other copies;
 * after a restore they resume from their earlier position.
 * @throws Fault `configuration` when the folder exists or would vanish with the container, `stream-differs` when the log differs from
 * the required one
 */
export async function backUp(reach: Reach, into: string, each: (copy: StreamCopy) => void): Promise<Manifest> {
  const folder = resolve(into); // a trailing slash is no part of the name
  assertLasts(folder);
  const epoch = await inspectTopology(reach.connection);
  const draft = `${folder}.unfinished`;
  await makeFolder(draft, folder);
  try {
    const takenAt = new Date().toISOString();
    const done = await doneOf(reach.connection);
    const streams: StreamCopy[] = [];
    for (const { name } of STREAMS.filter((stream) => !NOT_BACKED_UP.has(stream.name))) {
      const copy = await copyOf(reach, draft, name);
      streams.push(copy);
      each(copy);
    }
    const manifest = manifestOf({ epoch, takenAt, done, streams });
    await writeSynced(join(draft, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(draft, folder);
    return manifest;
  } catch (thrown) {
    await rm(draft, { recursive: true });
    throw thrown;
  }
}

async function copyOf(reach: Reach, draft: string, name: string): Promise<StreamCopy> {
  const file = `${name}.snapshot`;
  const { bytes, sha256, config, state } = await takeSnapshot(reach, name, join(draft, file), name !== EVENTS_STREAM);
  return { name, file, bytes, sha256, messages: Number(state.messages), lastSequence: Number(state.last_seq), config, state };
}

/** It holds secrets of tenants: only its owner may read it. */
async function makeFolder(draft: string, folder: string): Promise<void> {
  if (existsSync(folder)) throw new Fault('configuration', { problems: [`${folder} exists already`] });
  if (existsSync(draft)) throw new Fault('configuration', { problems: [leftBehind(draft)] });
  try {
    await mkdir(draft, { mode: 0o700 });
  } catch (cause) {
    throw new Fault('configuration', { problems: [`${draft} cannot be made: ${(cause as Error).message}`] }, { cause });
  }
}

/** Another machine with the same disk may still be writing the draft, so only a person can decide to remove it. */
const leftBehind = (draft: string): string =>
  `${draft} is no backup: one that was killed left it, or one that is under way makes it. Run this again where none is under way, after: rm -r '${draft.replaceAll("'", `'\\''`)}'`;

async function doneOf(connection: NatsConnection): Promise<Record<string, number>> {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const done: Record<string, number> = {};
  for await (const { name, ack_floor } of jsm.consumers.list(EVENTS_STREAM)) done[name] = ack_floor.stream_seq;
  return done;
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
