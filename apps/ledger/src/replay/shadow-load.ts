import type { QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { SHADOW } from '../database/names.js';
import { inTransaction } from '../database/transaction.js';
import type { Span } from '../projection/apply.js';
import { type Applied, applyOrHalt } from '../projection/apply-or-halt.js';
import { moveCheckpoint } from '../projection/checkpoint.js';
import type { PlacedCommit } from '../projection/commit-place.js';
import { Desk, type Page } from '../projection/desk.js';
import { readHalts, refusalIn, waits } from '../projection/halts.js';
import { loadMissing, missingFrom } from '../projection/working-set.js';
import { writePage } from '../projection/write-page.js';
import { insertByStage, openStage } from '../rows/stage.js';
import type { HaltRow } from '../rows/tables.js';

/** A desk is kept while it holds no more rows than this, some 100 MB; then a new one begins, and reads back what it needs. */
const MAX_DESK_ROWS = 100_000;

export interface Batch {
  readonly span: Span;
  readonly commits: readonly PlacedCommit[];
}

/** Told, in the order of the log, what of each batch is in the shadow. */
type Written = (applied: Applied, batch: Batch) => void;

/**
 * Fills the shadow from the first commit on. Nobody else writes there, so what was posted need not be read back: while Postgres writes one
 * batch, the next one is posted. A batch that cannot be posted or written is gone through again as the live ledger does it, alone.
 */
export class ShadowLoad {
  private desk = new Desk();
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly runner: QueryRunner,
    private readonly written: Written,
    private readonly halts: HaltRow[],
  ) {}

  static async open(runner: QueryRunner, written: Written): Promise<ShadowLoad> {
    await openStage(runner);
    return new ShadowLoad(runner, written, await readHalts(runner, SHADOW));
  }

  /** Posts a batch, and leaves it to be written once the one before is. */
  async take(batch: Batch): Promise<void> {
    if (this.desk.book.size > MAX_DESK_ROWS) this.desk = new Desk();
    const page = await this.post(batch);
    const { desk } = this;
    await this.end();
    if (page === undefined || this.desk !== desk) return this.carefully(batch); // refused, or posted to what is no longer so
    this.writing = this.write(batch, page);
    this.writing.catch(() => undefined); // it is awaited with the next batch, and throws there
  }

  /** Everything that was taken is written. */
  end(): Promise<void> {
    return this.writing;
  }

  /** `undefined`: one of its commits is refused. */
  private async post(batch: Batch): Promise<Page | undefined> {
    try {
      if (missingFrom(this.desk, this.wanted(batch)) !== undefined) {
        await this.end(); // what is missing may be on its way to where it is looked for
        await loadMissing(this.runner, SHADOW, this.desk, this.wanted(batch));
      }
      return this.desk.post(this.wanted(batch));
    } catch (thrown) {
      refusalIn(thrown);
      return undefined;
    }
  }

  private wanted({ commits }: Batch): readonly PlacedCommit[] {
    return this.halts.length === 0 ? commits : commits.filter((commit) => !waits(this.halts, commit));
  }

  private async write(batch: Batch, page: Page): Promise<void> {
    try {
      await inTransaction(this.runner, {}, async () => {
        if (!(await moveCheckpoint(this.runner, SHADOW, batch.span.from, batch.span.to))) throw overtaken();
        await writePage(this.runner, SHADOW, page, insertByStage);
      });
    } catch (thrown) {
      refusalIn(thrown);
      return this.carefully(batch);
    }
    this.written({ entries: page.entries.length, halted: [] }, batch);
  }

  private async carefully(batch: Batch): Promise<void> {
    this.desk = new Desk();
    const applied = await applyOrHalt(this.runner, SHADOW, batch.span, batch.commits);
    if (applied === undefined) throw overtaken();
    this.halts.push(...applied.halted);
    this.written(applied, batch);
  }
}

const overtaken = (): Fault => new Fault('ledger-differs', { reason: 'another replay writes the same shadow' });
