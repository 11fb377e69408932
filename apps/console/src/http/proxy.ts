import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Controller, Inject, Req, RequestMapping, RequestMethod, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ORDER_PATTERN, SALE_PATTERN, TICKET_PATTERN } from '#shared/kernel/ids.js';
import { httpProblem } from '#shared/platform/http/answer.js';
import { send } from '#shared/platform/http/reply.js';
import { whenOver } from '#shared/platform/http/request-end.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { ENVIRONMENT } from '#shared/platform/process/process.module.js';
import { ENDPOINT_PATTERN } from '#shared/platform/webhooks/endpoint.js';
import { problemAnswer } from '../problems.js';

const ENDPOINTS = '/v1/webhook-endpoints';
/** Routes of the two public HTTP APIs that the page uses. Nothing else is passed on: nothing changes an order, a sale or money. */
const PROXIED = {
  CONSOLE_PURCHASE_URL: [
    'GET /v1/sales',
    'GET /v1/sales/:sale',
    'GET /v1/sales/:sale/units',
    'GET /v1/sales/:sale/refunds-due',
    'GET /v1/sales/:sale/orders/:order',
    'GET /v1/tickets/:ticket',
    'GET /v1/tickets/:ticket/receipt',
    'GET /v1/events',
    `GET ${ENDPOINTS}`,
    `GET ${ENDPOINTS}/:endpoint/deliveries`,
    `POST ${ENDPOINTS}`,
    `POST ${ENDPOINTS}/:endpoint/rotate`,
    `POST ${ENDPOINTS}/:endpoint/test`,
    `POST ${ENDPOINTS}/:endpoint/redeliver`,
    `POST ${ENDPOINTS}/:endpoint/remove`,
  ],
  CONSOLE_LEDGER_URL: [
    'GET /v1/ledger',
    'GET /v1/ledger/balances',
    'GET /v1/ledger/orders',
    'GET /v1/ledger/tickets',
    'GET /v1/ledger/revenue',
  ],
} as const satisfies Partial<Record<keyof Environment, readonly `${Method} /${string}`[]>>;

type Method = 'GET' | 'POST';
const UPSTREAMS = Object.keys(PROXIED) as readonly (keyof typeof PROXIED)[];
/** Where the page finds the APIs. */
export const API = '/api';

const PARTS: Readonly<Record<string, RegExp>> = {
  sale: SALE_PATTERN,
  order: ORDER_PATTERN,
  ticket: TICKET_PATTERN,
  endpoint: ENDPOINT_PATTERN,
};

/** Request headers that reach the API. All others stay here, among them every one that says who the client is. A body is JSON. */
const TO_API = ['authorization', 'accept', 'accept-encoding', 'if-none-match', 'last-event-id'] as const;
const JSON_BODY = { 'content-type': 'application/json' } as const;
const TO_PAGE = [
  'content-type',
  'content-encoding',
  'cache-control',
  'etag',
  'vary',
  'retry-after',
  'ledger-position',
  'www-authenticate',
  'x-content-type-options',
] as const;
/** Purchase and ledger respond to any read, and a stream of events begins, within this. */
const FIRST_BYTE_MS = 30_000;

/** The controllers of all proxied routes. */
export const proxyControllers = (): Type[] =>
  UPSTREAMS.flatMap((upstream) => PROXIED[upstream].map((route) => controllerOf(upstream, ...(route.split(' ') as [Method, string]))));

function controllerOf(upstream: (typeof UPSTREAMS)[number], method: Method, path: string): Type {
  @Controller()
  class ProxyController {
    constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

    @RequestMapping({ path: `${API}${path}`, method: RequestMethod[method] })
    async serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      const address = addressOf(path, request);
      if (address === undefined) send(reply, httpProblem('route-unknown'));
      else await passOn(new URL(address, this.environment[upstream]), request, reply);
    }
  }
  return ProxyController;
}

/** The path is written from parts that were checked, never taken from the request's text: no dots and no slashes can move it. */
function addressOf(path: string, { params, raw }: FastifyRequest): string | undefined {
  const given = params as Readonly<Record<string, string>>;
  const written = path.replace(/:(\w+)/g, (_, part: string) => (PARTS[part]?.test(given[part] ?? '') ? `${given[part]}` : '/'));
  if (written.includes('//') || written.endsWith('/')) return undefined;
  const query = raw.url?.indexOf('?') ?? -1;
  return query < 0 ? written : `${written}${raw.url?.slice(query)}`;
}

async function passOn(url: URL, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const body = request.body instanceof Buffer ? request.body : undefined;
  const headers = { ...pick(request.headers, TO_API), ...(body !== undefined && JSON_BODY) };
  const end = new AbortController();
  whenOver(request.raw.socket, reply.raw, () => end.abort());
  const answered = await answerOf(url, { method: request.method, headers, body, signal: end.signal }).catch(() => undefined);
  if (answered === undefined) {
    if (!end.signal.aborted) send(reply, problemAnswer('upstream-unreachable', `${url.origin} did not respond.`));
    return;
  }
  const { statusCode = 502, headers: told } = answered;
  reply.code(statusCode).headers(pick(told, TO_PAGE)).send(answered);
}

interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal;
}

function answerOf(url: URL, { method, headers, body, signal }: Asked): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = ask(url, { method, headers, signal });
    const timer = setTimeout(() => asked.destroy(new Error('no response in time')), FIRST_BYTE_MS);
    asked.on('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    asked.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    asked.end(body);
  });
}

const pick = (of: Readonly<Record<string, string | string[] | undefined>>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (typeof of[name] === 'string' ? [[name, of[name]]] : [])));
