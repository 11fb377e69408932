import { createHash, timingSafeEqual } from 'node:crypto';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

import { TenantLabel } from './tenant-label.js';

/** Where Prometheus looks, on the port of health and metrics. */
export const METRICS_PATH = '/metrics';

type Blankable = Pick<Gauge, 'reset' | 'remove'>;

/** Has them show nothing: a reset alone would show 0 where there are no labels. */
export function blank(gauges: readonly Blankable[]): void {
  for (const gauge of gauges) {
    gauge.reset();
    gauge.remove({});
  }
}

/** Reads what is not counted as it happens, before each scrape, within its own bound of time. */
export interface Gatherer {
  /** What it asks: named where it could not be asked. */
  readonly part: string;
  /** What it sets. When it fails they show nothing, rather than what was true some time ago. */
  readonly gauges: readonly Blankable[];
  gather(): Promise<void>;
}

/** Everything an app measures, as Prometheus reads it: what was counted meanwhile, and what is asked for at each scrape. */
export class MetricsPage {
  readonly registry = new Registry();
  readonly tenants = new TenantLabel();
  private readonly gatherers: Gatherer[] = [];
  private readonly missing: Gauge<'part'>;
  private readonly deliveries: Counter<'stream' | 'consumer' | 'delivery'>;
  private rendering: Promise<string> | undefined;

  /** @param token what a scrape has to bring as Bearer; empty: whoever reaches the port may read */
  constructor(private readonly token = '') {
    collectDefaultMetrics({ register: this.registry });
    this.missing = new Gauge({
      name: 'admit_metrics_missing',
      help: '1 where a part of this page could not be asked for: its series are left out',
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

  /** @returns to be told of each delivery of a consumer, and the how manieth it is */
  countsDeliveries(stream: string, consumer: string): (deliveries: number) => void {
    const first = { stream, consumer, delivery: 'first' };
    const again = { stream, consumer, delivery: 'again' };
    return (deliveries) => this.deliveries.inc(deliveries > 1 ? again : first);
  }

  admits(authorization: string | undefined): boolean {
    return this.token === '' || timingSafeEqual(digest(`Bearer ${this.token}`), digest(authorization ?? ''));
  }

  /** Scrapes that come at once share one. */
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
      this.missing.set({ part }, 1); // that is how a failure is told here; the app's own work tells of it in its log
    }
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
