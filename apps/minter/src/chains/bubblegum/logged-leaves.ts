import type { NatsConnection } from '@nats-io/transport-node';
import { PublicKey } from '@solana/web3.js';
import type { MintEvent, MintPlan } from '#shared/domain/mint/events.js';
import type { Commit } from '#shared/event-store/commit.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { RecentCommits } from '#shared/platform/messaging/recent-commits.js';
import { leafHash } from './leaf.js';
import type { LoggedLeaves } from './tree-mirrors.js';

/** Folds the log to the leaves of one tree that were minted and not burned. Each sale's commits come in their order. */
export class LeavesInLog {
  readonly leaves = new Map<string, readonly [index: number, leaf: Buffer]>();
  private readonly plans = new Map<string, MintPlan>();
  private readonly tree: PublicKey;

  constructor(tree: string) {
    this.tree = new PublicKey(tree);
  }

  take({ events }: Commit): void {
    for (const event of events as readonly MintEvent[]) this.apply(event);
  }

  private apply({ type, data }: MintEvent): void {
    switch (type) {
      case 'MintPlanned':
        if (data.compressed !== undefined) this.plans.set(data.ticket, data);
        return;
      case 'MintCompleted': {
        const plan = this.plans.get(data.ticket);
        this.plans.delete(data.ticket);
        if (plan === undefined || data.leaf === undefined || data.leaf.tree !== this.tree.toBase58()) return;
        const { index } = data.leaf;
        this.leaves.set(data.ticket, [index, leafHash(plan, { tree: this.tree, index })]);
        return;
      }
      case 'MintRevoked':
        this.leaves.delete(data.ticket);
    }
  }
}

/** Reads the log of all mints from its beginning. @throws Fault `log-unreachable` */
export const leavesInLogOf =
  (connection: NatsConnection): LoggedLeaves =>
  async (tree) => {
    const folded = new LeavesInLog(tree);
    const read = await RecentCommits.follow(connection, {
      filter: mintSubject('*', '*'),
      sinceMs: Date.now(),
      startWithinMs: 0,
      onCommit: (commit) => folded.take(commit),
      onTrouble: () => undefined, // it is stopped before it could retry
    });
    await read.stop();
    return folded.leaves.values();
  };
