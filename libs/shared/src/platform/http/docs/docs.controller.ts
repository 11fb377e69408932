import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DOCS_POLICY, docsPage } from './docs-page.js';
import type { Node } from './openapi-problems.js';

export const DOCUMENT = Symbol('the OpenAPI document of this app');

const CACHED = { 'Cache-Control': 'public, max-age=300', 'X-Content-Type-Options': 'nosniff' };

/** The API contract as HTML and JSON, rendered once, because it never changes while the process runs. */
@Controller()
export class DocsController {
  private readonly json: string;
  private readonly page: string;

  constructor(@Inject(DOCUMENT) document: Node) {
    this.json = JSON.stringify(document);
    this.page = docsPage(document);
  }

  @Get('docs')
  docs(@Res() reply: FastifyReply): void {
    reply
      .headers({ ...CACHED, 'Content-Security-Policy': DOCS_POLICY })
      .type('text/html; charset=utf-8')
      .send(this.page);
  }

  @Get('docs/json')
  document(@Res() reply: FastifyReply): void {
    publish(reply, this.json);
  }
}

/** A public document that caches may keep for a while. */
export const publish = (reply: FastifyReply, json: string): FastifyReply =>
  reply.headers(CACHED).type('application/json; charset=utf-8').send(json);
