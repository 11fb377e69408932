import type { DataSource, QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import type { Degraded } from '#shared/platform/process/health.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { databaseFault } from '../database/faults.js';
import { LIVE } from '../database/names.js';
import { HaltBoard } from '../halts/halt-board.js';
import { repairTenants } from '../halts/repair-tenants.js';
import type { EventsLog } from '../logs/events-log.js';
import type { HaltRow } from '../rows/tables.js';
import { applyBatch } from './apply-batch.js';
import { assertFits, type Checkpoint, readCheckpoint } from './checkpoint.js';
import { pause } from './pause.js';
import { acquireProjectorLock, releaseProjectorLock } from './projector-lock.js';

/**
 * The first and the maximum delay before a retry while Postgres or NATS is unreachable; each has a random part, so that two projectors do
 * not retry in step.
 */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

export const PROJECTOR_STATES = ['starting', 'waiting', 'standing by', 'projecting', 'stopped'] as const;
export type ProjectorState = (typeof PROJECTOR_STATES)[number];

/** Applies EVENTS to the ledger, batch by batch, until it is stopped. Postgres or NATS may disconnect and return. */
export class Projector {
  state: ProjectorState = 'starting';
  checkpoint = 0;
  /** The reason why it waits or stopped. */
  trouble: Fault | undefined;
  private readonly board: HaltBoard;

  constructor(
    /** Connects; the first call migrates the database to this version. Called again after every failure. */
    private readonly database: () => Promise<DataSource>,
    private readonly log: EventsLog,
    private readonly logger: Logger,
  ) {
    this.board = new HaltBoard(logger);
  }

  /** Halted tenants, by name. The others continue. */
  get halted(): ReadonlyMap<string, HaltRow> {
    return this.board.halted;
  }

  /**
   * Returns when `signal` is aborted and the current batch is done.
   * @throws Fault for problems that waiting cannot solve: the ledger does not match the log, or the log is broken
   */
  async run(signal: AbortSignal): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      const before = this.checkpoint;
      try {
        await this.project(signal);
        await pause(FIRST_RETRY_MS, signal); // another projector moved the checkpoint
      } catch (thrown) {
        const fault = this.stopUnlessRetryable(databaseFault(thrown));
        if (this.checkpoint > before) retryMs = FIRST_RETRY_MS;
        this.logger.warn({ code: fault.code, ...fault.context, retryMs }, 'the ledger waits');
        await pause(retryMs * (0.5 + Math.random() / 2), signal);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
    this.state = 'stopped';
  }

  private stopUnlessRetryable(fault: Fault): Fault {
    this.trouble = fault;
    this.state = fault.kind === 'retryable' ? 'waiting' : 'stopped';
    if (fault.kind !== 'retryable') throw fault;
    return fault;
  }

  private async project(signal: AbortSignal): Promise<void> {
    const source = await this.database();
    const runner = source.createQueryRunner();
    const ended = new AbortController();
    const looking = this.board.follow(source, AbortSignal.any([signal, ended.signal]));
    try {
      this.state = 'standing by';
      await acquireProjectorLock(runner, signal);
      if (signal.aborted) return;
      await this.follow(runner, signal);
    } finally {
      ended.abort();
      await releaseProjectorLock(runner);
      await looking;
    }
  }

  private async follow(runner: QueryRunner, signal: AbortSignal): Promise<void> {
    const at = assertFits(await readCheckpoint(runner, LIVE), await this.log.state());
    this.enter(at);
    this.logger.info({ sequence: at.sequence, epoch: at.epoch }, 'the ledger follows the log');
    const followed = new AbortController();
    const { database, log, logger, board } = this;
    const repairing = repairTenants({ database, log, logger, board, signal: AbortSignal.any([signal, followed.signal]) });
    try {
      await this.takeAll(runner, at, signal);
    } finally {
      followed.abort();
      await repairing;
    }
  }

  private async takeAll(runner: QueryRunner, from: Checkpoint, signal: AbortSignal): Promise<void> {
    let at = from;
    for await (const batch of this.log.from(at.sequence + 1, signal)) {
      const next = await applyBatch(runner, at, batch);
      if (next === undefined) return this.logger.warn({ at: at.sequence }, 'another projector was faster: reading the checkpoint again');
      for (const message of batch) message.ack();
      for (const halt of next.halted) this.board.note(halt);
      at = next.at;
      this.enter(at);
    }
  }

  private enter({ sequence }: Checkpoint): void {
    this.checkpoint = sequence;
    this.state = 'projecting';
    this.trouble = undefined;
  }

  /** Halted tenants and events in suspense; not unhealthy, because the ledger serves the other tenants. */
  degraded(): Degraded | undefined {
    return this.board.degraded();
  }

  get suspendedEvents(): number {
    return this.board.suspendedEvents;
  }

  /** Throws the reason why the ledger is not current. */
  assertHealthy(): void {
    if (this.state === 'projecting' || this.state === 'standing by') return;
    throw this.trouble ?? new Fault('database-unreachable', { state: this.state });
  }
}
