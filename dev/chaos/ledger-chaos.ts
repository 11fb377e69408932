import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { isFault } from '#shared/kernel/fault.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import { JetStreamEventsLog } from '../../apps/ledger/src/logs/jetstream.js';
import { applyBatch } from '../../apps/ledger/src/projection/apply-batch.js';
import { readCheckpoint } from '../../apps/ledger/src/projection/checkpoint.js';
import { seededRandom } from '../solana/faults/fault-switches.js';
import { ChaosStage, silent } from './ledger-stage.js';
import { LedgerWriter } from './ledger-writer.js';

/** Orders between two strikes; a strike waits at most this many so that it falls into the middle of work. */
const MOST_ORDERS = 30;
const MOST_DELAY_MS = 40;
/** How far back a strike sets a checkpoint, in batches. */
const BACK = 25;
/** How often a rival writer without the projectors' lock writes the same batch: alternately during the projectors' write and after it. */
const RIVAL_EVERY = 5;
/** Two hundred strikes take two minutes on two idle cores; ten times as long means that something is stuck. */
const AT_MOST_MS = 20 * 60_000;
const ANY_TENANT = '*';

export interface LedgerChaosReport {
  readonly seed: number;
  readonly killed: Readonly<Record<'projectors' | 'postgres', number>>;
  /** Batches that the rival writer tried beside the projectors; the lost ones wrote nothing. */
  readonly rival: Readonly<Record<'won' | 'lost', number>>;
  readonly setBack: number;
  readonly restored: number;
  readonly orders: number;
  /** Entries that the orders must make, entries in the ledger, and entries that occur twice. */
  readonly entries: Readonly<Record<'wanted' | 'found' | 'doubled', number>>;
  readonly replay: string;
  readonly tookMs: number;
}

/** Sells while it kills projectors and Postgres. Once it sets the checkpoint back, and once it restores an old copy of the database. */
export async function ledgerChaos(strikes: number, seed: number): Promise<LedgerChaosReport> {
  const stage = await ChaosStage.open();
  try {
    return await new LedgerChaos(stage, new LedgerWriter(await JetStreamEventStore.on(stage.writer)), seed).run(strikes);
  } finally {
    await stage.close();
  }
}

class LedgerChaos {
  private readonly random: () => number;
  private readonly killed = { projectors: 0, postgres: 0 };
  private readonly rival = { won: 0, lost: 0 };
  private setBack = 0;
  private restored = 0;
  private readonly startedAt = performance.now();

  constructor(
    private readonly stage: ChaosStage,
    private readonly writer: LedgerWriter,
    private readonly seed: number,
  ) {
    this.random = seededRandom(seed);
  }

  async run(strikes: number): Promise<LedgerChaosReport> {
    const { stage, writer, startedAt } = this;
    await writer.open();
    for (const index of [0, 1]) stage.startProjector(index);
    for (let strike = 1; strike <= strikes; strike++) {
      if (performance.now() - startedAt > AT_MOST_MS) throw new Error(`strike ${strike} of ${strikes} after ${AT_MOST_MS} ms`);
      const before = writer.last;
      const selling = this.sellSome();
      await pause(this.random() * MOST_DELAY_MS);
      await this.strike();
      await selling;
      if (strike % RIVAL_EVERY === 0) await this.compete(strike % (2 * RIVAL_EVERY) === 0);
      if (strike === Math.ceil(strikes * 0.2)) await stage.backUp();
      if (strike === Math.ceil(strikes * 0.4)) await this.setCheckpointBack();
      if (strike === Math.ceil(strikes * 0.6)) await this.restoreBackup();
      await stage.reaches(before);
    }
    await stage.reaches(writer.last);
    return this.report();
  }

  private async sellSome(): Promise<void> {
    for (let left = Math.ceil(this.random() * MOST_ORDERS); left > 0; left--) await this.writer.sell();
  }

  private async strike(): Promise<void> {
    if (this.random() < 0.5) {
      this.killed.postgres += 1;
      await this.stage.postgres.kill9();
      await this.stage.postgres.restart();
    } else {
      const index = this.random() < 0.5 ? 0 : 1;
      this.killed.projectors += 1;
      await this.stage.killProjector(index);
      this.stage.startProjector(index);
    }
  }

  /**
   * Applies the next commit at the same time as the active projector, without taking the lock. With `late`, applies a batch that is already
   * applied.
   */
  private async compete(late: boolean): Promise<void> {
    const connection = await connect(this.stage.nats.connection('ledger'));
    const pool = await connected(database(this.stage.urls.projector, { name: 'rival', connections: 1, logger: silent }));
    const runner = pool.createQueryRunner();
    try {
      const at = await readCheckpoint(runner, 'ledger');
      await this.writer.sell();
      if (late) await this.stage.reaches(this.writer.last);
      const message = await (await JetStreamEventsLog.on(connection, 1)).nextOf(ANY_TENANT, at.sequence + 1);
      if (message === undefined) return;
      const taken = await applyBatch(runner, at, [message]);
      this.rival[taken === undefined ? 'lost' : 'won'] += 1;
    } catch (thrown) {
      if (!isFault(thrown) || thrown.kind !== 'retryable') throw thrown;
    } finally {
      await runner.release();
      await pool.destroy();
      await connection.close();
    }
  }

  private async setCheckpointBack(): Promise<void> {
    await this.stage.reaches(this.writer.last - 1);
    await this.stage.query(`update ledger.checkpoint set sequence = greatest(sequence - ${BACK}, 0)`);
    this.setBack += 1;
    await this.writer.sell();
  }

  private async restoreBackup(): Promise<void> {
    await this.stage.restore();
    this.restored += 1;
    await this.writer.sell();
  }

  private async report(): Promise<LedgerChaosReport> {
    const [row] = await this.stage.query<{ found: string; different: string }>(
      `select count(*) as found, count(distinct (tenant, order_id, event, debit, credit)) as different from ledger.ledger_entry`,
    );
    const found = Number(row?.found);
    return {
      seed: this.seed,
      killed: this.killed,
      rival: this.rival,
      setBack: this.setBack,
      restored: this.restored,
      orders: Number(this.writer.orders),
      entries: { wanted: Number(this.writer.entries), found, doubled: found - Number(row?.different) },
      replay: (await this.stage.replay()).result,
      tookMs: Math.round(performance.now() - this.startedAt),
    };
  }
}
