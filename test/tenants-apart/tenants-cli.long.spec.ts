import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import { HttpCaller } from '../harness/http-caller.js';
import { Log, startSelling } from '../stages/selling.js';

const WAIT_MS = 60_000;
const log = Log.forTests('tenants-cli', []);
let app: NestFastifyApplication;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `admit tenant …` as an operator would, in a separate process. */
function admit(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { user, pass } = log.server.credentials('operator');
  const env = { PATH: process.env.PATH, NATS_URL: log.server.url, NATS_USER: user, NATS_PASSWORD: pass, ...more };
  const main = join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'tenant', ...args], { env }, (thrown, out, error) => {
      resolve({ code: thrown === null ? 0 : Number(thrown.code ?? -1), out, error });
    });
  });
}

const settingsIn = (out: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...out.matchAll(/^(ADMIT_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));

async function statusIs(apiKey: string, status: number): Promise<void> {
  const caller = await HttpCaller.of(app, 'club', apiKey);
  const answered = async (): Promise<boolean> => (await caller.get('/v1/sales/any')).status === status;
  await waitFor(answered, { what: `the key is answered ${status}`, timeoutMs: WAIT_MS });
}

beforeAll(async () => {
  app = await log.keep(startSelling(log.server));
});

it("creates a tenant that can connect at once, shows its credentials once, and prints the steps for one's own server", async () => {
  const made = await admit(['create', 'club']);
  expect([made.code, made.error]).toEqual([0, '']);
  const { ADMIT_TENANT: tenant, ADMIT_API_KEY: apiKey = '', ADMIT_NATS_SEED: seed = '' } = settingsIn(made.out);
  expect([tenant, made.out.split(apiKey).length, made.out.split(seed).length]).toEqual(['club', 2, 2]);
  expect(made.out).toMatch(/"TENANT_club" \{\n +limits \{[^\n]*\}\n +users: \[ \{ nkey: "U[A-Z2-7]{55}"[\s\S]*admit\.club\.>[\s\S]*reload/);
  await statusIs(apiKey, 404);
  const again = await admit(['create', 'club']);
  expect([again.code, again.out, again.error]).toEqual([1, '', expect.stringContaining('exists already')]);
  expect(await admit(['create', 'club', '--if-missing'])).toMatchObject({ code: 0, out: 'club exists\n' });
  expect((await admit(['account', 'club'])).out).toMatch(/nkey: "U/);
});

it('takes credentials over without showing them', async () => {
  const given = { TENANT_API_KEY: 'g'.repeat(32), TENANT_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
  const made = await admit(['create', 'given', '--nats-password'], given);
  expect(made).toMatchObject({ code: 0, out: 'ADMIT_TENANT=given\n' });
  await statusIs(given.TENANT_API_KEY, 404);
});

it('rotates, disables and enables, and lists without secrets', async () => {
  const old = 'g'.repeat(32);
  const { ADMIT_API_KEY: next = '' } = settingsIn((await admit(['rotate', 'given', '--api-key', '--overlap', '1'])).out);
  await statusIs(next, 404);
  await statusIs(old, 404);
  expect((await admit(['rotate', 'given', '--api-key', '--overlap', '0'])).out).toContain('has ended');
  for (const key of [old, next]) await statusIs(key, 401);
  expect((await admit(['disable', 'club'])).out).toBe('club is disabled\n');
  const listed = await admit(['ls', '--json']);
  expect(JSON.parse(listed.out)).toMatchObject([
    { tenant: 'club', status: 'disabled', apiKeys: 1, webhookSecrets: 1, stripeSecrets: 0, nats: expect.stringMatching(/^U/) },
    { tenant: 'given', status: 'active', apiKeys: 1, webhookSecrets: 1, stripeSecrets: 0, nats: 'password' },
  ]);
  expect(listed.out).not.toMatch(/whsec_|admit_/);
  expect((await admit(['enable', 'club'])).out).toBe('club is active\n');
  expect((await admit(['ls'])).out).toMatch(/club.*active/);
});

it('takes the signing secret of Stripe from the environment, rolls it, and shows it never', async () => {
  const [one, two] = [`whsec_${'a'.repeat(32)}`, `whsec_${'b'.repeat(32)}`];
  const secrets = async (): Promise<unknown> => {
    const listed = await admit(['ls', '--json']);
    expect(listed.out).not.toMatch(/whsec_/);
    return (JSON.parse(listed.out) as { tenant: string; stripeSecrets: number }[]).find(({ tenant }) => tenant === 'given')?.stripeSecrets;
  };
  expect(await admit(['stripe', 'given'], { TENANT_STRIPE_SECRET: one })).toMatchObject({
    code: 0,
    out: 'given takes events of Stripe at /v1/webhooks/stripe/given\n',
  });
  await admit(['stripe', 'given'], { TENANT_STRIPE_SECRET: two });
  expect(await secrets()).toBe(2);
  await admit(['stripe', 'given', '--overlap', '0'], { TENANT_STRIPE_SECRET: two });
  expect(await secrets()).toBe(1);
  expect((await admit(['stripe', 'given', '--remove'])).out).toBe('given takes no events of Stripe\n');
  expect(await secrets()).toBe(0);
  const wrong = await admit(['stripe', 'given'], { TENANT_STRIPE_SECRET: 'sk_live_1' });
  expect([wrong.code, wrong.error]).toEqual([1, expect.stringContaining('a signing secret of Stripe is whsec_')]);
  expect(wrong.error).not.toContain('sk_live_1');
});

it.each([
  [['stripe', 'given'], /TENANT_STRIPE_SECRET/],
  [['create', 'a.b'], /tenant-refused/],
  [['rotate', 'nobody'], /there is no such tenant/],
  [['disable', 'nobody'], /there is no such tenant/],
  [['account', 'nobody'], /there is no tenant/],
  [['rotate', 'given', '--overlap', 'soon'], /0 to 2160/],
])('names the error in %j, and that it failed', async (args, said) => {
  const { code, out, error } = await admit(args);
  expect([code, out, error]).toEqual([1, '', expect.stringMatching(said)]);
});
