import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeyedSlots, type Release } from '../../kernel/concurrency/keyed-slots.js';
import { hashApiKey } from '../tenants/credentials.js';
import type { Tenant } from '../tenants/tenant.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import { type Admission, isAdmitted, type TenantLimits } from '../tenants/tenant-limits.js';
import { type Answer, type HttpProblem, httpProblem } from './answer.js';
import { clientKey, type TrustedProxies } from './client-address.js';
import type { Connections } from './connections.js';
import { type Headers, send } from './reply.js';
import { whenOver } from './request-end.js';

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,256}) *$/i;
const CHALLENGE = 'Bearer realm="admit-one"';

/** Routes of every app that need no API key. */
export const OPEN_ROUTES = ['/health/live', '/health/ready', '/docs', '/docs/json', '/docs/assets/:name'] as const;
/** Requests without an API key that one client address may have under way: with bodies of 200 KiB each, 50 MiB of memory. */
const MAX_ANONYMOUS_PER_ADDRESS = 256;

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Most tenants have no such key, and then nothing is hashed. */
const isReadOnly = ({ apiKeys }: Tenant, apiKey: string): boolean =>
  apiKeys.some(({ readOnly }) => readOnly === true) &&
  apiKeys.some(({ hash, readOnly }) => readOnly === true && hash === hashApiKey(apiKey));

type Refused = { readonly answer: Answer; readonly headers: Headers };

/** The authenticated caller; its key stays valid as long as the directory says so. */
export interface Admitted {
  readonly tenant: Tenant;
  readonly apiKey: string;
  readonly admission: Admission;
}

export interface AuthGuardOptions {
  /** Routes that need no API key, by route pattern. All others need one. */
  readonly publicRoutes: ReadonlySet<string>;
  /** Requests for decisions, as method and route pattern: rejected while too many wait for their decision. Default: none. */
  readonly decisions?: ReadonlySet<string>;
  /** Called for every rejected request, with its tenant if known. */
  readonly onRejected: (why: HttpProblem, tenant?: string) => void;
}

/** Limits of clients in this process. */
export interface ClientLimits {
  readonly connections: Pick<Connections, 'identify'>;
  readonly proxies: TrustedProxies;
  /** Requests under way of one client address behind a trusted proxy, whose connections are not the client's. */
  readonly maxInFlightPerAddress: number;
}

/**
 * Authenticates callers by their API keys and enforces the limits of their tenants. It decides on the request head, before any byte of
 * the body is read; as Nest's guard it only asserts that it did, so that no route bypasses it.
 */
export class AuthGuard implements CanActivate {
  private readonly admitted = new WeakMap<object, Admitted>();
  private readonly anonymous = new KeyedSlots(MAX_ANONYMOUS_PER_ADDRESS);
  private readonly forwarded: KeyedSlots;
  private closing = false;

  constructor(
    private readonly tenants: Pick<TenantDirectory, 'ofKey'>,
    private readonly limits: TenantLimits,
    private readonly clients: ClientLimits,
    private readonly house: AuthGuardOptions,
  ) {
    this.forwarded = new KeyedSlots(clients.maxInFlightPerAddress);
  }

  guard(server: FastifyInstance): void {
    server.addHook('onRequest', (request, reply, done) => {
      const refused = this.refuse(request, reply);
      if (refused === undefined) done();
      else send(reply, refused.answer, refused.headers);
    });
    server.addHook('preHandler', async (request) => {
      await this.admitted.get(request.raw)?.admission.begin();
    });
  }

  canActivate(context: ExecutionContext): boolean {
    const { raw, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    return this.admitted.has(raw) || this.isPublic(routeOptions.url);
  }

  /** The authenticated caller of this request. */
  of(request: FastifyRequest): Admitted {
    const admitted = this.admitted.get(request.raw);
    if (admitted === undefined) throw new Error(`${request.url} was reached without an API key`);
    return admitted;
  }

  /** Rejects all further requests. */
  close(): void {
    this.closing = true;
  }

  /** Admitted requests in progress. */
  get inFlight(): { readonly anonymous: number; readonly forwarded: number; readonly tenants: number } {
    return { anonymous: this.anonymous.count, forwarded: this.forwarded.count, tenants: this.limits.inFlight };
  }

  private refuse(request: FastifyRequest, reply: FastifyReply): Refused | undefined {
    if (this.closing) return this.no('stopping', { Connection: 'close' });
    if (request.is404) return undefined;
    const isPublic = this.isPublic(request.routeOptions.url);
    return this.refuseAddress(request, reply, isPublic) ?? (isPublic ? undefined : this.refuseTenant(request, reply));
  }

  private isPublic(route = ''): boolean {
    return this.house.publicRoutes.has(route);
  }

  /** Clients behind a trusted proxy share its connections, and so are counted here; so are those that need no API key. */
  private refuseAddress(request: FastifyRequest, reply: FastifyReply, isPublic: boolean): Refused | undefined {
    const isForwarded = this.clients.proxies.has(request.raw.socket.remoteAddress ?? '');
    if (!isPublic && !isForwarded) return undefined;
    const release = (isPublic ? this.anonymous : this.forwarded).take(clientKey(request.ip));
    if (release === undefined) return this.no('too-many-from-address', {});
    this.releaseAtEnd(request, reply, release);
    return undefined;
  }

  private refuseTenant(request: FastifyRequest, reply: FastifyReply): Refused | undefined {
    const apiKey = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const tenant = apiKey === undefined ? undefined : this.tenants.ofKey(apiKey);
    if (apiKey === undefined) return this.no('unauthorized', { 'WWW-Authenticate': CHALLENGE });
    if (tenant === undefined) return this.no('unauthorized', { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"` });
    if (!READING.has(request.method) && isReadOnly(tenant, apiKey))
      return this.no('unauthorized', { 'WWW-Authenticate': `${CHALLENGE}, error="insufficient_scope"` }, tenant.tenant);
    if (tenant.status !== 'active') return this.no('tenant-refused', {}, tenant.tenant);
    if (!this.clients.connections.identify(request.raw.socket, tenant.tenant))
      return this.no('too-many-connections', { Connection: 'close' }, tenant.tenant);
    const isDecision = this.house.decisions?.has(`${request.method} ${request.routeOptions.url}`);
    const admission = this.limits.enter(tenant.tenant, isDecision ? 'decision' : 'other');
    if (!isAdmitted(admission)) return this.no(admission.why, { 'Retry-After': `${admission.retryAfterSeconds}` }, tenant.tenant);
    this.admitted.set(request.raw, { tenant, apiKey, admission });
    this.releaseAtEnd(request, reply, () => admission.end());
    return undefined;
  }

  private no(why: HttpProblem, headers: Headers, tenant?: string): Refused {
    this.house.onRejected(why, tenant);
    return { answer: httpProblem(why), headers };
  }

  private releaseAtEnd(request: FastifyRequest, reply: FastifyReply, release: Release): void {
    whenOver(request.raw.socket, reply.raw, release);
  }
}
