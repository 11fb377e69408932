import { Inject, Injectable } from '@nestjs/common';
import { ACK, nak, type Settlement } from '#shared/consumer/delivery.js';
import { WHOLE_MESSAGE } from '#shared/platform/http/event-cursor.js';
import type { Attempt, Feed } from '#shared/platform/webhooks/feed.js';
import { pauseAfter, type RetryTimes } from '../delivery/retry-times.js';
import type { SendResult, WebhookSender } from '../delivery/webhook-sender.js';
import type { WebhookMetrics } from '../metrics.js';
import type { FeedRecords, ReadyEndpoint } from './feed-records.js';
import type { LoggedCommit, LoggedEvent, SaleLog } from './sale-log.js';

/** One turn of a sale: others of its endpoint have theirs after it. */
const TURN_MS = 5_000;
/** How often progress is kept within a turn: what was accepted since is sent again after a crash. */
const KEEP_MS = 500;
/** Another process wrote the record, or the turn is over. */
const SOON_MS = 50;
/** A waiting feed is looked at this often: a changed endpoint is tried at once then, and not at the end of an hour. */
const LOOK_MS = 60_000;

export const FEED_PARTS = Symbol('what deliveries need');

export interface FeedParts {
  readonly records: FeedRecords;
  readonly log: Pick<SaleLog, 'next' | 'at' | 'saleAfter'>;
  readonly sender: Pick<WebhookSender, 'send'>;
  readonly times: RetryTimes;
  readonly metrics: Pick<WebhookMetrics, 'sent' | 'setAside'>;
  /** The process ends: a turn does too, with the event under way. */
  readonly ending: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Delivers the events of a sale to an endpoint, one after the other in the order of the log. The record of the feed says how far it came: a
 * failed event is tried again later, and the events behind it wait.
 */
@Injectable()
export class FeedRunner {
  constructor(@Inject(FEED_PARTS) private readonly parts: FeedParts) {}

  /** One turn. @throws Fault `log-unreachable`: the message comes again */
  async run(tenant: string, id: string, sale: string): Promise<Settlement> {
    const endpoint = await this.parts.records.endpoint(tenant, id);
    if (endpoint === undefined) return ACK; // removed: nothing more is sent
    const { feed, revision } = await this.parts.records.feed(endpoint, sale);
    const waitMs = waitOf(feed, endpoint, this.parts.now());
    if (waitMs > 0) return nak(Math.min(waitMs, LOOK_MS));
    return new Turn(this.parts, endpoint, sale, feed, revision).run();
  }
}

/** Until the next attempt; 0 where the endpoint was changed since the last one: it may work now. */
function waitOf({ nextAt, last }: Feed, { changedAt }: ReadyEndpoint, now: number): number {
  if (nextAt === undefined || (last !== undefined && last.at < changedAt)) return 0;
  return nextAt - now;
}

const attemptOf = ({ id, type }: Pick<LoggedEvent, 'id' | 'type'>, { status, error }: SendResult, at: number): Attempt => ({
  event: id,
  type,
  at: new Date(at).toISOString(),
  ...(status !== undefined && { status }),
  ...(error !== undefined && { error }),
});

/** Sends an event once. */
export async function attempt(
  { sender, metrics, now }: Pick<FeedParts, 'sender' | 'metrics' | 'now'>,
  { tenant, url, signedBy: secrets }: ReadyEndpoint,
  event: Pick<LoggedEvent, 'id' | 'type' | 'body'>,
): Promise<{ readonly result: SendResult; readonly last: Attempt }> {
  const sentAt = performance.now();
  const result = await sender.send({ url, id: event.id, body: event.body, secrets });
  metrics.sent(tenant, result, performance.now() - sentAt);
  return { result, last: attemptOf(event, result, now()) };
}

class Turn {
  private readonly endsAt = performance.now() + TURN_MS;
  private keptAt = performance.now();

