import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AuthGuard } from '#shared/platform/http/auth-guard.js';
import { TrustedProxies } from '#shared/platform/http/client-address.js';
import { Connections } from '#shared/platform/http/connections.js';
import { createHttpAdapter } from '#shared/platform/http/http-server.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { TenantLimits } from '#shared/platform/tenants/tenant-limits.js';
import { TenantRates } from '#shared/platform/tenants/tenant-rates.js';
import { waitFor } from '../../dev/processes/wait.js';

/** Requests of a tenant at once, and of an address behind a proxy. */
const AT_ONCE = 2;
/** More, one after the other, than may be at once. */
const TURNS = 3 * AT_ONCE;
const MAX_BODY_BYTES = 1_000;
const LONG_ANSWER = 'x'.repeat(16 * 1024 * 1024); // more than the network buffers hold without a reader
const WAIT = { what: 'every slot is given back', timeoutMs: 60_000 };
const NOTHING = { anonymous: 0, forwarded: 0, tenants: 0 };

/** A server of two tenants, whose handlers end in every way there is. */
class Door {
  readonly admission: AuthGuard;
  readonly refused: string[] = [];
  readonly held: FastifyReply[] = [];
  private readonly fastify: FastifyInstance;
  private readonly sockets: Socket[] = [];

  constructor(proxies = '', connections = { total: 1_000, each: 500 }) {
    const trusted = TrustedProxies.of(proxies);
    const open = new Connections(connections, trusted);
    this.admission = new AuthGuard(
      { ofKey: (key) => ({ tenant: key, status: 'active', apiKeys: [] as Tenant['apiKeys'] }) as Tenant },
      new TenantLimits(new TenantRates(1_000_000, 1_000_000), AT_ONCE),
      { connections: open, proxies: trusted, maxInFlightPerAddress: AT_ONCE },
      { publicRoutes: new Set(['/public']), onRejected: (why) => void this.refused.push(why) },
    );
    this.fastify = createHttpAdapter({ maxBodyBytes: MAX_BODY_BYTES }, open, trusted).getInstance<FastifyInstance>();
    this.admission.guard(this.fastify);
    this.fastify.get('/quick', async () => 'done');
    this.fastify.get('/public', async () => 'done');
    this.fastify.get('/throws', async () => {
      throw new Error('a handler failed');
    });
    this.fastify.get('/held', (_request: FastifyRequest, reply) => {
      this.held.push(reply);
    });
    this.fastify.get('/long', async () => LONG_ANSWER);
    this.fastify.get('/hijacked', (_request, reply) => {
      reply.hijack();
      this.held.push(reply);
      reply.raw.write('begun');
    });
    this.fastify.post('/body', async () => 'done');
  }

  async open(): Promise<this> {
    await this.fastify.listen({ port: 0, host: '127.0.0.1' });
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await this.fastify.close();
  }

  /** A connection on which something was sent. */
  send(text: string): Socket {
    const socket = connect((this.fastify.server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined); // it is broken on purpose
    socket.write(text);
    this.sockets.push(socket);
    return socket;
  }

  /** The status of the answer; the connection ends with it. */
  async status(text: string): Promise<number> {
    const socket = this.send(text);
    let response = '';
    for await (const chunk of socket) response += String(chunk);
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1] ?? 0);
  }

  async holds(requests: number): Promise<void> {
    await waitFor(() => this.held.length === requests, { what: `${requests} requests are held`, timeoutMs: WAIT.timeoutMs });
  }
}

const request = (path: string, more: readonly string[] = [], method = 'GET', tenant = 'demo'): string =>
  [`${method} ${path} HTTP/1.1`, 'Host: here', `Authorization: Bearer ${tenant}`, ...more, '', ''].join('\r\n');
const LAST = ['Connection: close'];
const JSON_BODY = ['Content-Type: application/json'];

let door: Door;
const opened = async (...given: ConstructorParameters<typeof Door>): Promise<Door> => {
  door = await new Door(...given).open();
  return door;
};
afterEach(() => door.close());

const givesBack = (): Promise<void> => waitFor(() => JSON.stringify(door.admission.inFlight) === JSON.stringify(NOTHING), WAIT);

