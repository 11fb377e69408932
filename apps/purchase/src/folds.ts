import type { Commit, Head } from '#shared/event-store/commit.js';
import type { EventStore } from '#shared/event-store/event-store.js';

/** Folds are kept up to this many entries (units and decided keys) in all; about 200 bytes each. Others are folded again when asked for. */
const MAX_ENTRIES = 4_000_000;

/** What a subject's commits add up to. */
export interface Fold {
  readonly head: Head;
  /** What it weighs in the cache: about its number of entries. */
  readonly weight: number;
  apply(commit: Commit): void;
}

/** The folds of the subjects this process works on. Each is used by one at a time, so nobody ever sees a decision that is not in the log. */
export class Folds<F extends Fold> {
  private readonly kept = new Map<string, { readonly fold: F; readonly weight: number }>();
  private readonly turns = new Map<string, Promise<unknown>>();
  private entries = 0;

  constructor(
    private readonly store: EventStore,
    private readonly empty: (subject: string) => F,
  ) {}

  /** Runs `use` with the fold as it was last left, or read from the log when it is not cached. */
  async withCached<T>(subject: string, use: (fold: F) => Promise<T>): Promise<T> {
    return this.inTurn(subject, async () => {
      const fold = this.kept.get(subject)?.fold ?? (await this.read(subject));
      return this.keeping(subject, fold, () => use(fold));
    });
  }

  /** Runs `use` with the fold up to what the log's leader holds now. */
  async withLatest<T>(subject: string, use: (fold: F) => Promise<T> | T): Promise<T> {
    return this.inTurn(subject, async () => {
      const fold = await this.read(subject);
      return this.keeping(subject, fold, () => use(fold));
    });
  }

  /** A fold is taken out while it is used: one that fails half way is forgotten, and read from the log next time. */
  private async keeping<T>(subject: string, fold: F, use: () => Promise<T> | T): Promise<T> {
    this.forget(subject);
    const result = await use();
    this.keep(subject, fold);
    return result;
  }

  private async read(subject: string): Promise<F> {
    const fold = this.kept.get(subject)?.fold ?? this.empty(subject);
    this.forget(subject);
    for await (const commit of this.store.read(subject, fold.head)) fold.apply(commit);
    return fold;
  }

  private forget(subject: string): void {
    this.entries -= this.kept.get(subject)?.weight ?? 0;
    this.kept.delete(subject);
  }

  private keep(subject: string, fold: F): void {
    const { weight } = fold;
    this.kept.set(subject, { fold, weight }); // at the end of the line: the front was used longest ago
    this.entries += weight;
    for (const oldest of this.kept.keys()) {
      if (this.entries <= MAX_ENTRIES || oldest === subject) return;
      this.forget(oldest);
    }
  }

  /** One after the other, in the order of asking. */
  private async inTurn<T>(subject: string, use: () => Promise<T>): Promise<T> {
    const before = this.turns.get(subject);
    const turn = before === undefined ? use() : before.then(use);
    const settled = turn.then(nothing, nothing);
    this.turns.set(subject, settled);
    try {
      return await turn;
    } finally {
      if (this.turns.get(subject) === settled) this.turns.delete(subject);
    }
  }
}

const nothing = (): void => undefined;
