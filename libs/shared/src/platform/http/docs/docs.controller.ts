import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { httpProblem } from '../answer.js';
import { send } from '../reply.js';
import { API_PAGE_POLICY, apiPage, type PageLink, pageAsset } from './api-page.js';
import type { Node } from './openapi-problems.js';

export const DOCUMENT = Symbol('the OpenAPI document of this app');
export const DOCUMENT_LINKS = Symbol('other documents of this app, linked from its API page');

const CACHED = { 'Cache-Control': 'public, max-age=300', 'X-Content-Type-Options': 'nosniff' };

/** The API contract as a page and as JSON, rendered once, because it never changes while the process runs. */
@Controller()
export class DocsController {
  private readonly json: string;
  private readonly page: string;

  constructor(@Inject(DOCUMENT) document: Node, @Inject(DOCUMENT_LINKS) links: readonly PageLink[]) {
    const { title, version } = document.info as { readonly title: string; readonly version: string };
    this.json = JSON.stringify(document);
    this.page = apiPage(`${title} ${version}`, links);
  }

  @Get('docs')
  docs(@Res() reply: FastifyReply): void {
    publishPage(reply, this.page, API_PAGE_POLICY);
  }

  @Get('docs/json')
  document(@Res() reply: FastifyReply): void {
    publish(reply, this.json);
  }

  /** In gzip, which every browser accepts. */
  @Get('docs/assets/:name')
  async asset(@Param('name') name: string, @Res() reply: FastifyReply): Promise<void> {
    const asset = await pageAsset(name);
    if (asset === undefined) send(reply, httpProblem('route-unknown'));
    else
      reply
        .headers({ ...CACHED, 'Content-Encoding': 'gzip' })
        .type(asset.type)
        .send(asset.gzip);
  }
}

/** A public document that caches may keep for a while. */
export const publish = (reply: FastifyReply, json: string): FastifyReply =>
  reply.headers(CACHED).type('application/json; charset=utf-8').send(json);

/** A public page with its content security policy. */
export const publishPage = (reply: FastifyReply, html: string, policy: string): FastifyReply =>
  reply
    .headers({ ...CACHED, 'Content-Security-Policy': policy })
    .type('text/html; charset=utf-8')
    .send(html);
