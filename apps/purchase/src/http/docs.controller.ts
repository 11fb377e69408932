import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DOCS_POLICY, docsPage } from './docs-page.js';
import { idempotencyPolicy, POLICY_PATH } from './idempotency-policy.js';
import { openApiDocument } from './openapi.js';

export const DOCS = Symbol('what the documents say that differs from service to service');
export interface DocsFacts {
  readonly version: string;
  readonly rate: { readonly perSecond: number; readonly burst: number };
}

const CACHED = { 'Cache-Control': 'public, max-age=300', 'X-Content-Type-Options': 'nosniff' };

/** The contract, for people and for programs; made once, since nothing in it changes while the process lives. */
@Controller()
export class DocsController {
  private readonly json: string;
  private readonly page: string;
  private readonly policy: string;

  constructor(@Inject(DOCS) { version, rate }: DocsFacts) {
    const document = openApiDocument(version);
    this.json = JSON.stringify(document);
    this.page = docsPage(document);
    this.policy = JSON.stringify(idempotencyPolicy(rate));
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
    reply.headers(CACHED).type('application/json; charset=utf-8').send(this.json);
  }

  @Get(POLICY_PATH)
  idempotency(@Res() reply: FastifyReply): void {
    reply.headers(CACHED).type('application/json; charset=utf-8').send(this.policy);
  }
}
