import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { SendResult } from './delivery/webhook-sender.js';

/** Seconds of one delivery; 10 s is its time limit, unless set otherwise. */
const SECONDS_BUCKETS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const MS_PER_SECOND = 1_000;

/** What this app counts. */
@Injectable()
export class WebhookMetrics {
  private readonly attempts: Counter<'tenant' | 'outcome'>;
  private readonly seconds: Histogram;
  private readonly dead: Counter<'tenant'>;

  constructor(private readonly page: MetricsPage) {
    const registers = [page.registry];
    this.attempts = new Counter({
      name: 'admit_webhook_deliveries_total',
      help: 'Attempts to deliver an event to an endpoint, by their outcome',
      labelNames: ['tenant', 'outcome'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'admit_webhook_delivery_seconds',
      help: 'From the start of an attempt to the status of its answer',
      buckets: SECONDS_BUCKETS,
      registers,
    });
    this.dead = new Counter({
      name: 'admit_webhook_events_dead_total',
      help: 'Events that an endpoint did not accept in time',
      labelNames: ['tenant'],
      registers,
    });
  }

  sent(tenant: string, { accepted, status }: SendResult, ms: number): void {
    const outcome = accepted ? 'accepted' : status === undefined ? 'no-answer' : 'refused';
    this.attempts.inc({ tenant: this.page.tenants.of(tenant), outcome });
    this.seconds.observe(ms / MS_PER_SECOND);
  }

  setAside(tenant: string): void {
    this.dead.inc({ tenant: this.page.tenants.of(tenant) });
  }
}
