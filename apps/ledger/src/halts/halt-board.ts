import type { DataSource } from 'typeorm';
import type { Degraded } from '#shared/platform/process/health.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { databaseFault } from '../database/faults.js';
import { LIVE } from '../database/names.js';
import { pause } from '../projection/pause.js';
import type { HaltRow } from '../rows/tables.js';
import { POLL_MS, readHalts } from './halts.js';
import { countSuspended } from './suspensions.js';

/** Lists halted tenants: those that this projector halted, and those that the ledger records for others. */
export class HaltBoard {
  /** By tenant. */
  readonly halted = new Map<string, HaltRow>();
  /** Events in suspense, by tenant. */
  private suspended: ReadonlyMap<string, number> = new Map();
  /** Refusals of this projector, by tenant. */
  private readonly refused = new Map<string, HaltRow>();
  private changes = 0;

  constructor(private readonly logger: Logger) {}

  note(halt: HaltRow): void {
    this.changes += 1;
    this.halted.set(halt.tenant, halt);
    this.refused.set(halt.tenant, halt);
    this.logger.error(
      { ...halt },
      'a tenant is halted: its ledger stops until admit ledger suspend, or a version that can apply this commit',
    );
  }

  ended(tenant: string): void {
    this.changes += 1;
    this.halted.delete(tenant);
    this.refused.delete(tenant);
  }

  /** Whether this projector already failed to apply this commit with this decision: another try would fail again. */
  isOurs({ tenant, sequence, reason, catchingUp }: HaltRow, decision: number | null): boolean {
    const ours = this.refused.get(tenant);
    return !catchingUp && ours?.sequence === sequence && ours.reason === reason && ours.decision === decision;
  }

  /** The halted tenants with their positions, and the events in suspense; `undefined` when there are none. */
  degraded(): Degraded | undefined {
    const halted = [...this.halted.values()].map(
      ({ tenant, sequence, reason, catchingUp }) => `${tenant} at commit ${sequence}: ${catchingUp ? 'it catches up' : reason}`,
    );
    const suspended = [...this.suspended].map(([tenant, events]) => `${events} of ${tenant}`);
    if (halted.length + suspended.length === 0) return undefined;
    const notes = [
      ...(halted.length === 0 ? [] : [`halted: ${halted.join('; ')}`]),
      ...(suspended.length === 0 ? [] : [`events in suspense: ${suspended.join(', ')}`]),
    ];
    return { note: notes.join('; '), counts: { haltedTenants: halted.length, suspendedEvents: this.suspendedEvents } };
  }

  get suspendedEvents(): number {
    return [...this.suspended.values()].reduce((sum, events) => sum + events, 0);
  }

  /**
   * Reads the halts repeatedly until `signal` is aborted. While Postgres is unreachable, the last result stays. Earlier refusals are tried
   * again.
   */
  async follow(source: DataSource, signal: AbortSignal): Promise<void> {
    this.refused.clear();
    while (!signal.aborted) {
      try {
        await this.look(source);
      } catch (thrown) {
        const fault = databaseFault(thrown);
        if (!signal.aborted) this.logger.warn({ code: fault.code, ...fault.context }, 'the halted tenants could not be read');
      }
      await pause(POLL_MS, signal);
    }
  }

  /** Changes that this projector made during the read are newer than its result. */
  private async look(source: DataSource): Promise<void> {
    const { changes } = this;
    const halts = await readHalts(source, LIVE);
    this.suspended = await countSuspended(source);
    if (changes !== this.changes) return;
    this.halted.clear();
    for (const halt of halts) this.halted.set(halt.tenant, halt);
  }
}
