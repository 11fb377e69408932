import { Controller, type DynamicModule, Get, Inject, Module, Res } from '@nestjs/common';

/**
 * What must answer before this app counts as ready: each throws when it does not, within its own bound of time. A sentence that it returns is
 * shown to whoever looks, and takes nothing away from being ready.
 */
export type HealthChecks = Readonly<Record<string, () => Promise<unknown>>>;
const CHECKS = Symbol('health checks');

interface Reply {
  status(code: number): Reply;
}

@Controller('health')
class HealthController {
  constructor(@Inject(CHECKS) private readonly checks: HealthChecks) {}

  /** The process runs and its event loop turns. */
  @Get('live')
  live(): { readonly status: string } {
    return { status: 'live' };
  }

  /** Everything this app needs answers: 200, else 503 with what does not. */
  @Get('ready')
  async ready(
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<{ readonly status: string; readonly checks: Readonly<Record<string, string>> }> {
    const found = await Promise.all(Object.entries(this.checks).map(async ([name, check]) => ({ name, ...(await outcome(check)) })));
    const ready = found.every(({ ok }) => ok);
    reply.status(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(found.map(({ name, says }) => [name, says])) };
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

/** `/health/live` and `/health/ready`. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class HealthModule {
  static with(
    useFactory: (...needed: never[]) => HealthChecks,
    inject: readonly (string | symbol | (new (...needed: never[]) => object))[],
    imports: DynamicModule['imports'] = [],
  ): DynamicModule {
    return {
      module: HealthModule,
      imports,
      controllers: [HealthController],
      providers: [{ provide: CHECKS, useFactory, inject: [...inject] }],
    };
  }
}
