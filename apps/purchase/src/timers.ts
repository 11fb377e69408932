import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '#shared/platform/logger.js';

/** Sales whose armed wake-up is remembered; forgotten ones are armed once more, which changes nothing. */
const MAX_REMEMBERED = 50_000;
const PUBLISH_TIMEOUT_MS = 2_000;

/** Wake-ups: one armed per sale, for when time alone will next lead to something. Only a hint: whatever command comes next does the same. */
export class Timers {
  private readonly js: JetStreamClient;
  private readonly armed = new Map<string, number>();

  constructor(
    connection: NatsConnection,
    private readonly logger: Logger,
  ) {
    this.js = jetstream(connection, { timeout: PUBLISH_TIMEOUT_MS });
  }

  arm(saleSubject: string, at: number | undefined): void {
    const isDue = at !== undefined && at <= Date.now(); // what one sweep left over is swept again
    if (at === undefined || (this.armed.get(saleSubject) === at && !isDue)) return;
    if (this.armed.size >= MAX_REMEMBERED) this.armed.clear();
    this.armed.set(saleSubject, at);
    const [, tenant, , sale] = saleSubject.split('.');
    const schedule = { specification: new Date(at), target: `timer.due.${tenant}.${sale}` };
    this.js.publish(`timer.set.${tenant}.${sale}`, '', { schedule, timeout: PUBLISH_TIMEOUT_MS }).catch((thrown: unknown) => {
      this.armed.delete(saleSubject);
      this.logger.debug({ err: thrown, tenant, sale }, 'a wake-up could not be armed; the next command does its work');
    });
  }
}
