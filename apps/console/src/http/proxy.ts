import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Controller, Get, Inject, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ORDER_PATTERN, SALE_PATTERN, TICKET_PATTERN } from '#shared/kernel/ids.js';
import { httpProblem } from '#shared/platform/http/answer.js';
import { send } from '#shared/platform/http/reply.js';
import { whenOver } from '#shared/platform/http/request-end.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { ENVIRONMENT } from '#shared/platform/process/process.module.js';
import { problemAnswer } from '../problems.js';

/** Reads of the two public HTTP APIs that the page uses, by route. Nothing else is passed on, and nothing that changes anything. */
const PROXIED = {
  CONSOLE_PURCHASE_URL: [
    '/v1/sales',
    '/v1/sales/:sale',
    '/v1/sales/:sale/units',
    '/v1/sales/:sale/refunds-due',
    '/v1/sales/:sale/orders/:order',
    '/v1/tickets/:ticket',
    '/v1/tickets/:ticket/receipt',
    '/v1/events',
  ],
  CONSOLE_LEDGER_URL: ['/v1/ledger', '/v1/ledger/balances', '/v1/ledger/orders', '/v1/ledger/tickets', '/v1/ledger/revenue'],
} as const satisfies Partial<Record<keyof Environment, readonly string[]>>;

const UPSTREAMS = Object.keys(PROXIED) as readonly (keyof typeof PROXIED)[];
/** Where the page finds the APIs. */
export const API = '/api';

const PARTS: Readonly<Record<string, RegExp>> = { sale: SALE_PATTERN, order: ORDER_PATTERN, ticket: TICKET_PATTERN };

/** Request headers that reach the API. All others stay here, among them every one that says who the client is or what is in a body. */
const TO_API = ['authorization', 'accept', 'accept-encoding', 'if-none-match', 'last-event-id'] as const;
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
  UPSTREAMS.flatMap((upstream) => PROXIED[upstream].map((path) => controllerOf(upstream, path)));

function controllerOf(upstream: (typeof UPSTREAMS)[number], path: string): Type {
  @Controller()
  class ProxyController {
    constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

    @Get(`${API}${path}`)
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
  const headers = pick(request.headers, TO_API);
  const end = new AbortController();
  whenOver(request.raw.socket, reply.raw, () => end.abort());
  const answered = await answerOf(url, headers, end.signal).catch(() => undefined);
  if (answered === undefined) {
    if (!end.signal.aborted) send(reply, problemAnswer('upstream-unreachable', `${url.origin} did not respond.`));
    return;
  }
  const { statusCode = 502, headers: told } = answered;
  reply.code(statusCode).headers(pick(told, TO_PAGE)).send(answered);
}

function answerOf(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = ask(url, { method: 'GET', headers, signal });
    const timer = setTimeout(() => asked.destroy(new Error('no response in time')), FIRST_BYTE_MS);
    asked.on('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    asked.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    asked.end();
  });
}

const pick = (of: Readonly<Record<string, string | string[] | undefined>>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (typeof of[name] === 'string' ? [[name, of[name]]] : [])));
