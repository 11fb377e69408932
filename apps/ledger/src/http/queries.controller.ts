import { Controller, Req, RequestMapping, RequestMethod, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGuard } from '#shared/platform/http/auth-guard.js';
import { send } from '#shared/platform/http/reply.js';
import { Queries } from './queries.js';
import { ROUTES, type Route } from './routes.js';

/** Serves every row of ROUTES. The API key alone selects the tenant. */
@Controller()
export class QueriesController {
  constructor(
    private readonly queries: Queries,
    private readonly admission: AuthGuard,
  ) {}

  async serve(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { tenant } = this.admission.of(request);
    const { answer, headers } = await this.queries.answer(route, tenant, request.query as Readonly<Record<string, unknown>>);
    send(reply, answer, headers);
  }
}

for (const route of ROUTES) addRoute(route);

/** The effect of `@Get(path)` above a method, for one row. */
function addRoute(route: Route): void {
  const proto = QueriesController.prototype;
  const value = function (this: QueriesController, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.serve(route, request, reply);
  };
  Object.defineProperty(proto, route.operation, { value, writable: true, configurable: true });
  const descriptor = Object.getOwnPropertyDescriptor(proto, route.operation) as PropertyDescriptor;
  RequestMapping({ path: route.path, method: RequestMethod.GET })(proto, route.operation, descriptor);
  Req()(proto, route.operation, 0);
  Res()(proto, route.operation, 1);
}
