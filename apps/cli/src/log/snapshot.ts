import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createInbox, type Msg, type NatsConnection, RequestError, type Status, type Subscription } from '@nats-io/transport-node';
import { inTime } from '#shared/kernel/concurrency/in-time.js';
import { Fault } from '#shared/kernel/fault.js';

/** Well below the smallest message limit of the product's servers. */
const CHUNK_BYTES = 512 * 1024;
/** The longest silence of a server that verifies a large stream before its first chunk. */
const SILENCE_MS = 120_000;
const END_OF_STREAM = 204;
/** Interest in a new subscription spreads between servers within milliseconds. */
const UNHEARD_MS = 100;
const UNHEARD_TRIES = 50;

/** The server's description of a stream; a restore needs it unchanged. */
export interface Described {
  readonly config: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, unknown>>;
}

/** A connection, and the subject prefix that its user may subscribe to. */
export interface Reach {
  readonly connection: NatsConnection;
  readonly inbox: string;
  /** Silence after which the copy has failed: the server exited or lost this subscriber. */
  readonly silenceMs?: number;
}

export interface Written extends Described {
  readonly bytes: number;
  readonly sha256: string;
}

/** Copies a stream to a file in the server's format, after the server verified its checksums. Consumers are optional. */
export async function takeSnapshot(
  { connection, inbox: own, silenceMs = SILENCE_MS }: Reach,
  stream: string,
  path: string,
  consumers: boolean,
): Promise<Written> {
  const inbox = createInbox(own);
  const chunks = connection.subscribe(inbox);
  const line = watch(connection);
  const file = await open(path, 'wx', 0o600);
  try {
    const request = { deliver_subject: inbox, chunk_size: CHUNK_BYTES, no_consumers: !consumers, jsck: true };
    const broken = line.broken.then(() => {
      chunks.unsubscribe();
      throw brokenOff(stream);
    });
    const asked = ask(connection, `$JS.API.STREAM.SNAPSHOT.${stream}`, JSON.stringify(request));
    const described = await Promise.race([asked, broken]);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of chunksOf(chunks, stream, silenceMs)) {
      await file.writeFile(chunk);
      hash.update(chunk);
      bytes += chunk.length;
    }
    await file.sync();
    return { config: described.config, state: described.state, bytes, sha256: hash.digest('hex') };
  } finally {
    line.stop();
    chunks.unsubscribe();
    await file.close();
  }
}

/** Restores a stream from a file, completely or not at all. */
export async function restoreSnapshot(connection: NatsConnection, stream: string, path: string, described: Described): Promise<void> {
  const { config, state } = described;
  const { deliver_subject: to } = await ask(connection, `$JS.API.STREAM.RESTORE.${stream}`, JSON.stringify({ config, state }));
  if (typeof to !== 'string') throw new Fault('log-unreachable', { stream, reason: 'the server did not return a subject for the copy' });
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) await deliver(connection, to, chunk as Uint8Array);
  await ask(connection, to, new Uint8Array());
}

/**
 * In a cluster another server may receive the restore, and its interest reaches this connection's server a moment later. Chunks without
 * responders are sent again.
 */
async function deliver(connection: NatsConnection, to: string, chunk: Uint8Array): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await ask(connection, to, chunk);
      return;
    } catch (thrown) {
      const isUnheard = thrown instanceof Fault && thrown.cause instanceof RequestError && thrown.cause.isNoResponders();
      if (!isUnheard || tries === UNHEARD_TRIES) throw thrown;
      await pause(UNHEARD_MS);
    }
  }
}

/** SHA-256 of a file's bytes. */
export async function fingerprintOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** Each chunk is acknowledged once it is written; this controls the server's rate. */
async function* chunksOf(subscription: Subscription, stream: string, silenceMs: number): AsyncIterable<Uint8Array> {
  const messages = subscription[Symbol.asyncIterator]();
  for (;;) {
    const step = await inTime(messages.next(), silenceMs);
    if (step === undefined)
      throw new Fault('log-unreachable', { stream, silenceMs, reason: 'the server fell silent in the middle of a copy' });
    if (step.done === true) throw brokenOff(stream);
    const message = step.value;
    if (message.data.length === 0) return assertEnded(message, stream);
    yield message.data;
    message.respond();
  }
}

/** A broken connection loses messages in flight, chunks as well as responses, and reconnects without them. */
function watch(connection: NatsConnection): { readonly broken: Promise<void>; stop(): void } {
  const status = connection.status() as AsyncIterable<Status> & { stop(): void }; // the client's type omits stop()
  const broken = new Promise<void>((resolve) => {
    void (async () => {
      for await (const { type } of status) if (type === 'disconnect' || type === 'close') resolve();
    })();
  });
  return { broken, stop: () => status.stop() };
}

const brokenOff = (stream: string): Fault =>
  new Fault('log-unreachable', { stream, reason: 'the connection broke in the middle of a copy' });

function assertEnded({ headers }: Msg, stream: string): void {
  const code = headers?.code ?? 0;
  if (code !== 0 && code !== END_OF_STREAM) throw new Fault('log-unreachable', { stream, code, says: headers?.description });
}

async function ask(
  connection: NatsConnection,
  subject: string,
  body: string | Uint8Array,
): Promise<Described & Readonly<Record<string, unknown>>> {
  let said: Msg;
  try {
    said = await connection.request(subject, body, { timeout: SILENCE_MS });
  } catch (cause) {
    throw new Fault('log-unreachable', { subject }, { cause });
  }
  const answer = said.data.length === 0 ? {} : said.json<Readonly<Record<string, unknown>>>();
  if (answer.error !== undefined) throw new Fault('log-unreachable', { subject, says: answer.error });
  return answer as Described & Readonly<Record<string, unknown>>;
}
