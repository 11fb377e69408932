import { jetstreamManager } from '@nats-io/jetstream';
import { type ConnectionOptions, connect, type NatsConnection, nkeyAuthenticator, PermissionViolationError } from '@nats-io/transport-node';
import { createLogger } from '#shared/platform/process/logger.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { type Issued, TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { inspectTopology } from '#shared/platform/topology/inspect.js';
import { provision } from '#shared/platform/topology/provision.js';
import { TENANTS_STREAM } from '#shared/platform/topology/streams.js';
import { startNats } from '../../dev/nats/server.js';
import { followTenants, tenantUsers } from '../../dev/nats/tenant-users.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Stage } from '../stages/stage.js';

const WAIT_MS = 60_000;
const HOUR_MS = 3_600_000;
const BOTH = { apiKey: true, webhookSecret: true, natsUser: false, overlapMs: HOUR_MS };
const SILENT = createLogger('test', 'silent');
const stage = Stage.forTests();
const folder = stage.folder('tenants');
let server: Awaited<ReturnType<typeof startNats>>;
let register: TenantRegister;
let directory: TenantDirectory;

const as = (user: string, more: ConnectionOptions = {}): Promise<NatsConnection> =>
  stage.keep(connect({ ...server.connection(user), reconnectTimeWait: 50, maxReconnectAttempts: -1, ...more }));

async function created(name: string, given = {}): Promise<Required<Issued>> {
  const issued = await register.create(name, given);
  if (issued === undefined) throw new Error(`${name} exists`);
  await seen(`${name} is active`, () => directory.active(name) !== undefined);
  return issued as Required<Issued>;
}

const seen = (what: string, condition: () => boolean): Promise<void> => waitFor(async () => condition(), { what, timeoutMs: WAIT_MS });

beforeAll(async () => {
  server = await stage.keep(startNats({ dataDir: folder }));
  await provision(await as('provision'));
  register = await TenantRegister.on(await as('operator'));
  directory = await TenantDirectory.watch(await as('purchase'), SILENT);
  stage.onClose(() => directory.stop());
}, 180_000);

describe('a tenant that is created', () => {
  it('is admitted with its API key at once, in every process', async () => {
    const { apiKey, webhookSecret, natsSeed } = await created('first');
    expect(directory.ofKey(apiKey)).toMatchObject({ tenant: 'first', status: 'active' });
    expect([apiKey, webhookSecret, natsSeed]).toEqual([
      expect.stringMatching(/^admit_[\w-]{43}$/),
      expect.stringMatching(/^whsec_[\w+/]{43}=$/),
      expect.stringMatching(/^SU[A-Z2-7]{56}$/),
    ]);
    expect(directory.ofKey(`${apiKey}x`)).toBeUndefined();
    expect(directory.active('First')).toBeUndefined();
  });

  it('is not made a second time, and keeps its credentials', async () => {
    const { apiKey } = await created('twice');
    expect(await Promise.all([register.create('twice'), register.create('twice')])).toEqual([undefined, undefined]);
    expect(directory.ofKey(apiKey)?.tenant).toBe('twice');
  });

  it('is created by one of ten concurrent attempts', async () => {
    const issued = await Promise.all(Array.from({ length: 10 }, () => register.create('race')));
    expect(issued.filter((one) => one !== undefined)).toHaveLength(1);
  });

  it('leaves neither its API key nor its NATS seed on the server', async () => {
    const { apiKey, natsSeed, webhookSecret } = await created('hashed');
    const jsm = await jetstreamManager(await as('provision'));
    const stored = (await jsm.streams.getMessage(TENANTS_STREAM, { last_by_subj: '$KV.tenants.hashed' }))?.string() ?? '';
    expect([apiKey, natsSeed, webhookSecret].map((secret) => stored.includes(secret))).toEqual([false, false, true]);
    expect(JSON.stringify(await jsm.streams.info(TENANTS_STREAM))).not.toContain(apiKey);
  });

  it('takes credentials over that were made elsewhere, unless they are too weak', async () => {
    const given = { apiKey: 'k'.repeat(32), webhookSecret: `whsec_${Buffer.alloc(32).toString('base64')}`, hasNatsPassword: true };
    expect(await created('given', given)).not.toHaveProperty('natsSeed');
    expect(directory.ofKey(given.apiKey)?.webhookSecrets).toEqual([{ secret: given.webhookSecret }]);
    for (const bad of [
      { apiKey: 'short' },
      { apiKey: `${'k'.repeat(32)} ` },
      { webhookSecret: 'whsec_short' },
      { webhookSecret: 'secret' },
    ])
      await expect(register.create('weak', bad)).rejects.toMatchObject({ code: 'tenant-refused' });
  });

  it.each(['', 'a.b', 'a b', '*', '>', 'é', 't'.repeat(65)])('is not called %j', async (name) => {
    await expect(register.create(name)).rejects.toMatchObject({ code: 'tenant-refused' });
    await expect(register.setStatus(name, 'disabled')).rejects.toMatchObject({ code: 'tenant-refused' });
  });
});

