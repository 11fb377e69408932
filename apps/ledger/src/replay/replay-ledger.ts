import type { DataSource, QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { LIVE, SHADOW } from '../database/names.js';
import { inTransaction } from '../database/transaction.js';
import type { ReplayLog } from '../logs/replay.js';
import { applyCommits } from '../projection/apply.js';
import { assertFits, type Checkpoint, readCheckpoint } from '../projection/checkpoint.js';
import { type LoggedMessage, placeOf, readCommit } from '../projection/commit-place.js';
import { giveUpTurn } from '../projection/turn.js';
import { firstDifference, type LedgerDifference } from './compare.js';
import { claimShadow, clearShadow } from './shadow.js';

export interface ReplayWish {
  readonly tenant?: string;
  /** The last commit to replay; without it, as far as the live ledger is. */
  readonly until?: number;
}

export interface ReplayReport {
  readonly result: 'equal' | 'different';
  /** Both ledgers as of this stream sequence. */
  readonly sequence: number;
  readonly events: number;
  readonly entries: number;
  readonly difference?: LedgerDifference;
}

/** Told after every batch. */
export type ReplayProgress = (done: { readonly sequence: number; readonly target: number; readonly events: number }) => void;

/** How close the shadow comes before it is brought up to the live ledger's place inside the transaction that compares: a batch or less. */
const CLOSE_COMMITS = 64;
/** A live ledger that grows as fast as the replay is not chased for ever; what is missing is then taken in by the comparing transaction. */
const ROUNDS = 10;

/**
 * Rebuilds the ledger in the shadow schema and compares. The live ledger goes on meanwhile: the comparison reads it, in one transaction, as
 * it was at one instant, brings the shadow to exactly the checkpoint of that instant in the same transaction, and then looks at both. This
 * needs no lock on the live checkpoint, which the replay's role has no right to take.
 * @throws Fault when it cannot be run: the log is broken or of another epoch, or an event cannot be applied
 */
export class LedgerReplay {
  private shadow: Checkpoint = { sequence: 0, epoch: null };
  private events = 0;
  private entries = 0;

  constructor(
    private readonly log: ReplayLog,
    private readonly wish: ReplayWish,
    private readonly progress: ReplayProgress,
  ) {}

  async run(database: DataSource): Promise<ReplayReport> {
    const runner = database.createQueryRunner();
    try {
      await claimShadow(runner);
      await inTransaction(runner, {}, () => clearShadow(runner));
      this.shadow = { sequence: 0, epoch: (await this.liveNow(runner)).epoch };
      await this.approach(runner);
      return await inTransaction(runner, { snapshot: true }, () => this.compare(runner));
    } finally {
      await giveUpTurn(runner);
    }
  }

  private async approach(runner: QueryRunner): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      const target = this.targetAt(await this.liveNow(runner));
      const near = target - CLOSE_COMMITS;
      if (this.shadow.sequence >= near) return;
      for await (const batch of this.log.until(near)) await inTransaction(runner, {}, () => this.take(runner, batch, target));
    }
  }

  private async compare(runner: QueryRunner): Promise<ReplayReport> {
    const target = this.targetAt(await this.liveNow(runner));
    for await (const batch of this.log.until(target)) await this.take(runner, batch, target);
    const difference = await firstDifference(runner, { tenant: this.wish.tenant, until: this.wish.until });
    const seen = { sequence: target, events: this.events, entries: this.entries };
    return difference === undefined ? { result: 'equal', ...seen } : { result: 'different', ...seen, difference };
  }

  private async take(runner: QueryRunner, batch: readonly LoggedMessage[], target: number): Promise<void> {
    const { tenant } = this.wish;
    const commits = batch
      .filter(({ subject, sequence }) => tenant === undefined || placeOf(subject, sequence).tenant === tenant)
      .map(readCommit);
    const to: Checkpoint = { ...this.shadow, sequence: batch.at(-1)?.sequence ?? this.shadow.sequence };
    const added = await applyCommits(runner, SHADOW, { from: this.shadow, to }, commits);
    if (added === undefined) throw new Fault('ledger-differs', { reason: 'another replay writes the same shadow' });
    this.shadow = to;
    this.entries += added;
    for (const { events } of commits) this.events += events.length;
    this.progress({ sequence: to.sequence, target, events: this.events });
  }

  private async liveNow(runner: QueryRunner): Promise<Checkpoint> {
    return assertFits(await readCheckpoint(runner, LIVE), await this.log.state());
  }

  private targetAt({ sequence }: Checkpoint): number {
    const { until } = this.wish;
    if (until !== undefined && until > sequence)
      throw new Fault('ledger-differs', { reason: 'the live ledger is not that far yet', until, ledger: sequence });
    return until ?? sequence;
  }
}
