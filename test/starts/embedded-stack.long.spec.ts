import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { isAlive } from '../../dev/processes/process-table.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Progress } from '../../dev/stack/progress.js';
import { withoutOwn } from '../../dev/stack/settings-files.js';
import type { Stack } from '../../dev/stack/stack.js';
import { type StackOptions, startStack } from '../../dev/stack/start-stack.js';
import { inherited } from '../../dev/stack/wiring.js';
import { Stage } from '../stages/stage.js';

const BACK_MS = 60_000;
const stage = Stage.forTests();
const folder = stage.folder('stack');
const said: string[] = [];
const quiet = new Progress({ isTTY: false, write: (line: string) => said.push(line) > 0 } as unknown as NodeJS.WriteStream);
const options: StackOptions = { dataDir: folder, env: inherited(process.env), slotMs: 50, progress: quiet };
let stack: Stack;

beforeAll(async () => {
  stack = await stage.keep(startStack(options));
}, 180_000); // the first run of all may have to fetch the server

/** A fresh connection of the demo tenant gets an answer from the service. */
async function answers(): Promise<boolean> {
  const { NATS_URL, ADMIT_NATS_USER, ADMIT_NATS_PASSWORD } = stack.clientSettings;
  const nc = await connect({ servers: NATS_URL ?? '', user: ADMIT_NATS_USER ?? '', pass: ADMIT_NATS_PASSWORD ?? '', reconnect: false });
  try {
    return (await nc.request('admit.demo.order.get', '{}', { timeout: 5_000 })).data.length > 0;
  } finally {
    await nc.close();
  }
}

it('answers a client that has only stack.env, which other users cannot read', async () => {
  expect(await answers()).toBe(true);
  const file = join(folder, 'stack.env');
  expect(statSync(file).mode & 0o077).toBe(0);
  const names = readFileSync(file, 'utf8').match(/(?<=^export )[A-Z_]+(?==.)/gm);
  const wanted =
    'NATS_URL HTTP_URL LEDGER_URL HEALTH_URL SOLANA_RPC_URL ADMIT_TENANT ADMIT_API_KEY NATS_USER NATS_PASSWORD ADMIT_NATS_USER ADMIT_NATS_PASSWORD ADMIT_WEBHOOK_SECRET ADMIT_WALLET';
  expect(names).toEqual(wanted.split(' '));
});

it('shows each step with its time', () => {
  for (const step of ['NATS JetStream', 'Postgres', 'Solana', 'streams and consumers', 'ledger database', 'purchase', 'minter', 'ledger']) {
    expect(said.join('')).toMatch(new RegExp(`✓ ${step} \\(\\d+\\.\\d s\\)`));
  }
});

it.each([
  'nats',
  'postgres',
  'solana',
  'purchase',
  'minter',
  'ledger',
])('restarts %s by itself after kill -9, at the same address', async (name) => {
  const part = stack.part(name);
  const before = part.pid ?? 0;
  await part.kill9();
  expect(isAlive(before)).toBe(false);
  await part.ready(BACK_MS);
  for (const app of ['purchase', 'minter', 'ledger', 'webhooks']) await stack.part(app).ready(BACK_MS);
  expect(part.pid).not.toBe(before);
  await waitFor(answers, { what: 'the service answers', timeoutMs: BACK_MS });
});

it('gives each process only its own logins', () => {
  const secretsOf = (who: 'purchase' | 'minter' | 'ledger' | 'provision' | 'replay'): string => JSON.stringify(stack.settingsOf(who));
  expect(secretsOf('purchase')).not.toMatch(/DATABASE|MINT|SOLANA/);
  expect(secretsOf('minter')).not.toMatch(/DATABASE|EDGE/);
  expect(secretsOf('ledger')).not.toMatch(/MINT|EDGE/);
  expect(secretsOf('replay')).not.toMatch(/ADMIN|PROJECTOR|MINT|EDGE/);
  const users = (['purchase', 'minter', 'ledger', 'provision', 'replay'] as const).map((who) => stack.settingsOf(who).NATS_PASSWORD);
  expect(new Set(users).size).toBe(5);
  expect(statSync(join(folder, 'keys')).mode & 0o077).toBe(0);
});

it('ends everything, and restarts with the same addresses, passwords and data', async () => {
  const before = stack.clientSettings;
  const pids = stack.parts.map(({ pid }) => pid ?? 0);
  await stack.stop();
  expect(pids.filter(isAlive)).toEqual([]);
  stack = await stage.keep(startStack(options));
  expect(stack.clientSettings).toEqual(before);
  expect(readFileSync(join(folder, 'logs', 'provision.log'), 'utf8')).toContain('nothing to make');
  expect(await answers()).toBe(true);
}, 300_000);

it("distinguishes a loaded stack.env from addresses of the user's own servers", async () => {
  const loaded = { ...stack.clientSettings, PATH: '/bin' };
  expect(withoutOwn(loaded, folder)).not.toHaveProperty('NATS_URL');
  expect(withoutOwn({ ...loaded, NATS_URL: 'nats://elsewhere:4222' }, folder)).toHaveProperty('NATS_URL', 'nats://elsewhere:4222');
});

describe('with servers of your own', () => {
  const elsewhere = join(folder, 'elsewhere');
  beforeAll(() => mkdirSync(elsewhere));

  it('uses them instead of the embedded ones', async () => {
    const { NATS_URL, SOLANA_RPC_URL } = stack.clientSettings;
    const { databaseUrl: DATABASE_URL } = stack.wiring;
    mkdirSync(join(elsewhere, 'nats'));
    copyFileSync(join(folder, 'nats', 'credentials.json'), join(elsewhere, 'nats', 'credentials.json'));
    const env = { ...options.env, NATS_URL, SOLANA_RPC_URL, DATABASE_URL };
    const second = await startStack({ ...options, dataDir: elsewhere, env, apps: [] });
    expect(second.parts).toEqual([]);
    expect(second.clientSettings).toMatchObject({ NATS_URL, SOLANA_RPC_URL });
    expect(second.wiring.databaseUrl).toBe(DATABASE_URL);
    await second.stop();
  });

  it.each([
    ['NATS_URL', 'nats://127.0.0.1:1'],
    ['DATABASE_URL', 'postgresql://nobody@127.0.0.1:1/none'],
    ['SOLANA_RPC_URL', 'http://127.0.0.1:1'],
  ])(
    'explains what to do when %s leads nowhere, and leaves nothing running',
    async (name, url) => {
      const start = startStack({ ...options, dataDir: elsewhere, env: { ...options.env, [name]: url }, apps: [] });
      await expect(start).rejects.toThrow(new RegExp(`${name}[\\s\\S]*Unset it`));
    },
    300_000,
  );
});

it('can be given up half way, and leaves nothing running', async () => {
  const givenUp = new AbortController();
  const begun: number[] = [];
  const dataDir = join(folder, 'given-up');
  const watching = new Progress({
    isTTY: false,
    write: () => givenUp.abort(new Error('given up')) === undefined,
  } as unknown as NodeJS.WriteStream);
  await expect(startStack({ ...options, dataDir, progress: watching, signal: givenUp.signal })).rejects.toThrow('given up');
  for (const name of ['nats/nats-server.pid', 'postgres/cluster/postmaster.pid']) {
    const file = join(dataDir, name);
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) begun.push(Number(readFileSync(file, 'utf8').split('\n')[0]));
  }
  expect(begun.filter(isAlive)).toEqual([]);
  expect(existsSync(join(dataDir, 'postgres', 'cluster.draft'))).toBe(false); // or else a program still writes there
});
