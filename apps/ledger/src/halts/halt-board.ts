import type { DataSource } from 'typeorm';
import type { Degraded } from '#shared/platform/process/health.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { databaseFault } from '../database/faults.js';
import { LIVE } from '../database/names.js';
import { pause } from '../projection/pause.js';
import type { HaltRow } from '../rows/tables.js';
import { POLL_MS, readHalts } from './halts.js';
import { countSuspended } from './suspensions.js';

/** The halted tenants: as this projector found them, and as the ledger records those of others. */
export class HaltBoard {
  /** By tenant. */
  readonly halted = new Map<string, HaltRow>();
  /** Events in suspense, by tenant. */
  private suspended: ReadonlyMap<string, number> = new Map();
  /** What this projector could not apply, by tenant. */
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

  /** Whether this projector found out by itself, knowing this decision, that it cannot apply this: to try once more would say the same. */
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

  /** Looks again and again until `signal` is aborted. While Postgres is away, what it said last stays. What was refused before is tried anew. */
  async follow(source: DataSource, signal: AbortSignal): Promise<void> {
    this.refused.clear();
    while (!signal.aborted) {
      try {
        await this.look(source);
      } catch (thrown) {
        const fault = databaseFault(thrown);
        if (!signal.aborted) this.logger.warn({ code: fault.code, ...fault.context }, 'who is halted could not be looked up');
      }
      await pause(POLL_MS, signal);
    }
  }

  /** What this projector did while it was asked is newer than the answer. */
  private async look(source: DataSource): Promise<void> {
    const { changes } = this;
    const halts = await readHalts(source, LIVE);
    this.suspended = await countSuspended(source);
    if (changes !== this.changes) return;
    this.halted.clear();
    for (const halt of halts) this.halted.set(halt.tenant, halt);
  }
}
