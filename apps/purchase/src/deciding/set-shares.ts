/** The heartbeat of a purchase process, sent to the others a few times a second. */
export interface Beat {
  readonly process: string;
  /** Milliseconds since 1970, UTC, by its own clock. */
  readonly startedAt: number;
  /** The sets of buckets that it pulls commands from. */
  readonly sets: readonly number[];
  /** Its last one: it stops. */
  readonly isLast?: boolean;
}

/**
 * Without a heartbeat for this long a process counts as gone. It is no fence: if it lives, two decide for a while, and each append wins
 * once.
 */
export const GONE_MS = 2_500;

/** Reads a heartbeat. @returns undefined if it is invalid */
export function readBeat(text: string): Beat | undefined {
  try {
    const beat = JSON.parse(text) as Partial<Beat> | null;
    const isBeat = typeof beat?.process === 'string' && Number.isFinite(beat.startedAt) && Array.isArray(beat.sets);
    return isBeat ? (beat as Beat) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Divides the sets of buckets among the purchase processes that exchange heartbeats. Set n belongs to process n modulo their number, the
 * oldest first, so that no two processes differ by more than one set. A process keeps pulling a set until its owner announces that it pulls
 * it. So every set is pulled while one process lives, whatever the processes know of each other.
 */
export class SetShares {
  private readonly others = new Map<string, { readonly beat: Beat; readonly heardAt: number }>();

  constructor(private readonly self: Pick<Beat, 'process' | 'startedAt'>) {}

  /** @returns whether the process was not known */
  hear(beat: Beat, now: number): boolean {
    if (beat.process === this.self.process) return false;
    const isNew = !this.others.has(beat.process);
    if (beat.isLast === true) this.others.delete(beat.process);
    else this.others.set(beat.process, { beat, heardAt: now });
    return isNew && beat.isLast !== true;
  }

  /** Removes processes without a recent heartbeat. */
  forgetGone(now: number): void {
    for (const [process, { heardAt }] of this.others) if (now - heardAt >= GONE_MS) this.others.delete(process);
  }

  get processes(): number {
    return this.others.size + 1;
  }

  /** Whether this process leaves the set to its owner, which pulls it. */
  isLeft(set: number): boolean {
    return this.beatOfOwner(set)?.sets.includes(set) ?? false;
  }

  /** Whether another process pulls the set. */
  isPulledByAnother(set: number): boolean {
    return [...this.others.values()].some(({ beat }) => beat.sets.includes(set));
  }

  private beatOfOwner(set: number): Beat | undefined {
    const oldestFirst = [this.self, ...[...this.others.values()].map(({ beat }) => beat)].sort(
      (a, b) => a.startedAt - b.startedAt || (a.process < b.process ? -1 : 1),
    );
    const owner = oldestFirst[set % oldestFirst.length];
    return owner === undefined ? undefined : this.others.get(owner.process)?.beat;
  }
}
