import { createHash, timingSafeEqual } from 'node:crypto';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

import { TenantLabel } from './tenant-label.js';

/** The path that Prometheus scrapes, on the port of health and metrics. */
export const METRICS_PATH = '/metrics';

type Blankable = Pick<Gauge, 'reset' | 'remove'>;

/** Removes the gauges' values: a reset alone would leave 0 where there are no labels. */
export function blank(gauges: readonly Blankable[]): void {
  for (const gauge of gauges) {
    gauge.reset();
    gauge.remove({});
  }
}

/** Reads values that are not counted as they happen; runs before each scrape, within its own time limit. */
export interface Gatherer {
  /** Names its source in the metric of missing parts. */
  readonly part: string;
  /** The gauges that it sets. If it fails they are blanked, so that no stale value is shown. */
  readonly gauges: readonly Blankable[];
  gather(): Promise<void>;
}

/** All metrics of an app for Prometheus: counters, and values that are read at each scrape. */
export class MetricsPage {
  readonly registry = new Registry();
  readonly tenants = new TenantLabel();
  private readonly gatherers: Gatherer[] = [];
  private readonly missing: Gauge<'part'>;
  private readonly deliveries: Counter<'stream' | 'consumer' | 'delivery'>;
  private rendering: Promise<string> | undefined;

  /** @param token the bearer token of a scrape; empty: no authentication */
  constructor(private readonly token = '') {
    collectDefaultMetrics({ register: this.registry });
    this.missing = new Gauge({
      name: 'admit_metrics_missing',
      help: '1 when a part of this page could not be read: its series are left out',
      labelNames: ['part'],
      registers: [this.registry],
    });
    this.deliveries = new Counter({
      name: 'admit_deliveries_total',
      help: 'Messages handed to this process, for the first time or again',
      labelNames: ['stream', 'consumer', 'delivery'],
      registers: [this.registry],
    });
  }

  gathers(gatherer: Gatherer): void {
    this.gatherers.push(gatherer);
    this.missing.set({ part: gatherer.part }, 0);
  }

  /** @returns a function to call for each delivery of a consumer, with the message's delivery count */
  countsDeliveries(stream: string, consumer: string): (deliveries: number) => void {
    const first = { stream, consumer, delivery: 'first' };
    const again = { stream, consumer, delivery: 'again' };
    return (deliveries) => this.deliveries.inc(deliveries > 1 ? again : first);
  }

  admits(authorization: string | undefined): boolean {
    return this.token === '' || timingSafeEqual(digest(`Bearer ${this.token}`), digest(authorization ?? ''));
  }

  /** Concurrent scrapes share one result. */
  text(): Promise<string> {
    this.rendering ??= this.render().finally(() => {
      this.rendering = undefined;
    });
    return this.rendering;
  }

  private async render(): Promise<string> {
    await Promise.all(this.gatherers.map((one) => this.ask(one)));
    return this.registry.metrics();
  }

  private async ask({ part, gauges, gather }: Gatherer): Promise<void> {
    try {
      await gather();
      this.missing.set({ part }, 0);
    } catch {
      blank(gauges);
      this.missing.set({ part }, 1); // the metric reports the failure; the app's own work logs it
    }
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