  constructor(
    private readonly parts: FeedParts,
    private readonly endpoint: ReadyEndpoint,
    private readonly sale: string,
    private feed: Feed,
    private revision: number,
  ) {}

  async run(): Promise<Settlement> {
    for (;;) {
      const commit = await this.parts.log.next(this.endpoint.tenant, this.sale, this.feed);
      const over = await (commit === undefined ? this.end() : this.pass(commit));
      if (over !== undefined) return over;
    }
  }

  /** @returns how the turn ends; `undefined`: everything of the commit is done */
  private async pass({ sequence, events }: LoggedCommit): Promise<Settlement | undefined> {
    for (const event of events) {
      if (sequence === this.feed.sequence && event.index <= this.feed.index) continue;
      if (this.isWanted(event) && !(await this.deliver(event))) return this.keepFor(waitOf(this.feed, this.endpoint, this.parts.now()));
      this.move(sequence, event.index);
      const over = await this.paused();
      if (over !== undefined) return over;
    }
    this.move(sequence, WHOLE_MESSAGE);
    return undefined;
  }

  /** Between two events: the turn may be over, and progress is kept now and then. */
  private async paused(): Promise<Settlement | undefined> {
    const now = performance.now();
    if (now > this.endsAt || this.parts.ending.aborted) return this.keepFor(SOON_MS);
    if (now - this.keptAt > KEEP_MS && !(await this.keep(true))) return nak(SOON_MS);
    return undefined;
  }

  private isWanted({ name }: LoggedEvent): boolean {
    return this.endpoint.types?.includes(name) ?? true;
  }

  /** @returns false where the event is tried again later */
  private async deliver(event: LoggedEvent): Promise<boolean> {
    const { result, last } = await attempt(this.parts, this.endpoint, event);
    const now = this.parts.now();
    const { tries, failingSince = now, nextAt: _, ...feed } = this.feed;
    if (result.accepted) {
      this.feed = { ...feed, tries: 0, delivered: feed.delivered + 1, last };
      return true;
    }
    const failed = tries + 1;
    if (now - failingSince >= this.parts.times.giveUpMs) {
      await this.setAside(event, failed, last);
      this.feed = { ...feed, tries: 0, last };
      return true;
    }
    const nextAt = Math.ceil(now + pauseAfter(failed, this.parts.times, result.retryAfterMs));
    this.feed = { ...feed, tries: failed, failingSince, nextAt, last };
    return false;
  }

  private async setAside({ id, sequence, index }: LoggedEvent, tries: number, last: Attempt): Promise<void> {
    const { since, tenant } = this.endpoint;
    await this.parts.records.keepDead(this.endpoint, id, { since, sale: this.sale, sequence, index, tries, last });
    this.parts.metrics.setAside(tenant);
  }

  private move(sequence: number, index: number): void {
    this.feed = { ...this.feed, sequence, index };
  }

  /**
   * Everything is delivered. A commit whose wake-up was refused, as this one was still there, was either in the log before the record said that
   * the feed ends, and is read now, or its wake-up is tried again. @returns undefined where there is more after all
   */
  private async end(): Promise<Settlement | undefined> {
    if (!(await this.keep(false))) return nak(SOON_MS);
    const more = await this.parts.log.next(this.endpoint.tenant, this.sale, this.feed);
    return more === undefined ? ACK : undefined;
  }

  private async keepFor(ms: number): Promise<Settlement> {
    return nak((await this.keep(true)) ? Math.min(Math.max(ms, 1), LOOK_MS) : SOON_MS);
  }

  /** @returns false where another process wrote the record meanwhile */
  private async keep(alive: boolean): Promise<boolean> {
    const { records } = this.parts;
    const isKept = await records.keep(this.endpoint, this.sale, { ...this.feed, alive }, this.revision);
    if (isKept) this.revision = (await records.feed(this.endpoint, this.sale)).revision;
    this.keptAt = performance.now();
    return isKept;
  }
}
