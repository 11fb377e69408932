import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '#shared/platform/http/answer.js';
import { type Headers, isKnown, send } from '#shared/platform/http/reply.js';
import { Documents } from './documents.js';

/** The path behind MINT_URI_PREFIX, whatever host name is public. */
export const DOCUMENT_PATH = '/m/:mark/:ticket';
export const IMAGE_PATH = `${DOCUMENT_PATH}/:image`;

interface Parts {
  readonly mark: string;
  readonly ticket: string;
  readonly image?: string;
}

/** Public and immutable, from any origin: a sold ticket's document never changes. */
const FOR_EVERYBODY: Headers = { 'Cache-Control': 'public, max-age=31536000, immutable', 'Access-Control-Allow-Origin': '*' };
/** An image opened as a page runs no script and loads nothing. */
const AS_IMAGE: Headers = { 'Content-Type': 'image/svg+xml; charset=utf-8', 'Content-Security-Policy': "default-src 'none'; sandbox" };

@Controller()
export class DocumentsController {
  constructor(private readonly documents: Documents) {}

  @Get(DOCUMENT_PATH)
  async document(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { mark, ticket } = request.params as Parts;
    serve(request, reply, await this.documents.at(mark, ticket), FOR_EVERYBODY);
  }

  @Get(IMAGE_PATH)
  async image(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { mark, ticket, image } = request.params as Parts;
    serve(request, reply, await this.documents.at(mark, ticket, image), { ...FOR_EVERYBODY, ...AS_IMAGE });
  }
}

function serve(request: FastifyRequest, reply: FastifyReply, answer: Answer, headers: Headers): void {
  const { etag } = answer;
  if (etag === undefined) send(reply, answer);
  else if (isKnown(etag, request.headers['if-none-match']))
    reply
      .code(304)
      .headers({ ...headers, ETag: etag })
      .send();
  else send(reply, answer, headers);
}
