import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Round } from '#shared/aggregate/aggregate.js';
import type { SnapshotOutcome } from '#shared/aggregate/aggregate-snapshots.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Answer } from './requests/answer.js';
import { outcomeOf } from './requests/outcome.js';
import type { Replies } from './requests/replies.js';

const MS_PER_SECOND = 1_000;
/** Seconds to decide a group in memory: microseconds for one command, tens of milliseconds for hundreds. */
const DECIDE_BUCKETS = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
/** Seconds until a commit is on disk: a tenth of a millisecond on a fast disk; after 5 s its outcome counts as unknown. */
const COMMIT_BUCKETS = [0.0003, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
/** Commands in one commit: a group has at most 256. */
const GROUP_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** Seconds a caller waits: after 5 s it gets a 202 and asks again. */
const ANSWER_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Commands in this process, and the storage time of the oldest: milliseconds since 1970, UTC. */
export interface CommandsInHand {
  readonly commands: number;
  readonly oldestAt: number | undefined;
}

/** The purchase app's counters and histograms. */
@Injectable()
export class PurchaseMetrics {
  private readonly requests: Counter<'tenant' | 'operation' | 'outcome'>;
  private readonly answerSeconds: Histogram<'operation'>;
  private readonly rounds: RoundSeries;
  private readonly lostRaces: Counter;
  private readonly ignoredEvents: Counter<'tenant'>;
  private readonly unmatchedEvents: Counter<'tenant'>;
  private readonly snapshots: Counter<'outcome'>;

  constructor(@Inject(MetricsPage) private readonly page: Pick<MetricsPage, 'registry' | 'tenants'>) {
    const registers = [page.registry];
    this.requests = new Counter({
      name: 'admit_requests_total',
      help: 'Admitted requests over NATS, HTTP and webhooks, by outcome',
      labelNames: ['tenant', 'operation', 'outcome'],
      registers,
    });
    this.answerSeconds = new Histogram({
      name: 'admit_answer_seconds',
      help: 'From a request to its answer',
      labelNames: ['operation'],
      buckets: ANSWER_BUCKETS,
      registers,
    });
    this.rounds = roundSeries(page.registry);
    this.snapshots = new Counter({
      name: 'admit_snapshots_total',
      help: 'Snapshots of long sales: taken, used to load a sale, failed to be written, or found unusable',
      labelNames: ['outcome'],
      registers,
    });
    this.ignoredEvents = new Counter({
      name: 'admit_webhook_events_ignored_total',
      help: 'Signed events of payment providers that report no payment of an order here; answered 200',
      labelNames: ['tenant'],
      registers,
    });
    this.unmatchedEvents = new Counter({
      name: 'admit_webhook_events_unmatched_total',
      help: 'Deliveries of events of payment providers that are a day old and whose payment is still not known; answered 503',
      labelNames: ['tenant'],
      registers,
    });
    this.lostRaces = new Counter({ name: 'admit_lost_races_total', help: 'Commits that another process was faster than', registers });
  }

  answered(tenant: string, operation: string, answer: Answer, ms: number): void {
    this.requests.inc({ tenant: this.page.tenants.of(tenant), operation, outcome: outcomeOf(answer) });
    this.answerSeconds.observe({ operation }, ms / MS_PER_SECOND);
  }

  committed({ commands, events, decideMs, commitMs }: Round): void {
    this.rounds.group.observe(commands);
    this.rounds.events.inc(events);
    this.rounds.decide.observe(decideMs / MS_PER_SECOND);
    this.rounds.commit.observe(commitMs / MS_PER_SECOND);
  }

  lostRace(): void {
    this.lostRaces.inc();
  }

  /** An event of a payment provider that reports no payment of an order here. */
  ignoredEvent(tenant: string): void {
    this.ignoredEvents.inc({ tenant: this.page.tenants.of(tenant) });
  }

  /** An old event of a payment provider whose payment is not known. */
  unmatchedEvent(tenant: string): void {
    this.unmatchedEvents.inc({ tenant: this.page.tenants.of(tenant) });
  }

  snapshot(outcome: SnapshotOutcome): void {
    this.snapshots.inc({ outcome });
  }

  /** Gauges, read at each scrape. */
  showsWaiting(replies: Pick<Replies, 'count'>, decider: { readonly inHand: CommandsInHand }, sets: { readonly count: number }): void {
    const age = (): number => Math.max(0, Date.now() - (decider.inHand.oldestAt ?? Date.now())) / MS_PER_SECOND;
    const gauge = (name: string, help: string, read: () => number): Gauge =>
      new Gauge({
        name,
        help,
        registers: [this.page.registry],
        collect() {
          this.set(read());
        },
      });
    gauge('admit_pending_requests', 'Callers that wait for a decision', () => replies.count);
    gauge('admit_commands_inflight', 'Commands that this process holds and has not decided', () => decider.inHand.commands);
    gauge('admit_commands_oldest_seconds', 'Age of the oldest of them', age);
    gauge('admit_decider_sets', 'Consumers of COMMANDS that this process pulls: its share of them', () => sets.count);
  }
}

interface RoundSeries {
  readonly group: Histogram;
  readonly decide: Histogram;
  readonly commit: Histogram;
  readonly events: Counter;
}

function roundSeries(registry: Registry): RoundSeries {
  const registers = [registry];
  const histogram = (name: string, help: string, buckets: number[]): Histogram => new Histogram({ name, help, buckets, registers });
  return {
    group: histogram('admit_group_commands', 'Commands decided together', GROUP_BUCKETS),
    decide: histogram('admit_decide_seconds', 'To decide a group in memory', DECIDE_BUCKETS),
    commit: histogram('admit_commit_seconds', 'Until its commit is on disk', COMMIT_BUCKETS),
    events: new Counter({ name: 'admit_events_total', help: 'Events committed by the decider', registers }),
  };
}
