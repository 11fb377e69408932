import type { IncomingMessage } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../process/logger.js';
import { type HttpProblem, httpProblem } from './answer.js';
import type { RouteList } from './docs/route-list.js';
import { send } from './reply.js';

/** The app's codes for rejections by Fastify and Nest before a handler. */
const CODE_OF_STATUS: Readonly<Record<number, HttpProblem>> = {
  400: 'request-malformed',
  404: 'route-unknown',
  408: 'request-timeout',
  413: 'body-too-large',
  414: 'route-unknown',
  415: 'media-type',
};

/** Turns every error into a problem response. The app's own errors are logged, and the response hides their cause. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly routes: RouteList,
    private readonly logger: Logger,
    /** Called with the route of every upload that a client aborted. */
    private readonly aborted: (route: string | undefined) => void,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()];
    if (isAborted(request.raw)) {
      this.aborted(request.routeOptions.url);
      send(reply, httpProblem('request-malformed')); // the client disconnected; this ends the request
      return;
    }
    const code = thrown instanceof HttpException ? CODE_OF_STATUS[thrown.getStatus()] : undefined;
    if (code === undefined) {
      this.logger.error({ err: thrown, method: request.method, route: request.routeOptions.url }, 'a request could not be served');
      send(reply, httpProblem('fault'));
    } else if (code === 'route-unknown') this.nothingThere(request, reply);
    else if (code === 'body-too-large') send(reply, httpProblem(code, { detail: `${request.routeOptions.bodyLimit} bytes are allowed.` }));
    else send(reply, httpProblem(code));
  }

  private nothingThere(request: FastifyRequest, reply: FastifyReply): void {
    const methods = this.routes.methodsAt(request.url);
    if (methods.length === 0) send(reply, httpProblem('route-unknown'));
    else send(reply, httpProblem('method-not-allowed'), { Allow: methods.join(', ') });
  }
}

/** The connection closed before the whole request had arrived: caused by the client, not a fault of the service. */
const isAborted = ({ destroyed, complete }: IncomingMessage): boolean => destroyed && !complete;
