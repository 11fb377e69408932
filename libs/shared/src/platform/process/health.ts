import { Controller, type DynamicModule, Get, Module, Res } from '@nestjs/common';
import type { MetricsPage } from '../metrics/metrics-page.js';
import { HealthListener, type HealthListening } from './health-listener.js';

/** What an app that serves others cannot do, in a sentence and in numbers. */
export interface Degraded {
  readonly note: string;
  readonly counts?: Readonly<Record<string, number>>;
}

/**
 * What must answer before this app counts as ready: each throws when it does not, within its own bound of time. What it returns says that something
 * is amiss which is no reason to take the app out: the app is then degraded, and ready all the same.
 */
export type HealthChecks = Readonly<Record<string, () => Promise<Degraded | undefined>>>;

/** One answer serves everybody who asks within this: a check publishes to the log or asks the database. */
const KEPT_MS = 250;

export interface HealthReport {
  /** `degraded`: every check passes, and at least one says what is amiss. It is answered with 200, as `ready` is, so that others are served. */
  readonly status: 'ready' | 'degraded' | 'not ready';
  /** Of each check: `ok`, with a note where there is one, or why it fails. It may name tenants. */
  readonly checks: Readonly<Record<string, string>>;
  /** The numbers of all checks. Absent: the status is not `degraded`. */
  readonly degraded?: Readonly<Record<string, number>>;
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
    const report = reportOf(found);
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
    reply.status(status === 'not ready' ? 503 : 200);
    return { status };
  }
}

function reportOf(found: readonly (Outcome & { readonly name: string })[]): HealthReport {
  const checks = Object.fromEntries(found.map(({ name, says }) => [name, says]));
  const amiss = found.flatMap(({ degraded }) => degraded ?? []);
  if (found.some(({ ok }) => !ok)) return { status: 'not ready', checks };
  if (amiss.length === 0) return { status: 'ready', checks };
  return { status: 'degraded', checks, degraded: Object.assign({}, ...amiss.map(({ counts }) => counts)) };
}

interface Outcome {
  readonly ok: boolean;
  readonly says: string;
  readonly degraded?: Degraded;
}

async function outcome(check: () => Promise<Degraded | undefined>): Promise<Outcome> {
  try {
    const degraded = await check();
    return degraded === undefined ? { ok: true, says: 'ok' } : { ok: true, says: `ok; ${degraded.note}`, degraded };
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