describe('credentials that are rotated', () => {
  it('are good beside the old ones for a while, two at most', async () => {
    const first = await created('rotated');
    const second = await register.rotate('rotated', BOTH);
    await seen('the second key is good', () => directory.ofKey(second.apiKey ?? '') !== undefined);
    expect(directory.ofKey(first.apiKey)?.webhookSecrets.map(({ secret }) => secret)).toEqual([second.webhookSecret, first.webhookSecret]);
    const third = await register.rotate('rotated', BOTH);
    await seen('the third key is good', () => directory.ofKey(third.apiKey ?? '') !== undefined);
    expect([first, second].map(({ apiKey }) => directory.ofKey(apiKey ?? '')?.tenant)).toEqual([undefined, 'rotated']);
  });

  it('end when their time is up, without any action', async () => {
    const { apiKey } = await created('expires');
    const { apiKey: next } = await register.rotate('expires', { ...BOTH, webhookSecret: false, overlapMs: HOUR_MS });
    await seen('the next key is good', () => directory.ofKey(next ?? '') !== undefined);
    expect(directory.ofKey(apiKey)?.tenant).toBe('expires');
    const { now } = Date;
    try {
      Date.now = () => now() + HOUR_MS;
      expect(directory.ofKey(apiKey)).toBeUndefined();
      expect(directory.ofKey(next ?? '')?.webhookSecrets).toHaveLength(1);
    } finally {
      Date.now = now;
    }
  });

  it('end at once without an overlap', async () => {
    const { apiKey } = await created('leaked');
    const { apiKey: next } = await register.rotate('leaked', { ...BOTH, overlapMs: 0 });
    await seen('the next key is good', () => directory.ofKey(next ?? '') !== undefined);
    expect(directory.ofKey(apiKey)).toBeUndefined();
  });

  it('are all kept track of when two people rotate at once', async () => {
    await created('both');
    const issued = await Promise.all([register.rotate('both', BOTH), register.rotate('both', BOTH)]);
    await seen('both new keys are good', () => issued.every(({ apiKey }) => directory.ofKey(apiKey ?? '')?.tenant === 'both'));
  });
});

describe('is admitted nowhere unless it is an active tenant', () => {
  it('when it is disabled, until it is enabled', async () => {
    const { apiKey } = await created('off');
    await register.setStatus('off', 'disabled');
    await seen('it is not active', () => directory.active('off') === undefined);
    expect(directory.ofKey(apiKey)?.status).toBe('disabled');
    await register.setStatus('off', 'active');
    await seen('it is active', () => directory.active('off') !== undefined);
  });

  it.each([
    ['no JSON', 'tenant'],
    ['another tenant', undefined],
    ['an unknown member', '{"tenant":"odd","status":"active","admin":true}'],
    ['nothing', ''],
  ])('when its record is %s', async (_, text) => {
    const { apiKey, tenant } = await created('odd', { apiKey: 'o'.repeat(32) }).catch(() => {
      throw new Error('odd is created for each');
    });
    const other = JSON.stringify({ ...tenant, tenant: 'first' });
    const operator = await as('operator');
    operator.publish('$KV.tenants.odd', text ?? other);
    await seen('it is gone', () => directory.active('odd') === undefined);
    expect([directory.ofKey(apiKey), directory.active('first')?.apiKeys]).toEqual([undefined, expect.not.arrayContaining(tenant.apiKeys)]);
    await removed('odd');
  });

  /** Puts nothing in the place of a record, as a deletion would. */
  async function removed(name: string): Promise<void> {
    const jsm = await jetstreamManager(await as('provision'));
    await jsm.streams.delete(TENANTS_STREAM);
    await provision(await as('provision'));
    await directory.stop();
    directory = await TenantDirectory.watch(await as('purchase'), SILENT);
    expect(directory.active(name)).toBeUndefined();
  }
});

