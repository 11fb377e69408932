import { assertHolds, type Commit, type Head } from '../event-store/commit.js';
import type { EventStore } from '../event-store/event-store.js';
import type { Aggregate, AggregateDefinition, SnapshotSource } from './aggregate.js';

/** The maximum of commits of one read, of up to 1 MB each. A process that is further behind reads the rest under the lock. */
export const MAX_COMMITS_PER_READ = 8;
/** A subject with fewer commits is read without looking up a snapshot: most of them have none. */
const COMMITS_BEFORE_A_SNAPSHOT = 8;

/** Reads aggregates from the log. A snapshot is only a starting point: the log proves that it contains the snapshot's head. */
export class AggregateLoader<A extends Aggregate> {
  constructor(
    private readonly store: EventStore,
    private readonly definition: Pick<AggregateDefinition<A>, 'empty'>,
    private readonly snapshots: SnapshotSource<A> | undefined,
  ) {}

  async load(subject: string): Promise<A> {
    const aggregate = this.definition.empty(subject);
    let commits = 0;
    for await (const commit of this.store.read(subject, aggregate.head)) {
      aggregate.apply(commit);
      commits += 1;
      if (commits === COMMITS_BEFORE_A_SNAPSHOT) break;
    }
    if (commits < COMMITS_BEFORE_A_SNAPSHOT) return aggregate;
    const found = await this.snapshots?.find(subject);
    if (found === undefined) return this.readOn(aggregate);
    assertHolds(subject, found.head, await this.store.at(subject, found.head.sequence));
    return this.readOn(found);
  }

  /** Applies all commits that the log's leader holds after the aggregate's head. */
  async readOn(aggregate: A): Promise<A> {
    for await (const commit of this.store.read(aggregate.subject, aggregate.head)) aggregate.apply(commit);
    return aggregate;
  }

  /** The first commits after a head, at most `MAX_COMMITS_PER_READ`. */
  async next(subject: string, after: Head): Promise<readonly Commit[]> {
    const commits: Commit[] = [];
    for await (const commit of this.store.read(subject, after)) {
      commits.push(commit);
      if (commits.length === MAX_COMMITS_PER_READ) break;
    }
    return commits;
  }
}
