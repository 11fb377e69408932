import { assertFollows, assertHolds, type Commit, type Head, NO_HEAD } from '#shared/event-store/commit.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { CoalescedReads } from '../reads/coalesced-reads.js';

/** Folds are kept up to this many entries (units and decided keys) in all; about 200 bytes each. Others are folded again when asked for. */
const MAX_ENTRIES = 4_000_000;
/** A look brings so many commits at most, of up to 1 MB each; where more follow, this process fell behind and reads them one after the other. */
const MAX_COMMITS_A_LOOK = 8;
/** A subject of fewer commits is read before anybody could say whether it has a snapshot: most are never asked for one. */
const COMMITS_BEFORE_A_SNAPSHOT = 8;

/** What a subject's commits add up to. */
export interface Aggregate {
  readonly head: Head;
  /** What it weighs in the cache: about its number of entries. */
  readonly weight: number;
  apply(commit: Commit): void;
}

/** Where folds of long subjects may begin. */
export interface AggregateSnapshots<F extends Aggregate> {
  /** A fold as it was when its snapshot was taken; nothing where there is none that can be used. */
  find(subject: string): Promise<F | undefined>;
  /** Told of each fold that is kept; may take a snapshot of it, before it returns. */
  notice(fold: F): void;
}

/** The folds of the subjects this process works on. Each is used by one at a time, so nobody ever sees a decision that is not in the log. */
export class AggregateRepository<F extends Aggregate> {
  private readonly kept = new Map<string, { readonly fold: F; readonly weight: number }>();
  /** Those that are used right now. */
  private readonly used = new Map<string, F>();
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly looks = new CoalescedReads<F>((subject, tell) => this.look(subject, tell));
  private entries = 0;

  constructor(
    private readonly store: EventStore,
    private readonly empty: (subject: string) => F,
    private readonly snapshots?: AggregateSnapshots<F>,
  ) {}

  /** Runs `use` with the fold as it was last left, or read from the log when it is not cached. */
  withCached<T>(subject: string, use: (fold: F) => Promise<T> | T): Promise<T> {
    return this.inTurn(subject, async () => {
      const fold = this.kept.get(subject)?.fold ?? (await this.begin(subject));
      return this.keeping(subject, fold, () => use(fold));
    });
  }

  /**
   * Runs `use` with the fold up to what the log's leader holds now, or later. Many who wait share one look, and the log is asked while
   * others have their turn: so `use` must not wait for anything.
   */
  withLatest<T>(subject: string, use: (fold: F) => T): Promise<T> {
    return this.looks.ask(subject, use);
  }

  /** Asks the log what follows the fold, and applies it in a turn. A fold that is not there is read in its turn: nobody can do anything without it. */
  private async look(subject: string, tell: (fold: F) => void): Promise<void> {
    const before = (this.used.get(subject) ?? this.kept.get(subject)?.fold)?.head;
    const next = before === undefined ? [] : await this.nextCommits(subject, before);
    const isAll = before !== undefined && next.length < MAX_COMMITS_A_LOOK;
    const seen = next.at(-1) ?? before ?? NO_HEAD;
    await this.inTurn(subject, async () => {
      const kept = this.kept.get(subject)?.fold;
      const fold = kept ?? (await this.begin(subject));
      await this.keeping(subject, fold, async () => {
        for (const commit of next) if (commit.version === fold.head.version + 1) follow(fold, commit);
        if (kept !== undefined && (!isAll || fold.head.version < seen.version)) await this.readOn(subject, fold);
        tell(fold);
      });
    });
  }

  private async nextCommits(subject: string, after: Head): Promise<readonly Commit[]> {
    const commits: Commit[] = [];
    for await (const commit of this.store.read(subject, after)) {
      commits.push(commit);
      if (commits.length === MAX_COMMITS_A_LOOK) break;
    }
    return commits;
  }

  /** Reads a subject that this process does not know. The log proves that it holds the commit at which a snapshot was taken. */
  private async begin(subject: string): Promise<F> {
    const fold = this.empty(subject);
    let commits = 0;
    for await (const commit of this.store.read(subject, fold.head)) {
      fold.apply(commit);
      commits += 1;
      if (commits === COMMITS_BEFORE_A_SNAPSHOT) break;
    }
    if (commits < COMMITS_BEFORE_A_SNAPSHOT) return fold;
    const found = await this.snapshots?.find(subject);
    if (found === undefined) return this.readOn(subject, fold);
    assertHolds(subject, found.head, await this.store.at(subject, found.head.sequence));
    return this.readOn(subject, found);
  }

  private async readOn(subject: string, fold: F): Promise<F> {
    for await (const commit of this.store.read(subject, fold.head)) fold.apply(commit);
    return fold;
  }

  /** A fold is taken out while it is used: one that fails half way is forgotten, and read from the log next time. */
  private async keeping<T>(subject: string, fold: F, use: () => Promise<T> | T): Promise<T> {
    this.forget(subject);
    this.used.set(subject, fold);
    try {
      const result = await use();
      this.keep(subject, fold);
      return result;
    } finally {
      this.used.delete(subject);
    }
  }
  private forget(subject: string): void {
    this.entries -= this.kept.get(subject)?.weight ?? 0;
    this.kept.delete(subject);
  }

  private keep(subject: string, fold: F): void {
    const { weight } = fold;
    this.snapshots?.notice(fold);
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

function follow(fold: Aggregate, commit: Commit): void {
  assertFollows(fold.head, commit); // it was proven to follow what the fold was; what the fold is now was written meanwhile
  fold.apply(commit);
}

const nothing = (): void => undefined;