describe('the bucket', () => {
  const forbidden = (connection: NatsConnection, subject: string): Promise<void> =>
    expect(connection.request(subject, '{}', { timeout: WAIT_MS })).rejects.toMatchObject({ cause: expect.any(PermissionViolationError) });

  it.each(['edge', 'purchase', 'minter', 'ledger', 'replay', 'demo'])('cannot be written by %s', async (user) => {
    await forbidden(await as(user), '$KV.tenants.demo');
  });

  it.each(['edge', 'minter', 'replay', 'demo'])('cannot be read by %s', async (user) => {
    await forbidden(await as(user), `$JS.API.STREAM.MSG.GET.${TENANTS_STREAM}`);
    await forbidden(await as(user), `$JS.API.DIRECT.GET.${TENANTS_STREAM}`);
  });

  it.each(['operator', 'purchase', 'ledger'])('is read by %s without the right to make a consumer', async (user) => {
    await forbidden(await as(user), `$JS.API.CONSUMER.CREATE.${TENANTS_STREAM}`);
    await forbidden(await as(user), `$JS.API.CONSUMER.CREATE.${TENANTS_STREAM}.any`);
  });

  it('is missed at start, and made by provision even beside a log that was used', async () => {
    const admin = await as('provision');
    const jsm = await jetstreamManager(admin);
    await jsm.streams.delete(TENANTS_STREAM);
    await expect(inspectTopology(admin)).rejects.toMatchObject({
      context: { differences: [{ what: TENANTS_STREAM, wanted: 'to exist', found: 'missing' }] },
    });
    expect(await admin.request('ev.demo.sale.used', '[]')).toBeDefined();
    expect(await provision(admin)).toMatchObject({ made: [TENANTS_STREAM] });
    await directory.stop();
    directory = await TenantDirectory.watch(await as('purchase'), SILENT);
    expect(directory.all).toEqual([]);
  });

  it('is followed again after the server was killed; those known stay meanwhile', async () => {
    const { apiKey } = await created('stays');
    await server.kill9();
    await seen('the look fails', () => directory.trouble !== undefined);
    expect(directory.ofKey(apiKey)?.tenant).toBe('stays');
    await server.restart();
    register = await TenantRegister.on(await as('operator'));
    await created('after');
    await seen('a look succeeds to its end', () => directory.trouble === undefined);
  });
});

describe('the NATS account of a tenant, on the embedded server', () => {
  const said: string[] = [];
  let unfollow: () => Promise<void>;

  beforeAll(async () => {
    unfollow = await followTenants(server, folder, (line) => said.push(line));
    const edge = await as('edge');
    edge.subscribe('admit.>', { callback: (_error, message) => void message.respond(message.subject) });
    await edge.flush();
  });
  afterAll(async () => {
    await unfollow?.();
    expect(said).toEqual([]);
  });

  const signing = (seed: string): ConnectionOptions => ({
    servers: server.url,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
  });
  async function enters(seed: string): Promise<NatsConnection> {
    let connection: NatsConnection | undefined;
    const tried = async (): Promise<boolean> => {
      connection = await stage.keep(connect({ ...signing(seed), reconnect: false }));
      return true;
    };
    await waitFor(tried, { what: 'the tenant gets in', timeoutMs: WAIT_MS });
    return connection as unknown as NatsConnection;
  }

  const asks = (connection: NatsConnection, subject: string): Promise<void> =>
    waitFor(async () => (await connection.request(subject, '', { timeout: WAIT_MS })).string() === subject, {
      what: subject,
      timeoutMs: WAIT_MS,
    });

  it('is available in moments, with the right to send its own requests and no other, and disturbs no other tenant', async () => {
    const demo = await as('demo');
    const answer: string[] = [];
    void (async () => {
      for await (const { type } of demo.status()) answer.push(type);
    })();
    const { natsSeed } = await created('fresh');
    const fresh = await enters(natsSeed);
    await asks(fresh, 'admit.fresh.order.get');
    for (const subject of ['admit.demo.order.get', 'ev.fresh.sale.x', '$JS.API.INFO', '$KV.tenants.fresh'])
      await expect(fresh.request(subject, '', { timeout: WAIT_MS })).rejects.toMatchObject({ cause: expect.any(PermissionViolationError) });
    expect((await demo.request('admit.demo.order.get', '', { timeout: WAIT_MS })).string()).toBe('admit.demo.order.get');
    expect(answer).not.toContain('disconnect');
  });

  it('ends when the tenant is disabled, and is known again after a restart of the server', async () => {
    const { natsSeed } = await created('ends');
    const connection = await enters(natsSeed);
    await register.setStatus('ends', 'disabled');
    await connection.closed();
    const refused = (): Promise<boolean> =>
      connect({ ...signing(natsSeed), reconnect: false }).then(
        async (late) => late.close().then(() => false),
        (thrown: Error) => /authorization/i.test(thrown.message),
      );
    await waitFor(refused, { what: 'the tenant is refused', timeoutMs: WAIT_MS });
    await register.setStatus('ends', 'active');
    await enters(natsSeed);
    expect(tenantUsers(folder).natsUsers).toHaveProperty('ends');
    await server.kill9();
    await server.restart();
    await asks(await enters(natsSeed), 'admit.ends.order.get');
  });
});
