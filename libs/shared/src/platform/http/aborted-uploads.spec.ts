import { connect } from 'node:net';
import { Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../process/logger.js';
import { TrustedProxies } from './client-address.js';
import { Connections } from './connections.js';
import { RouteList } from './docs/route-list.js';
import { createHttpAdapter } from './http-server.js';
import { ProblemFilter } from './problem.filter.js';

const NO_PROXIES = new TrustedProxies([]);

@Controller()
class Uploads {
  @Post('/uploads')
  take(): string {
    return '';
  }

  @Post('/broken')
  fail(): never {
    throw new Error('a defect of ours');
  }
}

@Module({ controllers: [Uploads] })
class UploadsModule {}

let app: NestFastifyApplication;
let errors: unknown[];
let aborted: (string | undefined)[];
let reportAbort: () => void;

beforeEach(async () => {
  [errors, aborted] = [[], []];
  const adapter = createHttpAdapter({ maxBodyBytes: 1_000 }, new Connections({ total: 100, each: 50 }, NO_PROXIES), NO_PROXIES);
  const routes = new RouteList(adapter.getInstance<FastifyInstance>());
  app = await NestFactory.create<NestFastifyApplication>(UploadsModule, adapter, { logger: false, bodyParser: false });
  const logger = { error: (said: unknown) => errors.push(said) } as unknown as Logger;
  const onAborted = (route: string | undefined): void => {
    aborted.push(route);
    reportAbort();
  };
  app.useGlobalFilters(new ProblemFilter(routes, logger, onAborted));
  await app.listen(0, '127.0.0.1');
});

afterEach(() => app.close());

/** Announces 100 bytes, sends some of them and disconnects. */
async function breakOff(path: string, sent: string, how: 'end' | 'resetAndDestroy'): Promise<void> {
  const reported = new Promise<void>((resolve) => {
    reportAbort = resolve;
  });
  const socket = connect(Number(new URL(await app.getUrl()).port), '127.0.0.1');
  socket.on('error', () => undefined); // a client that resets a connection also gets an error
  socket.write(`POST ${path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n${sent}`, () =>
    socket[how](),
  );
  await reported;
}

it.each([
  ['reset', 'resetAndDestroy'],
  ['closed', 'end'],
] as const)('counts an upload whose connection is %s half way, and logs no error', async (_, how) => {
  await breakOff('/uploads', '{"half":', how);
  expect([aborted, errors]).toEqual([['/uploads'], []]);
});

it('logs an error of the service', async () => {
  const response = await fetch(`${await app.getUrl()}/broken`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect([response.status, aborted, errors]).toMatchObject([500, [], [{ route: '/broken' }]]);
});
