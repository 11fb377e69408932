import { Controller, Injectable, Req, RequestMapping, RequestMethod, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGuard } from '#shared/platform/http/auth-guard.js';
import { type Headers, headersOf, isKnown, send } from '#shared/platform/http/reply.js';
import { ADDRESS_PARTS, type AddressPart } from '../../operations/addresses.js';
import { isMutation, isSetting, type Query, type Setting } from '../../operations/operation.js';
import type { OperationName } from '../../operations/operations.js';
import { Reads } from '../../reads/reads.js';
import { type Answer, invalid, isProblem, problemAnswer } from '../../requests/answer.js';
import { KEY_HEADERS, keyOf } from '../../requests/idempotency-key.js';
import { Intake } from '../../requests/intake.js';
import { type Given, type Media, readJson } from '../../requests/request-body.js';
import { addressedParts, fill, type MutationRoute, methodOf, optionsIn, partsOf, type Route } from './routes.js';

const NOTHING = Buffer.alloc(0);
const EMPTY_OBJECT = Buffer.from('{}');

/** Serves operations over HTTP: the same requests as over NATS, with the tenant identified by its API key. */
@Injectable()
export class HttpRequests {
  constructor(
    private readonly intake: Intake,
    private readonly reads: Reads,
    private readonly admission: AuthGuard,
  ) {}

  async serve(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { tenant } = this.admission.of(request).tenant;
    const address = addressOf(route, request);
    if ('unknown' in address) send(reply, problemAnswer(address.unknown));
    else if (isMutation(route)) await this.mutate(route, tenant, address.given, request, reply);
    else if (isSetting(route)) send(reply, await this.apply(route, tenant, address.given, request));
    else await this.read(route, tenant, address.given, request, reply);
  }

  private async read(query: Query, tenant: string, given: Given, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const options = optionsIn(query, request.query as Readonly<Record<string, unknown>>);
    if ('errors' in options) {
      send(reply, invalid(options.errors));
      return;
    }
    const body = Buffer.from(JSON.stringify({ ...options.said, ...given }));
    const isTheirs = (etag: string): boolean => isKnown(etag, request.headers['if-none-match']);
    const { readWhole } = query;
    const answer = await (readWhole === undefined ? query.read(this.reads, tenant, body) : readWhole(this.reads, tenant, body, isTheirs));
    if (answer.etag !== undefined && isTheirs(answer.etag))
      reply.code(304).headers({ ETag: answer.etag, 'Cache-Control': 'private, no-cache' }).send();
    else if (answer.compressed === undefined) send(reply, answer);
    else await sendLong(reply, answer, answer.compressed, request.headers['accept-encoding']);
  }

  private async apply(route: Setting, tenant: string, given: Given, request: FastifyRequest): Promise<Answer> {
    const read = readJson(bodyOf(route, request), { given, media: mediaOf(request) });
    return 'problem' in read ? read.problem : route.apply(this.reads.webhooks, tenant, Buffer.from(JSON.stringify(read.ok)));
  }

  private async mutate(route: MutationRoute, tenant: string, given: Given, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const said = keyOf(KEY_HEADERS.flatMap((name) => valuesOf(request, name)));
    if ('problem' in said) {
      send(reply, said.problem);
      return;
    }
    const answer = await this.intake.handle({
      operation: route.name as OperationName,
      tenant,
      ...said,
      traceparent: valuesOf(request, 'traceparent')[0],
      body: bodyOf(route, request),
      media: mediaOf(request),
      given,
    });
    send(reply, answer, isProblem(answer) ? {} : locationOf(route, answer, given));
  }
}

/** Compresses a long answer with gzip if the caller accepts it. */
async function sendLong(reply: FastifyReply, answer: Answer, compressed: () => Promise<Uint8Array>, accepted = ''): Promise<void> {
  if (!/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s|,|$))/i.test(accepted)) {
    send(reply, answer, { Vary: 'Accept-Encoding' });
    return;
  }
  reply.code(answer.status).headers({ ...headersOf(answer), Vary: 'Accept-Encoding', 'Content-Encoding': 'gzip' });
  reply.send(await compressed());
}

/** Creates the controller of one operation's HTTP route. */
export function httpController(route: Route): Type {
  @Controller()
  class OperationController {
    constructor(private readonly requests: HttpRequests) {}

    @RequestMapping({ path: route.http.path, method: RequestMethod[methodOf(route)] })
    serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      return this.requests.serve(route, request, reply);
    }
  }
  return OperationController;
}

/** The request members in the path and the query. Path values that match no valid name are answered with 404. */
function addressOf(
  route: Route,
  request: FastifyRequest,
): { readonly given: Given } | { readonly unknown: (typeof ADDRESS_PARTS)[AddressPart]['unknown'] } {
  const said = { ...(request.query as Record<string, unknown>), ...(request.params as Record<string, unknown>) };
  const given: Record<string, string> = {};
  for (const part of addressedParts(route)) {
    const value = said[part];
    if (value === undefined) continue; // the schema reports a missing required member
    if (typeof value !== 'string' || !ADDRESS_PARTS[part].pattern.test(value)) return { unknown: ADDRESS_PARTS[part].unknown };
    given[part] = value;
  }
  return { given };
}

/** The body's bytes as received. The body may be empty if path and query contain every member. */
function bodyOf({ http: { example } }: MutationRoute | Setting, { body }: FastifyRequest): Uint8Array {
  const bytes = body instanceof Buffer ? body : NOTHING;
  return bytes.length === 0 && Object.keys(example).length === 0 ? EMPTY_OBJECT : bytes;
}

/** The sender's content type and encoding. */
export const mediaOf = ({ headers }: FastifyRequest): Media => ({
  contentType: headers['content-type'],
  contentEncoding: headers['content-encoding'],
});

/** The `Location` header, if path and answer contain all its parts. */
function locationOf({ http: { location } }: MutationRoute, { body }: Answer, given: Given): Headers {
  const parts: Readonly<Record<string, unknown>> = { ...(JSON.parse(body) as object), ...given };
  return partsOf(location).every((part) => part in parts) ? { Location: fill(location, parts) } : {};
}

/** All values of a header, including repeated ones, which Node would join into one. */
function valuesOf(request: FastifyRequest, name: string): string[] {
  const { rawHeaders } = request.raw;
  return rawHeaders.flatMap((value, index) =>
    index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase() ? [value] : [],
  );
}
