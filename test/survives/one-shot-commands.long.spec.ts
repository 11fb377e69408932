import { hashApiKey } from '#shared/platform/tenants/credentials.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { TENANTS_STREAM, TENANTS_SUBJECTS } from '#shared/platform/topology/streams.js';
import { admit, operatorOf, type Ran } from '../harness/admit.js';
import { type Frame, LossyProxy } from '../harness/lossy-proxy.js';
import { Log } from '../stages/selling.js';

const log = Log.forTests('one-shot-commands', []);
let proxy: LossyProxy;

const GIVEN = { TENANT_API_KEY: 'g'.repeat(32), TENANT_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
const CREATE = ['--if-missing', '--nats-password', '--free-mints'];
const AGAIN = 'is created again, for 30 s';

const through = (who: string, args: readonly string[], more = {}): Promise<Ran> =>
  admit({ ...operatorOf(log.server, who), NATS_URL: proxy.url, ...more }, ...args);
const create = (tenant: string, options: readonly string[] = CREATE, more: Readonly<Record<string, string>> = GIVEN): Promise<Ran> =>
  through('operator', ['tenant', 'create', tenant, ...options], more);

const writes =
  (tenant: string) =>
  ({ line }: Frame) =>
    line.includes(`PUB ${TENANTS_SUBJECTS.slice(0, -1)}${tenant} `);
const isStored = ({ payload }: Frame): boolean => payload.includes(`"stream":"${TENANTS_STREAM}"`) && payload.includes('"seq"');

const recordOf = async (tenant: string) => (await (await TenantRegister.on(log.admin)).list()).find((one) => one.tenant === tenant);

beforeAll(async () => {
  proxy = await log.keep(LossyProxy.before(log.server.port));
});

it('provisions again when the first request is lost', async () => {
  const lost = proxy.loseNext('up', ({ line }) => /^PUB \$JS\.API\.STREAM\.INFO\./.test(line));
  const { code, out, error } = await through('provision', ['provision']);
  expect([code, out, error]).toEqual([
    0,
    expect.stringMatching(/^nothing to make; epoch /),
    expect.stringContaining('The streams are checked again'),
  ]);
  await lost;
});

it.each([
  ['the request that writes it', 'up', 'asked', 'ADMIT_TENANT=asked\n'],
  ['the response to it', 'down', 'answered', 'answered exists\n'],
] as const)('creates a tenant with given secrets once, when %s is lost', async (_, direction, tenant, out) => {
  const lost = proxy.loseNext(direction, direction === 'up' ? writes(tenant) : isStored);
  const ran = await create(tenant);
  expect(ran).toEqual({ code: 0, out, error: expect.stringContaining(AGAIN) });
  await lost;
  expect(await recordOf(tenant)).toMatchObject({ apiKeys: [{ hash: hashApiKey(GIVEN.TENANT_API_KEY) }], grants: ['free-mints'] });
  expect(await create(tenant)).toMatchObject({ code: 0, out: `${tenant} exists\n` });
});

it.each([
  ['an API key', CREATE, { TENANT_WEBHOOK_SECRET: GIVEN.TENANT_WEBHOOK_SECRET }],
  ['a webhook secret', CREATE, { TENANT_API_KEY: GIVEN.TENANT_API_KEY }],
  ['a NATS key', ['--if-missing'], GIVEN],
  ['no secret, but must be new', ['--nats-password'], GIVEN],
] as const)('does not repeat the creation of a tenant that gets %s', async (_, options, more) => {
  const tenant = `t${Object.keys(more).length}${options.length}${'TENANT_API_KEY' in more}`;
  const lost = proxy.loseNext('up', writes(tenant));
  const { code, error } = await create(tenant, options, more);
  expect([code === 0, error.includes(AGAIN), error.includes('log-unreachable')]).toEqual([false, false, true]);
  await lost;
  expect(await recordOf(tenant)).toBeUndefined();
});

it('lists tenants when a request is lost, as while the server reloads its configuration for a new one', async () => {
  const lost = proxy.loseNext('up', ({ line }) => line.includes(`PUB $JS.API.STREAM.MSG.GET.${TENANTS_STREAM} `));
  expect(await through('operator', ['tenant', 'ls'])).toMatchObject({ code: 0, out: expect.stringContaining('asked'), error: '' });
  await lost;
});
