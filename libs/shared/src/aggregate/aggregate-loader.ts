import { assertHolds, type Commit, type Head } from '../event-store/commit.js';
import type { EventStore } from '../event-store/event-store.js';
import type { Aggregate, AggregateDefinition, SnapshotSource } from './aggregate.js';

/** One look at the log brings so many commits at most, of up to 1 MB each; a process that fell further behind reads on under the lock. */
export const MAX_COMMITS_A_LOOK = 8;
/** A subject of fewer commits is read without asking for a snapshot: most have none. */
const COMMITS_BEFORE_A_SNAPSHOT = 8;

/** Reads aggregates from the log. A snapshot is only where reading begins: the log proves that it holds the snapshot's head. */
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

  /** Brings an aggregate up to what the log's leader holds. */
  async readOn(aggregate: A): Promise<A> {
    for await (const commit of this.store.read(aggregate.subject, aggregate.head)) aggregate.apply(commit);
    return aggregate;
  }

  /** The first commits after a head, `MAX_COMMITS_A_LOOK` at most. */
  async next(subject: string, after: Head): Promise<readonly Commit[]> {
    const commits: Commit[] = [];
    for await (const commit of this.store.read(subject, after)) {
      commits.push(commit);
      if (commits.length === MAX_COMMITS_A_LOOK) break;
    }
    return commits;
  }
}
