import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Injectable } from '@nestjs/common';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';

/** Sales whose armed wake-up is cached; arming an evicted one again changes nothing. */
const MAX_REMEMBERED = 50_000;
const PUBLISH_TIMEOUT_MS = 2_000;
/** The pause before a failed arming is retried: without a wake-up or a new command, a sale's holds never end. */
const RETRY_MS = 1_000;

interface WakeUp {
  readonly at: number;
}

/**
 * Arms one wake-up for each sale, at the next time that changes its state. A lost wake-up loses no order: the next command has the same
 * effect.
 */
@Injectable()
export class Timers {
  private readonly js: JetStreamClient;
  private readonly wakeUps = new Map<string, WakeUp>();
  private readonly arming = new Set<string>();

  constructor(
    @Inject(NATS) private readonly connection: NatsConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.js = jetstream(connection, { timeout: PUBLISH_TIMEOUT_MS });
  }

  arm(saleSubject: string, at: number | undefined): void {
    const isDue = at !== undefined && at <= Date.now(); // the next expiry takes the rest
    if (at === undefined || (this.wakeUps.get(saleSubject)?.at === at && !isDue)) return;
    if (this.wakeUps.size >= MAX_REMEMBERED) this.wakeUps.clear();
    this.wakeUps.set(saleSubject, { at });
    if (!this.arming.has(saleSubject)) void this.keepArming(saleSubject);
  }

  /** Retries until the latest requested wake-up is armed: the stream may have no leader for seconds while the log is available. */
  private async keepArming(saleSubject: string): Promise<void> {
    this.arming.add(saleSubject);
    let armed: WakeUp | undefined;
    for (let next = this.wakeUps.get(saleSubject); next !== undefined && next !== armed; next = this.wakeUps.get(saleSubject)) {
      if (await this.isArmed(saleSubject, next)) armed = next;
      else if (this.connection.isClosed()) break;
      else await pause(RETRY_MS, undefined, { ref: false });
    }
    this.arming.delete(saleSubject);
  }

  private async isArmed(saleSubject: string, { at }: WakeUp): Promise<boolean> {
    const [, tenant, , sale] = saleSubject.split('.');
    const schedule = { specification: new Date(at), target: `timer.due.${tenant}.${sale}` };
    try {
      await this.js.publish(`timer.set.${tenant}.${sale}`, '', { schedule, timeout: PUBLISH_TIMEOUT_MS });
      return true;
    } catch (thrown) {
      this.logger.debug({ err: thrown, tenant, sale }, 'a wake-up could not be armed; tried again');
      return false;
    }
  }
}
