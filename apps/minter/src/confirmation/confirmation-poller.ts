import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import { type Fault, isFault } from '#shared/kernel/fault.js';
import type { Logger } from '#shared/platform/process/logger.js';
import type { Chain, Verdict, Watched } from '../chains/chain.js';

/**
 * Looked at by one question, which fails or is answered as a whole: so many signatures go into one call. Where one call in ten fails, a
 * question about 5,000 would never be answered, and one about 256 is answered nearly every second time.
 */
export const SLICE = 256;
/** Questions in the air at once: enough that one which is never answered holds up nobody but its own slice. */
const SLICES_AT_ONCE = 8;
/** While nothing is answered the pause doubles up to this. */
const MAX_PAUSE_MS = 10_000;
/** Up to so much of a pause is added by chance: many minters that lost one node must not come back to it as one. */
const JITTER = 0.2;
const COMPLAIN_EVERY_MS = 5_000;

export interface Looked {
  readonly watched: Watched;
  /** True while a question about it has no answer yet. */
  looking: boolean;
}

export interface RoundsParts {
  readonly chain: Pick<Chain, 'verdicts'>;
  readonly logger: Logger;
  readonly pollMs: number;
}

/**
 * Looks at everything there is, again and again, in slices that fail alone: what was not answered is asked again with the next round. A
 * round does not wait for the one before it, only its slices do.
 */
export class ConfirmationPoller<E extends Looked> {
  private readonly lane = new Semaphore(SLICES_AT_ONCE);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private failuresInARow = 0;
  private unanswered = 0;
  private complainedAt = Number.NEGATIVE_INFINITY;
  /** Why the last question was not answered, or undefined when it was. */
  trouble: Fault | undefined;

  constructor(
    private readonly parts: RoundsParts,
    private readonly entries: () => Iterable<E>,
    private readonly take: (entry: E, verdict: Verdict) => void,
  ) {}

  /** To be called whenever there is something to look at. */
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
    // Plans of another chain (a development chain that was made anew) must not keep the others from being looked at.
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
      for (let from = 0; from < entries.length; from += SLICE) void this.lookAt(entries.slice(from, from + SLICE));
    }
    if (any) this.schedule();
  }

  private async lookAt(slice: readonly E[]): Promise<void> {
    for (const entry of slice) entry.looking = true;
    const verdicts = await this.lane.run(() => this.ask(slice));
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
      if (thrown.kind === 'retryable') this.failuresInARow += 1; // another chain behind the node is no reason to let the others wait
      this.trouble = thrown;
      this.complain(thrown, slice.length);
      return undefined;
    }
  }

  /** Said once in a while, with how many mints were asked after in vain meanwhile. */
  private complain(fault: Fault, mints: number): void {
    this.unanswered += mints;
    if (performance.now() - this.complainedAt < COMPLAIN_EVERY_MS) return;
    this.parts.logger.warn({ fault: fault.message, unanswered: this.unanswered }, 'mints could not be looked at; they are looked at again');
    this.complainedAt = performance.now();
    this.unanswered = 0;
  }
}
