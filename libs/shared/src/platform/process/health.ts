import { Controller, type DynamicModule, type FactoryProvider, Get, Global, Inject, Injectable, Module, Res } from '@nestjs/common';
import { showHealth } from '../metrics/health-metrics.js';
import { MetricsPage } from '../metrics/metrics-page.js';
import type { Environment } from './environment.js';
import { HealthListener } from './health-listener.js';
import { ENVIRONMENT } from './process.module.js';

/** A degradation of an app that still serves: a sentence and numbers. */
export interface Degraded {
  readonly note: string;
  readonly counts?: Readonly<Record<string, number>>;
}

/**
 * The readiness checks: each throws within its own time limit when a dependency does not respond. A returned value reports a
 * degradation: the app is degraded but ready.
 */
export type HealthChecks = Readonly<Record<string, () => Promise<Degraded | undefined>>>;

/** A report is reused for this long: a check publishes to the log or queries the database. */
const KEPT_MS = 250;

export interface HealthReport {
  /**
   * `degraded`: every check passes, and at least one reports a degradation. The HTTP status is 200, as for `ready`, so that the app
   * keeps its traffic.
   */
  readonly status: 'ready' | 'degraded' | 'not ready';
  /** By check: `ok`, with a note if there is one, or the reason of its failure. May name tenants. */
  readonly checks: Readonly<Record<string, string>>;
  /** The numbers of all checks. Absent unless the status is `degraded`. */
  readonly degraded?: Readonly<Record<string, number>>;
}

const CHECKS = Symbol('health checks');

/** Runs the checks, once for all concurrent requests. */
@Injectable()
export class Health {
  private running: Promise<HealthReport> | undefined;
  private kept: { readonly report: HealthReport; readonly at: number } | undefined;

  constructor(@Inject(CHECKS) private readonly checks: HealthChecks) {}

  /** Never rejects: a check that throws counts as failed. */
  report(): Promise<HealthReport> {
    if (this.kept !== undefined && performance.now() - this.kept.at < KEPT_MS) return Promise.resolve(this.kept.report);
    this.running ??= this.run();
    return this.running;
  }

  private async run(): Promise<HealthReport> {
    const found = await Promise.all(Object.entries(this.checks).map(async ([name, check]) => ({ name, ...(await outcome(check)) })));
    const report = reportOf(found);
    this.kept = { report, at: performance.now() };
    this.running = undefined;
    return report;
  }
}

interface Reply {
  status(code: number): Reply;
}

/** On the callers' port, for load balancers: only the status, because a reason may name tenants. */
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  /** 200 while the event loop runs. */
  @Get('live')
  live(): { readonly status: string } {
    return { status: 'live' };
  }

  /** 200 when everything that this app needs responds, else 503. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<{ readonly status: string }> {
    const { status } = await this.health.report();
    reply.status(status === 'not ready' ? 503 : 200);
    return { status };
  }
}

function reportOf(found: readonly (CheckResult & { readonly name: string })[]): HealthReport {
  const checks = Object.fromEntries(found.map(({ name, says }) => [name, says]));
  const amiss = found.flatMap(({ degraded }) => degraded ?? []);
  if (found.some(({ ok }) => !ok)) return { status: 'not ready', checks };
  if (amiss.length === 0) return { status: 'ready', checks };
  return { status: 'degraded', checks, degraded: Object.assign({}, ...amiss.map(({ counts }) => counts)) };
}

interface CheckResult {
  readonly ok: boolean;
  readonly says: string;
  readonly degraded?: Degraded;
}

async function outcome(check: () => Promise<Degraded | undefined>): Promise<CheckResult> {
  try {
    const degraded = await check();
    return degraded === undefined ? { ok: true, says: 'ok' } : { ok: true, says: `ok; ${degraded.note}`, degraded };
  } catch (thrown) {
    return { ok: false, says: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

interface HealthOptions extends Pick<FactoryProvider<HealthChecks>, 'inject'> {
  readonly imports: DynamicModule['imports'];
  readonly checks: FactoryProvider<HealthChecks>['useFactory'];
}

/**
 * Health and metrics of an app on a separate listener. An app with callers also serves its status to them, by HealthController. Global modules
 * end last, so probes are answered while the app drains.
 */
@Global()
@Module({})
export class HealthModule {
  constructor(page: MetricsPage, @Inject(CHECKS) checks: HealthChecks) {
    showHealth(page, checks);
  }

  static with({ imports = [], inject = [], checks }: HealthOptions): DynamicModule {
    return {
      module: HealthModule,
      imports,
      providers: [
        { provide: CHECKS, inject, useFactory: checks },
        Health,
        {
          provide: HealthListener,
          inject: [Health, MetricsPage, ENVIRONMENT],
          useFactory: (health: Health, page: MetricsPage, { HEALTH_HOST: host, HEALTH_PORT: port }: Environment) =>
            new HealthListener(health, page, { host, port }),
        },
      ],
      exports: [Health, HealthListener],
    };
  }
}