describe('[L13] a tenant', () => {
  it('has as many requests under way as it may, and another tenant as many', async () => {
    await opened();
    for (const tenant of ['demo', 'demo', 'acme']) door.send(request('/held', [], 'GET', tenant));
    await door.holds(3);
    expect(await door.status(request('/quick', LAST))).toBe(429);
    expect(await door.status(request('/quick', LAST, 'GET', 'acme'))).toBe(200);
    expect(door.refused).toEqual(['too-many-requests']);
  });

  it.each([
    ['are answered', request('/quick', LAST), 200],
    ['are answered with their head alone', request('/quick', LAST, 'HEAD'), 200],
    ['throw', request('/throws', LAST), 500],
    [
      'have a body that is too long',
      `${request('/body', [...LAST, ...JSON_BODY, 'Content-Length: 5000'], 'POST')}${'x'.repeat(5_000)}`,
      413,
    ],
    ['have a body of another type', `${request('/body', [...LAST, 'Content-Type: text/plain', 'Content-Length: 2'], 'POST')}{}`, 415],
    ['need no key', request('/public', LAST), 200],
  ])('may send more requests one after the other than at once, which %s', async (_, text, status) => {
    await opened();
    for (let turn = 0; turn < TURNS; turn++) expect(await door.status(text)).toBe(status);
    await givesBack();
  });

  it.each([
    ['within the body', `${request('/body', [...JSON_BODY, 'Content-Length: 100'], 'POST')}{`],
    ['while nothing is answered', request('/held')],
    ['within the answer', request('/long')],
    ['within a stream', request('/hijacked')],
    ['while more requests wait behind the first on its connection', `${request('/held')}${request('/hijacked')}`],
  ])('gets its slots back when its client leaves %s', async (_, text) => {
    await opened();
    const requests = text.split('HTTP/1.1').length - 1;
    for (let turn = 0; turn < TURNS; turn++) {
      const socket = door.send(text);
      await waitFor(() => door.admission.inFlight.tenants === requests, { what: 'it is under way', timeoutMs: WAIT.timeoutMs });
      socket.destroy();
      await givesBack();
    }
    expect(door.refused).toEqual([]);
  });

  it('gets its slots back when its client leaves with an answer unread', async () => {
    await opened();
    for (let turn = 0; turn < TURNS; turn++) {
      const socket = door.send(request('/long'));
      await once(socket, 'readable');
      expect(door.admission.inFlight.tenants).toBe(1);
      socket.destroy();
      await givesBack();
    }
  });
});

describe('[L13] a client address', () => {
  it('behind a trusted proxy has as many requests under way as it may, on whichever connection; another address has as many', async () => {
    await opened('127.0.0.1');
    const from = (address: string): string[] => [`X-Forwarded-For: ${address}`];
    for (const tenant of ['demo', 'acme']) door.send(request('/held', from('203.0.113.1'), 'GET', tenant));
    await door.holds(2);
    expect(await door.status(request('/quick', [...LAST, ...from('203.0.113.1')], 'GET', 'third'))).toBe(429);
    expect(await door.status(request('/quick', [...LAST, ...from('203.0.113.2')], 'GET', 'third'))).toBe(200);
    expect(await door.status(request('/quick', [...LAST, ...from('203.0.113.2, 203.0.113.1')], 'GET', 'third'))).toBe(429); // the last is the proxy's
    expect(door.refused).toEqual(['too-many-from-address', 'too-many-from-address']);
    for (const reply of door.held) reply.send('done');
    await givesBack();
  });

  it('is not taken from an untrusted header', async () => {
    await opened('', { total: 8, each: 2 });
    const from = (host: number): string => request('/held', [`X-Forwarded-For: 203.0.113.${host}`], 'GET', `tenant-${host}`);
    const kept = [door.send(from(1)), door.send(from(2))];
    await door.holds(2);
    const third = door.send(from(3));
    await once(third, 'close');
    expect([door.held.length, kept.map(({ destroyed }) => destroyed)]).toEqual([2, [false, false]]);
  });
});
