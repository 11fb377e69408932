import { Controller, Get, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGuard } from '#shared/platform/http/auth-guard.js';
import { send } from '#shared/platform/http/reply.js';
import { Queries } from './queries.js';
import type { Route } from './routes.js';

/** The controller of one query. The API key alone selects the tenant. */
export function queryController(route: Route): Type {
  @Controller()
  class QueryController {
    constructor(
      private readonly queries: Queries,
      private readonly admission: AuthGuard,
    ) {}

    @Get(route.path)
    async serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      const { tenant } = this.admission.of(request);
      const { answer, headers } = await this.queries.answer(route, tenant, request.query as Readonly<Record<string, unknown>>);
      send(reply, answer, headers);
    }
  }
  return QueryController;
}
