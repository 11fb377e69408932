import { randomUUID } from 'node:crypto';
import { JetStreamApiError, jetstream } from '@nats-io/jetstream';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { inTime } from '#shared/kernel/concurrency/in-time.js';
import { Fault } from '#shared/kernel/fault.js';
import type { DeadLetter } from '#shared/platform/messaging/dead-letters.js';
import { objectIn } from '#shared/platform/messaging/same-request.js';
import { REDRIVEN } from '#shared/platform/topology/accounts.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';

/** A process that has just stopped keeps commands for 5 s, and another takes over its buckets after 3 s. */
export const DECIDED_WITHIN_MS = 15_000;
const TAKEN = 10077; // a message with this subject exists, or the stream is full

/** The result of a redriven command. `in-work`: its key is being decided. `silent`: no decision arrived in time. */
export type AskedAgain =
  | { readonly became: 'decided' | 'refused'; readonly status: number }
  | { readonly became: 'unreadable' | 'in-work' | 'silent' };

export const KEY_REUSED = 422;
const SERVER_ERROR = 500;

/**
 * Sends a command again and waits for its decision. COMMANDS may lose stored messages, so only the decision closes a dead letter. The
 * copy has its own random inbox, which distinguishes it from its original.
 */
export async function askAgain(
  connection: NatsConnection,
  { subject, original }: DeadLetter,
  { headers, decidedWithinMs }: { readonly headers: MsgHdrs; readonly decidedWithinMs: number },
): Promise<AskedAgain> {
  const command = objectIn(Buffer.from(original, 'base64'));
  if (command === undefined) return { became: 'unreadable' };
  const reply = `${REDRIVEN}.${randomUUID()}`;
  const answers = connection.subscribe(reply, { max: 1 });
  try {
    const asked = subject.replace(/^cmd\.\d+\./, 'cmd.'); // COMMANDS adds the bucket itself
    await jetstream(connection).publish(asked, JSON.stringify({ ...command, reply }), { headers, expect: { streamName: COMMANDS_STREAM } });
    const answer = await inTime(answers[Symbol.asyncIterator]().next(), decidedWithinMs);
    if (answer === undefined || answer.done === true) return { became: 'silent' };
    const { status } = answer.value.json<{ readonly status: number }>();
    return { became: status === KEY_REUSED || status >= SERVER_ERROR ? 'refused' : 'decided', status };
  } catch (cause) {
    if (cause instanceof JetStreamApiError && cause.code === TAKEN) return { became: 'in-work' };
    throw new Fault('log-unreachable', { stream: COMMANDS_STREAM, subject }, { cause });
  } finally {
    answers.unsubscribe();
  }
}
