import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Headers, isKnown, send } from '#shared/platform/http/reply.js';
import { Documents } from './documents.js';

/** The path behind MINT_URI_PREFIX, whatever host name is public. */
export const DOCUMENT_PATH = '/m/:mark/:ticket';

/** Public and immutable, from any origin: a sold ticket's document never changes. */
const FOR_EVERYBODY: Headers = { 'Cache-Control': 'public, max-age=31536000, immutable', 'Access-Control-Allow-Origin': '*' };

@Controller()
export class DocumentsController {
  constructor(private readonly documents: Documents) {}

  @Get(DOCUMENT_PATH)
  async document(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { mark, ticket } = request.params as { readonly mark: string; readonly ticket: string };
    const answer = await this.documents.at(mark, ticket);
    const { etag } = answer;
    if (etag === undefined) send(reply, answer);
    else if (isKnown(etag, request.headers['if-none-match']))
      reply
        .code(304)
        .headers({ ...FOR_EVERYBODY, ETag: etag })
        .send();
    else send(reply, answer, FOR_EVERYBODY);
  }
}
