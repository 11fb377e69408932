import { Inject, Injectable } from '@nestjs/common';
import { type Delivery, nak, type Settlement } from '#shared/consumer/delivery.js';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { WEBHOOK_ACK_WAIT_MS } from '#shared/platform/topology/consumers.js';
import { FeedRunner } from './feed-runner.js';
import { WebhookTasks } from './webhook-tasks.js';

/** Deliveries to one endpoint at once in this process, each of another sale: what a small receiver can take. */
const AT_ONCE = 4;
/** Waiting messages of one endpoint in memory. More wait in the stream, and are handed out again after `FULL_MS`. */
const MOST_WAITING = 1_000;
const FULL_MS = 30_000;
/** The tenant is disabled. */
const DISABLED_MS = 60_000;
const RETRY_MS = 1_000;

interface Endpoint {
  readonly turns: Semaphore;
  count: number;
}

/**
 * Handles the messages of WEBHOOKS. Each endpoint has turns of its own, so that a slow one delays no other; its sales take turns. A message is
 * acknowledged when everything that it stands for is delivered.
 */
@Injectable()
export class WebhookWork {
  private readonly endpoints = new Map<string, Endpoint>();
  private readonly held = new Set<Delivery>();
  private readonly running = new Set<Promise<void>>();
  private readonly working: NodeJS.Timeout;

  constructor(
    @Inject(FeedRunner) private readonly feeds: Pick<FeedRunner, 'run'>,
    @Inject(WebhookTasks) private readonly tasks: Pick<WebhookTasks, 'run'>,
    @Inject(TenantDirectory) private readonly tenants: Pick<TenantDirectory, 'active'>,
    @Inject(LOGGER) private readonly logger: Logger,
    /** Ends the turns that are under way. */
    private readonly ending: AbortController,
  ) {
    this.working = setInterval(() => {
      for (const delivery of this.held) delivery.working();
    }, WEBHOOK_ACK_WAIT_MS / 3);
  }

  take(delivery: Delivery): void {
    const [, tenant = '', id = ''] = delivery.subject.split('.');
    const key = `${tenant}.${id}`;
    const endpoint = this.endpoints.get(key) ?? { turns: new Semaphore(AT_ONCE), count: 0 };
    if (endpoint.count >= MOST_WAITING) {
      delivery.settle(nak(FULL_MS * (1 + Math.random())));
      return;
    }
    this.endpoints.set(key, endpoint);
    endpoint.count += 1;
    this.held.add(delivery);
    const done = endpoint.turns
      .run(() => this.settled(delivery))
      .finally(() => {
        this.held.delete(delivery);
        this.running.delete(done);
        endpoint.count -= 1;
        if (endpoint.count === 0) this.endpoints.delete(key);
      });
    this.running.add(done);
  }

  /** Resolves when the attempts under way have ended and their progress is kept. What waits goes to another process. */
  async stop(): Promise<void> {
    this.ending.abort();
    await Promise.all(this.running);
    clearInterval(this.working);
  }

  private async settled(delivery: Delivery): Promise<void> {
    delivery.settle(this.ending.signal.aborted ? nak(RETRY_MS) : await this.handle(delivery));
  }

  private async handle(delivery: Delivery): Promise<Settlement> {
    const [, tenant = '', endpoint = '', sale = '', id] = delivery.subject.split('.');
    if (this.tenants.active(tenant) === undefined) return nak(DISABLED_MS);
    try {
      return await (id === undefined ? this.feeds.run(tenant, endpoint, sale) : this.tasks.run(tenant, endpoint, sale, id, delivery));
    } catch (thrown) {
      this.logger.warn({ err: thrown, tenant, endpoint }, 'a webhook could not be handled; tried again');
      return nak(RETRY_MS * (1 + Math.random()));
    }
  }
}
