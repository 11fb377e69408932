import { setImmediate as turn } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { databaseFault } from '../database/faults.js';
import { SHADOW } from '../database/names.js';
import { inTransaction } from '../database/transaction.js';
import { type Applied, applyOrHalt } from '../halts/apply-or-halt.js';
import { readHalts, refusalIn, waits } from '../halts/halts.js';
import type { Suspensions } from '../halts/suspensions.js';
import type { Span } from '../projection/apply.js';
import { type Checkpoint, moveCheckpoint } from '../projection/checkpoint.js';
import { eventsIn, type LoggedMessage, type PlacedCommit, placeOf, readCommit } from '../projection/commit-place.js';
import { type ChangeSet, LedgerPoster } from '../projection/ledger-poster.js';
import { loadMissing, missingFrom } from '../projection/working-set.js';
import { writeChangeSet } from '../projection/write-change-set.js';
import { type Copied, CopyRows } from '../rows/copy-rows.js';
import { insertByStage, insertCopied, openStage } from '../rows/stage.js';
import { ENTRIES, type HaltRow } from '../rows/tables.js';

/** A ledger poster is reused up to this many rows, some 100 MB; then a new one starts and reads the rows that it needs. */
const MAX_POSTER_ROWS = 100_000;
/**
 * After this much of the log, half a millisecond, the event loop runs, a dozen times a batch: otherwise Postgres and NATS wait for this
 * process.
 */
const TURN_BYTES = 32 * 1024;

/** Unparsed messages of the log, and the checkpoint after them. Parsed, they are many times as large, so they are parsed when posted. */
export interface Batch {
  readonly span: Span;
  readonly messages: readonly LoggedMessage[];
}

/** Called in log order for everything that is in the shadow. */
type Written = (applied: Applied, read: { readonly to: Checkpoint; readonly events: number }) => void;

interface Posted {
  readonly page: ChangeSet<Copied>;
  readonly events: number;
}

/**
 * Fills the shadow from the first commit on. It is the only writer, so posted rows need not be read back: while Postgres writes one
 * batch, the next is posted. A batch that fails to post or write is repeated commit by commit, as the live ledger does.
 */
export class ShadowLoad {
  private poster = openPoster();
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly runner: QueryRunner,
    private readonly written: Written,
    private readonly halts: HaltRow[],
    private readonly suspensions: Suspensions,
  ) {}

  static async open(runner: QueryRunner, written: Written, suspensions: Suspensions): Promise<ShadowLoad> {
    await openStage(runner);
    return new ShadowLoad(runner, written, await readHalts(runner, SHADOW), suspensions);
  }

  /** Posts a batch and schedules its write after the previous one. */
  async take(batch: Batch): Promise<void> {
    if (this.poster.book.size > MAX_POSTER_ROWS) this.poster = openPoster();
    const { poster } = this;
    const posted = await this.post(batch, poster);
    await this.end();
    if (posted === undefined || this.poster !== poster) return this.carefully(batch); // rejected, or posted on outdated rows
    this.writing = this.write(batch, posted);
    this.writing.catch(() => undefined); // it is awaited with the next batch, and throws there
  }

  /** Resolves when every batch is written. */
  end(): Promise<void> {
    return this.writing;
  }

  /** `undefined`: a commit was rejected, or the poster's rows no longer equal the shadow's. */
  private async post({ messages }: Batch, poster: LedgerPoster<Copied>): Promise<Posted | undefined> {
    const wanted = messages.filter(({ subject, sequence }) => !waits(this.halts, { sequence, subject, ...placeOf(subject, sequence) }));
    let events = 0;
    let unheard = 0;
    try {
      for (const [index, message] of wanted.entries()) {
        unheard += message.body.length;
        if (unheard >= TURN_BYTES) {
          unheard = 0;
          await turn();
        }
        const commit = readCommit(message);
        if (missingFrom(poster, [commit]) !== undefined) {
          const rest = [commit, ...wanted.slice(index + 1).map(readCommit)];
          return (await this.postRest(poster, rest)) ? { page: poster.turn(), events: events + eventsIn(rest) } : undefined;
        }
        poster.take(commit);
        events += commit.events.length;
      }
      return { page: poster.turn(), events };
    } catch (thrown) {
      refusalIn(thrown);
      return undefined;
    }
  }

  /** Rows missing for one commit are read together with those for the commits after it. */
  private async postRest(poster: LedgerPoster<Copied>, commits: readonly PlacedCommit[]): Promise<boolean> {
    await this.end(); // a missing row may still be in a batch that is being written
    if (this.poster !== poster) return false;
    await loadMissing(this.runner, SHADOW, poster, commits).catch((thrown: unknown) => {
      throw databaseFault(thrown); // also a lookup that Postgres refuses
    });
    for (const commit of commits) {
      await turn();
      poster.take(commit);
    }
    return true;
  }

  private async write(batch: Batch, { page, events }: Posted): Promise<void> {
    const { from, to } = batch.span;
    try {
      await inTransaction(this.runner, {}, async () => {
        if (!(await moveCheckpoint(this.runner, SHADOW, from, to))) throw overtaken();
        await insertCopied(this.runner, SHADOW, ENTRIES, page.entries);
        await writeChangeSet(this.runner, SHADOW, page, insertByStage);
      });
    } catch (thrown) {
      refusalIn(thrown);
      return this.carefully(batch);
    }
    this.written({ entries: page.entries.count, halted: [] }, { to, events });
  }

  private async carefully({ span, messages }: Batch): Promise<void> {
    this.poster = openPoster();
    const commits = messages.map(readCommit);
    const applied = await applyOrHalt(this.runner, SHADOW, span, commits, this.suspensions);
    if (applied === undefined) throw overtaken();
    this.halts.push(...applied.halted);
    this.written(applied, { to: span.to, events: eventsIn(commits) });
  }
}

/** Entries become bytes at once: kept as rows until the write, their garbage collection was a quarter of a replay's work. */
const openPoster = (): LedgerPoster<Copied> => new LedgerPoster(new CopyRows(ENTRIES));
const overtaken = (): Fault => new Fault('ledger-differs', { reason: 'another replay writes the same shadow' });
