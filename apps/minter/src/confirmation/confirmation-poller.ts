import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import { type Fault, isFault } from '#shared/kernel/fault.js';
import type { Logger } from '#shared/platform/process/logger.js';
import type { Chain, Verdict, Watched } from '../chains/chain.js';

/**
 * Attempts in one read, which succeeds or fails as a whole: this many signatures fit one call. If one call in ten fails, a read of 5,000
 * practically never succeeds, and one of 256 nearly every second time.
 */
export const SLICE = 256;
/** Concurrent reads: one that never gets a response delays only its own slice. */
const SLICES_AT_ONCE = 8;
/** Without responses the pause doubles up to this. */
const MAX_PAUSE_MS = 10_000;
/** The random part of a pause: many minters that lost one node must not return to it at once. */
const JITTER = 0.2;
const COMPLAIN_EVERY_MS = 5_000;

export interface Looked {
  readonly watched: Watched;
  /** Its tenant; tenants take turns. */
  readonly tenant: string;
  /** True while a read of it is in flight. */
  looking: boolean;
}

export interface RoundsParts {
  readonly chain: Pick<Chain, 'verdicts'>;
  readonly logger: Logger;
  readonly pollMs: number;
}

/**
 * Polls the verdicts of all tracked attempts in slices that fail independently; a failed slice is read again in the next round. A round
 * does not wait for the previous one, only for its slices.
 */
export class ConfirmationPoller<E extends Looked> {
  private readonly reads = new Semaphore(SLICES_AT_ONCE);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private failuresInARow = 0;
  private unanswered = 0;
  private complainedAt = Number.NEGATIVE_INFINITY;
  /** Why the last read failed, or undefined after a success. */
  trouble: Fault | undefined;

  constructor(
    private readonly parts: RoundsParts,
    private readonly entries: () => Iterable<E>,
    private readonly take: (entry: E, verdict: Verdict) => void,
  ) {}

  /** Call this whenever there is something to poll. */
  schedule(): void {
    if (this.stopped || this.timer !== undefined) return;
    this.timer = setTimeout(() => this.round(), this.pauseMs());
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private pauseMs(): number {
    const pause = Math.min(this.parts.pollMs * 2 ** this.failuresInARow, Math.max(MAX_PAUSE_MS, this.parts.pollMs));
    return this.failuresInARow === 0 ? pause : pause * (1 + JITTER * Math.random());
  }

  private round(): void {
    this.timer = undefined;
    let any = false;
    // Plans of another chain (a recreated development chain) must not block the others.
    const byChain = new Map<string, E[]>();
    for (const entry of this.entries()) {
      any = true;
      if (entry.looking) continue;
      const { genesisHash } = entry.watched.plan;
      const others = byChain.get(genesisHash);
      if (others === undefined) byChain.set(genesisHash, [entry]);
      else others.push(entry);
    }
    for (const entries of byChain.values()) {
      const inTurn = tenantsInTurn(entries);
      for (let from = 0; from < inTurn.length; from += SLICE) void this.lookAt(inTurn.slice(from, from + SLICE));
    }
    if (any) this.schedule();
  }

  private async lookAt(slice: readonly E[]): Promise<void> {
    for (const entry of slice) entry.looking = true;
    const verdicts = await this.reads.run(() => this.ask(slice));
    for (const [index, entry] of slice.entries()) {
      entry.looking = false;
      const verdict = verdicts?.[index];
      if (verdict !== undefined) this.take(entry, verdict);
    }
  }

  private async ask(slice: readonly E[]): Promise<readonly Verdict[] | undefined> {
    try {
      const verdicts = await this.parts.chain.verdicts(slice.map(({ watched }) => watched));
      this.failuresInARow = 0;
      this.trouble = undefined;
      return verdicts;
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      if (thrown.kind === 'retryable') this.failuresInARow += 1; // another chain behind the node must not delay the others
      this.trouble = thrown;
      this.complain(thrown, slice.length);
      return undefined;
    }
  }

  /** Logs the failure at intervals, with the number of mints affected meanwhile. */
  private complain(fault: Fault, mints: number): void {
    this.unanswered += mints;
    if (performance.now() - this.complainedAt < COMPLAIN_EVERY_MS) return;
    this.parts.logger.warn(
      { fault: fault.message, unanswered: this.unanswered },
      'verdicts of mints could not be read; they are read again',
    );
    this.complainedAt = performance.now();
    this.unanswered = 0;
  }
}

/** One of each tenant, then the next of each: the first slice contains attempts of every tenant, whatever number another has tracked. */
function tenantsInTurn<E extends { readonly tenant: string }>(entries: readonly E[]): readonly E[] {
  const places = new Map<string, number>();
  const placed = entries.map((entry) => {
    const place = places.get(entry.tenant) ?? 0;
    places.set(entry.tenant, place + 1);
    return { entry, place };
  });
  if (places.size < 2) return entries;
  return placed.sort((left, right) => left.place - right.place).map(({ entry }) => entry);
}
