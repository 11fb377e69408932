import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import type { Logger } from '#shared/platform/process/logger.js';
import type { Chain, Submission, Verdict, Watched } from '../chains/chain.js';
import type { FailpointHook } from '../minting/failpoint.js';
import { ConfirmationPoller, type Looked } from './confirmation-poller.js';

/**
 * Concurrent submissions, 32 in all. Four times as many only kept a busy node from answering the polls (measured: twice as many
 * expired). First sends get most places, because they must not grow old behind resends.
 */
export const FIRST_SENDS_AT_ONCE = 24;
const RESENDS_AT_ONCE = 8;
/** A node may be wrong about a foreign account once; this many reads in a row count as certain. */
const FOREIGN_LOOKS = 3;

/** The verdicts that end tracking; `unknown` never does. */
export type Ending = Exclude<Verdict, { kind: 'unknown' }>;

/** An attempt that was sent once. An object, because a promise of a promise would wait for both. */
export interface Flight {
  readonly ended: Promise<Ending>;
}

interface Entry extends Looked, Flight {
  readonly tenant: string;
  readonly resolve: (ending: Ending) => void;
  /** When the last send ended; while one is queued or in flight, nothing is sent again. */
  sentAt: number;
  sending: boolean;
  refusal?: string;
  foreign: number;
}

export interface ConfirmationTrackerDependencies {
  readonly chain: Chain;
  readonly logger: Logger;
  readonly passBy: FailpointHook;
  readonly pollMs: number;
  /** The same bytes are sent again after this while the chain has not seen them. */
  readonly resendMs: number;
}

/**
 * Tracks every sent attempt without a verdict. It polls all of them, and resends the exact bytes of those that the chain has not seen,
 * as long as they may land.
 */
export class ConfirmationTracker {
  private readonly entries = new Map<string, Entry>();
  private readonly firstSends = new Semaphore(FIRST_SENDS_AT_ONCE);
  private readonly resends = new Semaphore(RESENDS_AT_ONCE);
  private readonly rounds: ConfirmationPoller<Entry>;

  constructor(private readonly parts: ConfirmationTrackerDependencies) {
    this.rounds = new ConfirmationPoller(
      parts,
      () => this.entries.values(),
      (entry, verdict) => this.take(entry, verdict),
    );
  }

  /** Why polls fail, or undefined when the last one succeeded. */
  get trouble(): unknown {
    return this.rounds.trouble;
  }

  get count(): number {
    return this.entries.size;
  }

  /** Sends the live attempt and resolves with its verdict, without a time limit. The log already holds all of the attempt. */
  async settle(watched: Watched, tenant = ''): Promise<Ending> {
    return (await this.launch(watched, tenant)).ended;
  }

  /**
   * Sends the live attempt and resolves when the node has responded or failed. From then on its verdict is polled.
   * @param tenant whose queue the send waits in
   */
  async launch(watched: Watched, tenant = ''): Promise<Flight> {
    // Two commands may wait for one ticket: a caller may repeat its request before the first one ends.
    const known = this.entries.get(watched.live.signature);
    if (known !== undefined) return known;
    const entry = entryOf(watched, tenant);
    this.entries.set(watched.live.signature, entry);
    await this.send(entry, true, this.firstSends);
    this.parts.passBy('between-send-and-completion');
    this.rounds.schedule();
    return entry;
  }

  stop(): void {
    this.rounds.stop();
  }

  private take(entry: Entry, verdict: Verdict): void {
    entry.foreign = verdict.kind === 'foreign' ? entry.foreign + 1 : 0;
    switch (verdict.kind) {
      case 'unknown':
        if (!verdict.seen && this.isDue(entry)) void this.send(entry, entry.refusal !== undefined, this.resends);
        return;
      case 'foreign':
        if (entry.foreign >= FOREIGN_LOOKS) this.end(entry, verdict);
        return;
      case 'dead':
        this.end(entry, explained(verdict, entry.refusal));
        return;
      case 'confirmed':
      case 'burned':
        this.end(entry, verdict);
    }
  }

  private isDue(entry: Entry): boolean {
    return !entry.sending && performance.now() - entry.sentAt > this.parts.resendMs;
  }

  private end(entry: Entry, ending: Ending): void {
    this.entries.delete(entry.watched.live.signature);
    entry.resolve(ending);
  }

  /** At the first send, and after a program's rejection, the node simulates the bytes first: a failure then costs no fee. */
  private async send(entry: Entry, simulate: boolean, lane: Semaphore): Promise<void> {
    const { live } = entry.watched;
    entry.sending = true;
    // Its verdict may have arrived while it was queued.
    const submission = await lane.run(
      async () => (this.entries.has(live.signature) ? this.parts.chain.submit(live, simulate) : undefined),
      entry.tenant,
    );
    entry.sending = false;
    if (submission === undefined) return;
    entry.sentAt = performance.now();
    if (submission.kind === 'refused' && submission.by === 'program') entry.refusal = submission.reason;
    else delete entry.refusal;
    if (submission.kind !== 'accepted') this.tell(live.ticket, live.attempt, submission);
  }

  private tell(ticket: string, attempt: number, submission: Submission): void {
    this.parts.logger.debug({ ticket, attempt, submission }, 'a submission was not simply accepted; its verdict comes from the chain');
  }
}

function entryOf(watched: Watched, tenant: string): Entry {
  let resolve: (ending: Ending) => void = () => undefined;
  const ended = new Promise<Ending>((settle) => {
    resolve = settle;
  });
  return { watched, tenant, ended, resolve, looking: false, sentAt: 0, sending: false, foreign: 0 };
}

/** The reason of an attempt that expired while a program kept rejecting it is the rejection. */
function explained(verdict: Extract<Verdict, { kind: 'dead' }>, refusal: string | undefined): Ending {
  if (verdict.reason !== 'expired' || refusal === undefined) return verdict;
  return { ...verdict, reason: 'program-refused', evidence: { ...verdict.evidence, refusal } };
}
