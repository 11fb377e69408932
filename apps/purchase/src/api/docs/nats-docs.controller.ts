import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { publish, publishPage } from '#shared/platform/http/docs/docs.controller.js';
import { asyncapi } from './asyncapi.js';
import { NATS_PAGE_POLICY, natsPage } from './asyncapi-page.js';

export const NATS_DOCS = { page: '/docs/nats', json: '/docs/nats/json' } as const;

/** Serves the NATS API as a page and as AsyncAPI; both are generated at the first request. */
@Controller()
export class NatsDocsController {
  private written: { readonly json: string; readonly page: string } | undefined;

  @Get(NATS_DOCS.page)
  page(@Res() reply: FastifyReply): void {
    publishPage(reply, this.documents.page, NATS_PAGE_POLICY);
  }

  @Get(NATS_DOCS.json)
  document(@Res() reply: FastifyReply): void {
    publish(reply, this.documents.json);
  }

  private get documents() {
    if (this.written === undefined) {
      const document = asyncapi();
      this.written = { json: JSON.stringify(document), page: natsPage(document) };
    }
    return this.written;
  }
}
