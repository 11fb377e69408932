import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { Fault } from '#shared/kernel/fault.js';

const REPLAY_CONSUMER = 'replay';
const SEQUENCE = /^[1-9]\d{0,15}$/;
/** The zone is required: without one, a time differs between machines. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Resets the replay consumer to the first commit. A replay has no permission to do so itself. */
export async function rewind(operator: NatsConnection): Promise<void> {
  const jsm = await jetstreamManager(operator, { checkAPI: false });
  await jsm.consumers.reset(EVENTS_STREAM, REPLAY_CONSUMER, 1);
}

/**
 * Converts a moment to a stream sequence: a sequence is returned unchanged; an RFC 3339 time gives the last commit stored up to it.
 * @throws Fault `configuration` when it is neither, or before the first commit
 */
export async function sequenceOf(operator: NatsConnection, moment: string): Promise<number> {
  if (SEQUENCE.test(moment)) return Number(moment);
  if (!RFC_3339.test(moment) || Number.isNaN(Date.parse(moment)))
    throw new Fault('configuration', {
      problems: [`${moment}: neither a stream sequence nor an RFC 3339 time such as 2027-01-01T00:00:00Z`],
    });
  const at = Date.parse(moment);
  const jsm = await jetstreamManager(operator, { checkAPI: false });
  const { first_seq, last_seq } = (await leaderInfo(jsm, EVENTS_STREAM)).state;
  if (last_seq === 0) throw new Fault('configuration', { problems: [`${moment}: the log is empty`] });
  let [before, after] = [first_seq - 1, last_seq + 1]; // the last sequence known to be at or before the time, and the first known to be after it
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if ((await storedAt(jsm, middle)) <= at) before = middle;
    else after = middle;
  }
  if (before < Math.max(1, first_seq)) throw new Fault('configuration', { problems: [`${moment}: the log begins later`] });
  return before;
}

async function storedAt(jsm: JetStreamManager, seq: number): Promise<number> {
  const message = await jsm.streams.getMessage(EVENTS_STREAM, { seq }).catch((cause: unknown) => {
    throw new Fault('log-unreachable', { seq }, { cause });
  });
  if (message !== null) return message.time.getTime();
  throw new Fault('log-broken', { reason: 'EVENTS has a gap', missing: { from: seq, to: seq } });
}
