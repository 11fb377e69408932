import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { METRICS_PATH } from '../metrics/metrics-page.js';
import type { Tenant } from '../tenants/tenant.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import { type Answer, type DoorProblem, doorProblem } from './answer.js';
import { type Headers, send } from './reply.js';
import type { TenantRates } from './tenant-rates.js';

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,256}) *$/i;
const CHALLENGE = 'Bearer realm="admit-one"';

/** What every app lets anybody ask; the metrics, whoever watches the service: they are kept inside, or behind METRICS_TOKEN. */
export const OPEN_ROUTES = ['/health/live', '/health/ready', METRICS_PATH, '/docs', '/docs/json'] as const;

type Refused = { readonly answer: Answer; readonly headers: Headers };

/** Who asks, once known; the key it asked with is good for as long as the directory says. */
export interface Admitted {
  readonly tenant: Tenant;
  readonly apiKey: string;
}

export interface HouseRules {
  /** What may be asked without an API key, by the pattern of its route. Whatever is not here wants one. */
  readonly publicRoutes: ReadonlySet<string>;
  /** Requests of one tenant under way in this process: what they may take of it while what is behind it is slow. */
  readonly maxUnderWayPerTenant: number;
  /** Told of everybody who is not let in, and whose they are where that is known. */
  readonly turnedAway: (why: DoorProblem, tenant?: string) => void;
}

/** The door: tells tenants by their API keys, before a byte of the body is read, and lets none of them ask too fast. */
export class Admission {
  private readonly admitted = new WeakMap<object, Admitted>();
  private readonly underWay = new Map<string, number>();
  private closing = false;

  constructor(
    private readonly tenants: Pick<TenantDirectory, 'ofKey'>,
    private readonly rates: TenantRates,
    private readonly house: HouseRules,
  ) {}

  guard(server: FastifyInstance): void {
    server.addHook('onRequest', (request, reply, done) => {
      const refused = this.refuse(request, reply);
      if (refused === undefined) done();
      else send(reply, refused.answer, refused.headers);
    });
  }

  /** Who was let in with this request. */
  of(request: FastifyRequest): Admitted {
    const admitted = this.admitted.get(request.raw);
    if (admitted === undefined) throw new Error(`${request.url} was reached without an API key`);
    return admitted;
  }

  /** Lets nobody in any more. */
  close(): void {
    this.closing = true;
  }

  private refuse(request: FastifyRequest, reply: FastifyReply): Refused | undefined {
    if (this.closing) return this.no('stopping', { Connection: 'close' });
    if (request.is404 || this.house.publicRoutes.has(request.routeOptions.url ?? '')) return undefined;
    const apiKey = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const tenant = apiKey === undefined ? undefined : this.tenants.ofKey(apiKey);
    if (apiKey === undefined) return this.no('unauthorized', { 'WWW-Authenticate': CHALLENGE });
    if (tenant === undefined) return this.no('unauthorized', { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"` });
    if (tenant.status !== 'active') return this.no('tenant-refused', {}, tenant.tenant);
    const waitSeconds = this.underWayOf(tenant.tenant) >= this.house.maxUnderWayPerTenant ? 1 : this.rates.take(tenant.tenant);
    if (waitSeconds > 0) return this.no('too-many-requests', { 'Retry-After': `${waitSeconds}` }, tenant.tenant);
    this.admitted.set(request.raw, { tenant, apiKey });
    this.count(tenant.tenant, reply);
    return undefined;
  }

  private no(why: DoorProblem, headers: Headers, tenant?: string): Refused {
    this.house.turnedAway(why, tenant);
    return { answer: doorProblem(why), headers };
  }

  private count(tenant: string, reply: FastifyReply): void {
    this.underWay.set(tenant, this.underWayOf(tenant) + 1);
    reply.raw.once('close', () => {
      const left = this.underWayOf(tenant) - 1;
      if (left === 0) this.underWay.delete(tenant);
      else this.underWay.set(tenant, left);
    });
  }

  private underWayOf(tenant: string): number {
    return this.underWay.get(tenant) ?? 0;
  }
}
