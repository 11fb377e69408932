import { Controller, Req, RequestMapping, RequestMethod, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGuard } from '#shared/platform/http/auth-guard.js';
import { type Headers, isKnown, send } from '#shared/platform/http/reply.js';
import { Reads } from '../../reads/reads.js';
import { type Answer, isProblem, problemAnswer } from '../../requests/answer.js';
import { KEY_HEADERS, keyOf } from '../../requests/idempotency-key.js';
import { Intake } from '../../requests/intake.js';
import type { Given, Media } from '../../requests/request-body.js';
import { ADDRESS_PARTS, type AddressPart, fill, type Look, type Mutation, partsOf, ROUTES, type Route, saysEverything } from './routes.js';

const NOTHING = Buffer.alloc(0);
const EMPTY_OBJECT = Buffer.from('{}');

/** Serves every row of ROUTES: the same requests as over NATS, with the tenant told by its API key. */
@Controller()
export class ApiController {
  constructor(
    private readonly intake: Intake,
    private readonly reads: Reads,
    private readonly admission: AuthGuard,
  ) {}

  async serve(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { tenant } = this.admission.of(request).tenant;
    const address = addressOf(route, request);
    if ('unknown' in address) send(reply, problemAnswer(address.unknown));
    else if (route.method === 'GET') await this.look(route, tenant, address.given, request, reply);
    else await this.mutate(route, tenant, address.given, request, reply);
  }

  private async look(route: Look, tenant: string, given: Given, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const answer = await this.reads[route.read](tenant, Buffer.from(JSON.stringify(given)));
    if (answer.etag !== undefined && isKnown(answer.etag, request.headers['if-none-match']))
      reply.code(304).headers({ ETag: answer.etag, 'Cache-Control': 'private, no-cache' }).send();
    else send(reply, answer);
  }

  private async mutate(route: Mutation, tenant: string, given: Given, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const said = keyOf(KEY_HEADERS.flatMap((name) => valuesOf(request, name)));
    if ('problem' in said) {
      send(reply, said.problem);
      return;
    }
    const answer = await this.intake.handle({
      operation: route.operation,
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

for (const route of ROUTES) addRoute(route);

/** What `@Get(path)` or `@Post(path)` above a method would do, for one row. */
function addRoute(route: Route): void {
  const proto = ApiController.prototype;
  const value = function (this: ApiController, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.serve(route, request, reply);
  };
  Object.defineProperty(proto, route.operation, { value, writable: true, configurable: true });
  const descriptor = Object.getOwnPropertyDescriptor(proto, route.operation) as PropertyDescriptor;
  RequestMapping({ path: route.path, method: RequestMethod[route.method] })(proto, route.operation, descriptor);
  Req()(proto, route.operation, 0);
  Res()(proto, route.operation, 1);
}

/** What an address says: the parts of its path, and those behind its question mark. A name that nothing can have is a thing that is not there. */
function addressOf(
  route: Route,
  request: FastifyRequest,
): { readonly given: Given } | { readonly unknown: 'sale-unknown' | 'order-unknown' | 'ticket-unknown' } {
  const said = { ...(request.query as Record<string, unknown>), ...(request.params as Record<string, unknown>) };
  const given: Record<string, string> = {};
  for (const part of [...partsOf(route.path), ...(route.query ?? [])] as AddressPart[]) {
    const value = said[part];
    if (value === undefined) continue; // whoever needs it says that it is missing
    if (typeof value !== 'string' || !ADDRESS_PARTS[part].pattern.test(value)) return { unknown: ADDRESS_PARTS[part].unknown };
    given[part] = value;
  }
  return { given };
}

/** The bytes as they came. Where the address says everything, there need be none. */
function bodyOf(route: Mutation, { body }: FastifyRequest): Uint8Array {
  const bytes = body instanceof Buffer ? body : NOTHING;
  return bytes.length === 0 && saysEverything(route) ? EMPTY_OBJECT : bytes;
}

/** How the sender says that its bytes are to be read. */
export const mediaOf = ({ headers }: FastifyRequest): Media => ({
  contentType: headers['content-type'],
  contentEncoding: headers['content-encoding'],
});

/** Where the outcome can be read, as far as the address and the answer say it. */
function locationOf({ location }: Mutation, { body }: Answer, given: Given): Headers {
  const parts: Readonly<Record<string, unknown>> = { ...(JSON.parse(body) as object), ...given };
  return partsOf(location).every((part) => part in parts) ? { Location: fill(location, parts) } : {};
}

/** Every value of a header, also where it stands there twice, which Node would join into one. */
function valuesOf(request: FastifyRequest, name: string): string[] {
  const { rawHeaders } = request.raw;
  return rawHeaders.flatMap((value, index) =>
    index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase() ? [value] : [],
  );
}
