import type { DataSource, QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { LIVE, SHADOW } from '../database/names.js';
import { addQueryIndexes, dropQueryIndexes } from '../database/query-indexes.js';
import { inTransaction, withRunner } from '../database/transaction.js';
import { type Applied, applyOrHalt } from '../halts/apply-or-halt.js';
import { RECORDED, RECORDED_LIVE } from '../halts/suspensions.js';
import type { ReplayLog } from '../logs/replay.js';
import { assertFits, type Checkpoint, readCheckpoint } from '../projection/checkpoint.js';
import { eventsIn, type LoggedMessage, placeOf, readCommit } from '../projection/commit-place.js';
import { releaseProjectorLock } from '../projection/projector-lock.js';
import type { HaltRow } from '../rows/tables.js';
import { firstDifference, type LedgerDifference } from './compare.js';
import { assertGoesAsFar, assertMayPromote, exchangeSchemas, exchangeTenant, exchanging, holdCheckpoint } from './promotion.js';
import { claimShadow, clearShadow } from './shadow.js';
import { ShadowLoad } from './shadow-load.js';

export interface ReplayOptions {
  readonly tenant?: string;
  /** The last commit to replay; absent: up to the live ledger's position. */
  readonly until?: number;
  /** The log is an older copy: the live ledger may be ahead of its end, and is then compared as of that end. */
  readonly logIsPast?: boolean;
}

export interface ReplayReport {
  readonly result: 'equal' | 'different' | 'not compared';
  /** Both ledgers as of this stream sequence. */
  readonly sequence: number;
  readonly events: number;
  readonly entries: number;
  /** Tenants that the rebuilt ledger halts at one of their commits. */
  readonly halted: readonly Pick<HaltRow, 'tenant' | 'sequence' | 'reason'>[];
  /** The duration of the rebuild, and of the comparison. */
  readonly rebuiltMs: number;
  readonly comparedMs: number;
  readonly difference?: LedgerDifference;
  /** The last commit in the live ledger when the shadow replaced it. */
  readonly promotedAt?: number;
}

/** How the replay may replace the live ledger. */
export interface Promotion {
  /** Connected as a role that may change the schemas. */
  readonly owner: DataSource;
  /** The log is authoritative even where the live ledger has more commits or another epoch: data that only the ledger has are discarded. */
  readonly trustLog: boolean;
}

/** Called after every batch. */
export type ReplayProgress = (done: { readonly sequence: number; readonly target: number; readonly events: number }) => void;

/** The distance at which the shadow is brought to the live position inside the comparing transaction: a batch or less. */
const CLOSE_COMMITS = 64;
/** Catch-up rounds: behind a live ledger that grows as fast as the replay, the comparing transaction applies the rest. */
const ROUNDS = 10;

/**
 * Rebuilds the ledger in the shadow schema and compares it. The live ledger continues meanwhile. In one transaction the comparison takes
 * a snapshot of the live ledger, brings the shadow to exactly that snapshot's checkpoint, and compares the two. This needs no lock on
 * the live checkpoint, which the replay's role may not take.
 * @throws Fault when it cannot run: the log is broken or of another epoch
 */
export class LedgerReplay {
  private shadow: Checkpoint = { sequence: 0, epoch: null };
  private events = 0;
  private entries = 0;
  private readonly halted: HaltRow[] = [];
  private suspensions = RECORDED_LIVE;

  constructor(
    private readonly log: Pick<ReplayLog, 'state' | 'until'>,
    private readonly options: ReplayOptions,
    private readonly progress: ReplayProgress,
  ) {}

  async run(database: DataSource, promotion?: Promotion): Promise<ReplayReport> {
    const runner = database.createQueryRunner();
    try {
      if (promotion !== undefined) await withRunner(promotion.owner, assertMayPromote);
      await claimShadow(runner);
      if (promotion?.trustLog === true) this.suspensions = RECORDED; // the projector resumes a tenant halted here when it reads a later decision
      this.shadow = { sequence: 0, epoch: (await this.log.state()).epoch ?? null };
      const target = this.targetFor(promotion);
      await target(runner); // report a mismatch before clearing anything
      await inTransaction(runner, {}, () => clearShadow(runner));
      if (promotion !== undefined) await withRunner(promotion.owner, (owner) => dropQueryIndexes(owner, SHADOW)); // it was the live ledger once
      const startedAt = performance.now();
      await this.approach(runner, target);
      const rebuiltMs = performance.now() - startedAt;
      const found = await this.compared(runner, promotion);
      this.assertTenantKnown(found);
      const report = { ...found, rebuiltMs: Math.round(rebuiltMs), comparedMs: Math.round(performance.now() - startedAt - rebuiltMs) };
      if (promotion === undefined) return report;
      await withRunner(promotion.owner, (owner) => addQueryIndexes(owner, SHADOW));
      await this.approach(runner, target);
      return { ...report, promotedAt: await this.promote(runner, promotion, target) };
    } finally {
      await releaseProjectorLock(runner);
    }
  }

  /** An empty comparison is always equal, for a mistyped tenant too. */
  private assertTenantKnown({ difference }: Found): void {
    const { tenant } = this.options;
    if (tenant === undefined || this.events > 0 || this.halted.length > 0 || difference !== undefined) return;
    throw new Fault('configuration', {
      problems: [`--tenant ${tenant}: up to commit ${this.shadow.sequence} nothing of it is in the log`],
    });
  }

  /** The target of the rebuild: the live ledger's position, or the log's end when the log is authoritative. */
  private targetFor(promotion: Promotion | undefined): Target {
    if (promotion?.trustLog !== true) return (runner) => this.liveTarget(runner);
    return async (runner) => {
      const live = await readCheckpoint(runner, LIVE); // before the log, which is ahead of it if both are intact
      const { last } = await this.log.state();
      return live.epoch === this.shadow.epoch && live.sequence <= last ? live.sequence : last;
    };
  }

  private async approach(runner: QueryRunner, targetNow: Target): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      const target = await targetNow(runner);
      const near = target - CLOSE_COMMITS;
      if (this.shadow.sequence >= near) return;
      let at = this.shadow;
      const load = await ShadowLoad.open(runner, (applied, { to, events }) => this.note(applied, events, to, target), this.suspensions);
      for await (const batch of this.log.until(near)) {
        const span = { from: at, to: this.after(batch) };
        await load.take({ span, messages: this.wanted(batch) });
        at = span.to;
      }
      await load.end();
    }
  }

  private async compared(runner: QueryRunner, promotion: Promotion | undefined): Promise<Found> {
    if (promotion?.trustLog === true) return { result: 'not compared', ...this.counts };
    return inTransaction(runner, { snapshot: true }, () => this.compare(runner));
  }

  private async compare(runner: QueryRunner): Promise<Found> {
    const target = await this.liveTarget(runner);
    for await (const batch of this.log.until(target)) await this.take(runner, batch, target);
    const { sequence } = await readCheckpoint(runner, LIVE);
    const difference = await firstDifference(runner, { tenant: this.options.tenant, until: target < sequence ? target : undefined });
    return difference === undefined ? { result: 'equal', ...this.counts } : { result: 'different', ...this.counts, difference };
  }

  /** The live ledger stays unchanged from here to the end of the owner's transaction; a failure rolls everything back. */
  private promote(runner: QueryRunner, { owner, trustLog }: Promotion, targetNow: Target): Promise<number> {
    return exchanging(owner, async (exchange) => {
      await holdCheckpoint(exchange);
      const target = await targetNow(runner);
      for await (const batch of this.log.until(target)) await this.take(runner, batch, target);
      if (!trustLog) await assertGoesAsFar(exchange);
      if (this.options.tenant === undefined) await exchangeSchemas(exchange);
      else await exchangeTenant(exchange, this.options.tenant);
      return target;
    });
  }

  private get counts(): Pick<ReplayReport, 'sequence' | 'events' | 'entries' | 'halted'> {
    return { sequence: this.shadow.sequence, events: this.events, entries: this.entries, halted: this.halted };
  }

  private async take(runner: QueryRunner, batch: readonly LoggedMessage[], target: number): Promise<void> {
    const commits = this.wanted(batch).map(readCommit);
    const to = this.after(batch);
    const applied = await applyOrHalt(runner, SHADOW, { from: this.shadow, to }, commits, this.suspensions);
    if (applied === undefined) throw new Fault('ledger-differs', { reason: 'another replay writes the same shadow' });
    this.note(applied, eventsIn(commits), to, target);
  }

  private wanted(batch: readonly LoggedMessage[]): readonly LoggedMessage[] {
    const { tenant } = this.options;
    return tenant === undefined ? batch : batch.filter(({ subject, sequence }) => placeOf(subject, sequence).tenant === tenant);
  }

  private after(batch: readonly LoggedMessage[]): Checkpoint {
    return { ...this.shadow, sequence: batch.at(-1)?.sequence ?? this.shadow.sequence };
  }

  private note({ entries, halted }: Applied, events: number, to: Checkpoint, target: number): void {
    this.shadow = to;
    this.entries += entries;
    this.halted.push(...halted);
    this.events += events;
    this.progress({ sequence: to.sequence, target, events: this.events });
  }

  private async liveTarget(runner: QueryRunner): Promise<number> {
    const live = await readCheckpoint(runner, LIVE); // before the log, which only grows, so the ledger cannot appear to be ahead
    const log = await this.log.state();
    const { until, logIsPast } = this.options;
    const { sequence } = assertFits(logIsPast === true ? { ...live, sequence: Math.min(live.sequence, log.last) } : live, log);
    if (until !== undefined && until > sequence)
      throw new Fault('ledger-differs', { reason: 'the live ledger is not that far yet', until, ledger: sequence });
    return until ?? sequence;
  }
}

type Found = Omit<ReplayReport, 'rebuiltMs' | 'comparedMs'>;
type Target = (runner: QueryRunner) => Promise<number>;
