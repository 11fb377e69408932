import { Controller, type DynamicModule, Get, Header, Headers, Inject, Module, Res } from '@nestjs/common';
import { Registry } from 'prom-client';
import { METRICS_PATH, MetricsPage } from './metrics-page.js';

interface Reply {
  status(code: number): Reply;
}

@Controller()
class MetricsController {
  constructor(@Inject(MetricsPage) private readonly page: MetricsPage) {}

  @Get(METRICS_PATH)
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  async metrics(@Headers('authorization') authorization: string | undefined, @Res({ passthrough: true }) reply: Reply): Promise<string> {
    if (this.page.admits(authorization)) return this.page.text();
    reply.status(401);
    return 'The header Authorization must be Bearer and METRICS_TOKEN.\n';
  }
}

/** `/metrics`, for whoever watches the service. It tells of all tenants: it is not for callers. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class MetricsModule {
  static with(page: MetricsPage): DynamicModule {
    return { module: MetricsModule, controllers: [MetricsController], providers: [{ provide: MetricsPage, useValue: page }] };
  }
}
