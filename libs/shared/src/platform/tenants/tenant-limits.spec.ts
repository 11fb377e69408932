import { type Admission, isAdmitted, type RequestKind, TenantLimits, WAITING } from './tenant-limits.js';
import { TenantRates } from './tenant-rates.js';

const MANY = WAITING.most;
const unlimitedRates = (): TenantRates => new TenantRates(1_000_000, 1_000_000);
const limitsOf = (maxInFlight: number): TenantLimits => new TenantLimits(unlimitedRates(), maxInFlight);
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function admitted(limits: TenantLimits, tenant: string, kind: RequestKind = 'other'): Admission {
  const result = limits.enter(tenant, kind);
  if (!isAdmitted(result)) throw new Error(`rejected: ${result.why}`);
  return result;
}

/** Requests that begin in their turn, and end when the test ends them. */
class Requests {
  readonly begun: Admission[] = [];

  constructor(
    private readonly limits: TenantLimits,
    private readonly tenant: string,
  ) {}

  add(count: number, kind: RequestKind = 'decision'): this {
    for (let added = 0; added < count; added += 1) {
      const admission = admitted(this.limits, this.tenant, kind);
      void admission.begin().then(() => this.begun.push(admission));
    }
    return this;
  }

  /** Ends a running request. */
  async end(): Promise<void> {
    this.begun.shift()?.end();
    await settled();
  }
}

describe('[L13] a tenant', () => {
  it('may have a bounded number of concurrent requests, and gets a retry time', () => {
    const limits = limitsOf(2);
    for (const tenant of ['demo', 'demo', 'acme']) admitted(limits, tenant);
    expect(limits.enter('demo', 'other')).toEqual({ why: 'too-many-requests', retryAfterSeconds: 1 });
  });

  it('may send another request as soon as one ends, for more in total than may be concurrent', () => {
    const limits = limitsOf(2);
    for (let turn = 0; turn < 10; turn++) admitted(limits, 'demo', 'decision').end();
    expect(limits.inFlight).toBe(0);
  });

  it('holds no slot for a request that exceeded the rate', () => {
    const limits = new TenantLimits(new TenantRates(1, 1, () => 0), 2);
    const first = admitted(limits, 'demo');
    for (let turn = 0; turn < 10; turn++) expect(limits.enter('demo', 'decision')).toMatchObject({ why: 'too-many-requests' });
    expect(limits.inFlight).toBe(1);
    first.end();
    first.end();
    expect(limits.inFlight).toBe(0);
  });

  it('spends no token on a request without a slot', () => {
    const limits = new TenantLimits(new TenantRates(1, 2, () => 0), 1);
    const first = admitted(limits, 'demo');
    for (let turn = 0; turn < 10; turn++) expect(limits.enter('demo', 'other')).toMatchObject({ retryAfterSeconds: 1 });
    first.end();
    admitted(limits, 'demo');
  });
});

describe('[L13] beside a tenant with thousands of requests', () => {
  it('another one waits for at most 32 of its requests once it is in use, and for one released slot before', async () => {
    const limits = limitsOf(MANY);
    const flood = new Requests(limits, 'flood').add(MANY - 1);
    await settled();
    expect(flood.begun).toHaveLength(512); // it is alone
    const quiet = new Requests(limits, 'quiet').add(1);
    await flood.end();
    expect([flood.begun.length, quiet.begun.length]).toEqual([511, 1]);
    await quiet.end();
    while (flood.begun.length > 32) await flood.end();
    await flood.end();
    expect(flood.begun).toHaveLength(32); // when one ends, another begins
    new Requests(limits, 'quiet').add(1);
    await settled();
    expect(limits.inFlight).toBe(MANY - 1 - 512 + 32);
  });

  it('its own reads begin at once', async () => {
    const limits = limitsOf(MANY);
    new Requests(limits, 'flood').add(MANY - 1);
    const read = new Requests(limits, 'flood').add(1, 'other');
    await settled();
    expect(read.begun).toHaveLength(1);
  });

  it('releases the slot of a request whose caller left before its turn', async () => {
    const limits = limitsOf(MANY);
    const first = new Requests(limits, 'demo').add(512);
    await settled();
    const left = admitted(limits, 'demo', 'decision');
    const turn = left.begin();
    left.end();
    await first.end();
    await turn;
    const next = new Requests(limits, 'demo').add(1);
    await settled();
    expect(next.begun).toHaveLength(1);
  });
});

describe('[L10] a request for a decision', () => {
  it('is rejected, with a retry time, while more wait than can be decided in time; a read is not', async () => {
    const limits = limitsOf(2 * MANY);
    new Requests(limits, 'flood').add(MANY);
    expect(limits.enter('flood', 'decision')).toEqual({ why: 'too-many-waiting', retryAfterSeconds: 1 });
    admitted(limits, 'flood', 'other');
  });

  it("[L13] of a tenant below its share is admitted, whatever number of another tenant's wait", () => {
    const limits = limitsOf(2 * MANY);
    new Requests(limits, 'flood').add(MANY);
    for (let order = 0; order < MANY / 2; order += 1) admitted(limits, 'quiet', 'decision');
    expect(limits.enter('quiet', 'decision')).toMatchObject({ why: 'too-many-waiting' });
  });

  it('is admitted while few wait, however slowly they are decided', () => {
    const limits = limitsOf(MANY);
    new Requests(limits, 'demo').add(WAITING.least - 1);
    admitted(limits, 'demo', 'decision');
  });
});
