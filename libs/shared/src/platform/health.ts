import { Controller, type DynamicModule, Get, Module, Res } from '@nestjs/common';
import { HealthListener, type HealthListening } from './health-listener.js';
import type { MetricsPage } from './metrics/metrics-page.js';

/**
 * What must answer before this app counts as ready: each throws when it does not, within its own bound of time. A sentence that it returns is
 * shown to whoever looks, and takes nothing away from being ready.
 */
export type HealthChecks = Readonly<Record<string, () => Promise<unknown>>>;

/** One answer serves everybody who asks within this: a check publishes to the log or asks the database. */
const KEPT_MS = 250;

export interface HealthReport {
  readonly status: 'ready' | 'not ready';
  /** Of each check: `ok`, with a note where there is one, or why it fails. It may name tenants. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Runs the checks, once for all who ask at the same time. */
export class Health {
  private running: Promise<HealthReport> | undefined;
  private kept: { readonly report: HealthReport; readonly at: number } | undefined;

  constructor(private readonly checks: HealthChecks) {}

  /** Never rejects: a check that throws is a check that fails. */
  report(): Promise<HealthReport> {
    if (this.kept !== undefined && performance.now() - this.kept.at < KEPT_MS) return Promise.resolve(this.kept.report);
    this.running ??= this.run();
    return this.running;
  }

  private async run(): Promise<HealthReport> {
    const found = await Promise.all(Object.entries(this.checks).map(async ([name, check]) => ({ name, ...(await outcome(check)) })));
    const report: HealthReport = {
      status: found.every(({ ok }) => ok) ? 'ready' : 'not ready',
      checks: Object.fromEntries(found.map(({ name, says }) => [name, says])),
    };
    this.kept = { report, at: performance.now() };
    this.running = undefined;
    return report;
  }
}

interface Reply {
  status(code: number): Reply;
}

/** On the port of the callers, for what shares requests out between processes: the status alone, since a reason may name tenants. */
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  /** The process runs and its event loop turns. */
  @Get('live')
  live(): { readonly status: string } {
    return { status: 'live' };
  }

  /** Everything this app needs answers: 200, else 503. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<{ readonly status: string }> {
    const { status } = await this.health.report();
    reply.status(status === 'ready' ? 200 : 503);
    return { status };
  }
}

async function outcome(check: () => Promise<unknown>): Promise<{ readonly ok: boolean; readonly says: string }> {
  try {
    const note = await check();
    return { ok: true, says: typeof note === 'string' ? `ok; ${note}` : 'ok' };
  } catch (thrown) {
    return { ok: false, says: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Health and metrics of an app on a listener of their own. An app with callers serves its status to them as well, by HealthController. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class HealthModule {
  static with(checks: HealthChecks, page: MetricsPage, listening: HealthListening): DynamicModule {
    const health = new Health(checks);
    return {
      module: HealthModule,
      providers: [
        { provide: Health, useValue: health },
        { provide: HealthListener, useValue: new HealthListener(health, page, listening) },
      ],
      exports: [Health, HealthListener],
    };
  }
}
