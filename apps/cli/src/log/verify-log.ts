import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { ChainCheck, type Finding } from '#shared/event-store/chain-check.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import { EPOCH } from '#shared/platform/topology/streams.js';
import type { LedgerWitness } from './ledger-witness.js';

export interface LogVerdict {
  readonly epoch: string;
  /** The last verified commit; excludes commits that arrived during the check. */
  readonly sequence: number;
  readonly subjects: number;
  /** In stream order; empty for an intact log. Sequence 0: the log as a whole. */
  readonly findings: readonly Finding[];
  /** Number of findings beyond those. */
  readonly more: number;
}

/** A broken log may have a finding for every commit; this many are reported. */
const MAX_FINDINGS = 100;

/**
 * Reads EVENTS from its first commit to its last and verifies it: sequences without a gap from 1 on, every commit the successor of the
 * previous one on its subject, every subject at least as long as the ledger recorded.
 */
export async function verifyLog(
  connection: NatsConnection,
  ledger: LedgerWitness | undefined,
  progress: (done: number, of: number) => void,
): Promise<LogVerdict> {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const { config, state } = await leaderInfo(jsm, EVENTS_STREAM);
  const epoch = config.metadata?.[EPOCH] ?? '';
  const last = state.last_seq;
  const whole: Finding[] = [...aboutTheWhole(state.first_seq, last, epoch, ledger)];
  const check = new ChainCheck(ledger?.heads);
  const gaps: Finding[] = [];
  let missing = 0;
  for await (const { sequence, message } of (await StoredMessages.on(connection)).range(EVENTS_STREAM, state.first_seq, last)) {
    if (message !== undefined) check.take(message.subject, sequence, message.data);
    else if (++missing <= MAX_FINDINGS) gaps.push({ sequence, subject: '', what: 'is missing: nothing is stored under this number' });
    progress(sequence, last);
  }
  const found = [...gaps, ...check.end()].sort((left, right) => left.sequence - right.sequence);
  const findings = [...whole, ...found].slice(0, MAX_FINDINGS);
  const more = whole.length + missing + check.found - findings.length;
  return { epoch, sequence: last, subjects: check.subjectCount, findings, more };
}

function* aboutTheWhole(first: number, last: number, epoch: string, ledger: LedgerWitness | undefined): Iterable<Finding> {
  const whole = (what: string): Finding => ({ sequence: 0, subject: '', what });
  if (epoch === '') yield whole('carries no epoch');
  if (first > 1) yield whole(`has lost its beginning: ${first === 2 ? 'sequence 1 is' : `sequences 1 to ${first - 1} are`} gone`);
  if (ledger === undefined) return;
  if (ledger.epoch !== null && ledger.epoch !== epoch) yield whole(`is of epoch ${epoch}; the ledger was made from ${ledger.epoch}`);
  if (ledger.sequence > last) yield whole(`ends at sequence ${last}; the ledger has seen ${ledger.sequence}`);
}
