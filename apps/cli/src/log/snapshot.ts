import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createInbox, type Msg, type NatsConnection, RequestError, type Status, type Subscription } from '@nats-io/transport-node';
import { inTime } from '#shared/kernel/concurrency/in-time.js';
import { Fault } from '#shared/kernel/fault.js';

/** Well below the smallest limit on a message that a server of ours has. */
const CHUNK_BYTES = 512 * 1024;
/** A server that checks a large stream before its first chunk is silent for so long at most. */
const SILENCE_MS = 120_000;
const END_OF_STREAM = 204;
/** Word of a new subscription goes from server to server within milliseconds. */
const UNHEARD_MS = 100;
const UNHEARD_TRIES = 50;

/** What the server says of a stream beside its bytes, and wants to hear again. */
export interface Described {
  readonly config: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, unknown>>;
}

/** A connection, and the only place where its user may listen. */
export interface Reach {
  readonly connection: NatsConnection;
  readonly inbox: string;
  /** A server that says nothing for so long is copying no more: it went away, or lost whom it copied for. */
  readonly silenceMs?: number;
}

export interface Written extends Described {
  readonly bytes: number;
  readonly sha256: string;
}

/** Copies a stream to a file, as the server packs it, every checksum in it looked at first. The consumers are in it, or left out. */
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

/** Brings a stream back from a file: it is there whole at the end, or not at all. */
export async function restoreSnapshot(connection: NatsConnection, stream: string, path: string, described: Described): Promise<void> {
  const { config, state } = described;
  const { deliver_subject: to } = await ask(connection, `$JS.API.STREAM.RESTORE.${stream}`, JSON.stringify({ config, state }));
  if (typeof to !== 'string') throw new Fault('log-unreachable', { stream, reason: 'the server did not say where to send the copy' });
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) await deliver(connection, to, chunk as Uint8Array);
  await ask(connection, to, new Uint8Array());
}

/** In a cluster another server may take the copy, and ours hears of it a moment after we were told where to send it. What nobody heard is sent again. */
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

/** Each chunk is acknowledged when it is written: that is how the server knows how fast it may go. */
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

/** A connection that breaks loses what is on its way, and comes back without it: chunks, and the answer to what was asked. */
function watch(connection: NatsConnection): { readonly broken: Promise<void>; stop(): void } {
  const status = connection.status() as AsyncIterable<Status> & { stop(): void }; // the client's type leaves stop() out
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
