import { Readable } from 'node:stream';
import { Controller, Get, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGuard } from '#shared/platform/http/auth-guard.js';
import { send } from '#shared/platform/http/reply.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { CSV_TYPE, wantsCsv } from './csv.js';
import { Queries } from './queries.js';
import type { Route } from './routes.js';

/** Creates the controller of one query. Only the API key selects the tenant. */
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
      const address = request.query as Readonly<Record<string, unknown>>;
      if (wantsCsv(request.headers.accept)) return this.serveCsv(tenant, address, reply);
      const { answer, headers } = await this.queries.answer(route, tenant, address);
      send(reply, answer, { ...headers, Vary: 'Accept' });
    }

    private async serveCsv(tenant: Tenant, address: Readonly<Record<string, unknown>>, reply: FastifyReply): Promise<void> {
      const answered = await this.queries.csv(route, tenant, address);
      if ('answer' in answered) {
        send(reply, answered.answer, { ...answered.headers, Vary: 'Accept' });
        return;
      }
      const headers = { 'Content-Type': `${CSV_TYPE}; charset=utf-8; header=present`, 'Cache-Control': 'no-store', Vary: 'Accept' };
      const name = `attachment; filename="${route.operation}.csv"`;
      reply.headers({ ...answered.headers, ...headers, 'X-Content-Type-Options': 'nosniff', 'Content-Disposition': name });
      reply.send(Readable.from(answered.lines));
    }
  }
  return QueryController;
}
