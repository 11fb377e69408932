import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { provision } from '#shared/platform/topology/provision.js';
import { lacksOf, type OwnServer } from '../../dev/nats/own-server.js';
import { freePort } from '../../dev/processes/ports.js';
import { projectFolder } from '../../dev/processes/project.js';
import { startStack } from '../../dev/stack/start-stack.js';
import { inherited } from '../../dev/stack/wiring.js';
import { admit } from '../harness/admit.js';
import { untrustedCertificate } from '../harness/certificate.js';
import { leastMs } from '../harness/least-ms.js';
import { startNatsWith, startPlainNats } from '../harness/plain-nats.js';
import { Stage } from '../stages/stage.js';

const START_MS = 120_000;
const TOLD_MS = 8_000; // of which a busy machine takes most to start the program
const JETSTREAM = ['jetstream { store_dir: "js" }'];
const stage = Stage.forTests();

const nobody: OwnServer['login'] = (user) => ({ user, pass: 'any' });
const main = join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js');

async function plain(name: string, lines: readonly string[]): Promise<{ readonly url: string; readonly folder: string }> {
  const folder = stage.folder(name);
  const { port } = await stage.keep(startPlainNats(folder, lines));
  return { url: `nats://127.0.0.1:${port}`, folder };
}

it(
  'refuses a plain server at the start of the stack, names what it lacks and the command that prints the configuration, and creates nothing there',
  async () => {
    const { url } = await plain('plain-nats', JETSTREAM);
    const dataDir = stage.folder('plain-home');
    const start = startStack({ dataDir, env: { ...inherited(process.env), NATS_URL: url }, apps: [] });
    const { message } = await start.then(
      () => new Error('it started'),
      (error: Error) => error,
    );
    expect(message).toContain(`NATS_URL is ${url}, and that server cannot be used:`);
    expect(message).toMatch(
      /tenants have no accounts[\s\S]*no account REPLAY[\s\S]*npm run -s admit -- nats config --credentials \S+credentials\.json/,
    );
    const connection = await connect({ servers: url });
    expect(await (await jetstreamManager(connection)).streams.names().next()).toEqual([]);
    await connection.close();
  },
  START_MS,
);

it('reports for a server with one shared login that the other users are refused', async () => {
  const { url } = await plain('one-login', [...JETSTREAM, 'authorization { user: provision, password: any }']);
  const [lack, ...more] = await lacksOf({ url, login: nobody });
  expect([lack, more]).toEqual([expect.stringMatching(/^it refuses the logins of operator, .*replay, demo, acme$/), []]);
});

it('reports for a server without JetStream that it is off', async () => {
  const { url } = await plain('no-jetstream', []);
  expect(await lacksOf({ url, login: nobody })).toContain('JetStream is off in the account of the user provision');
});

it(
  'accepts a server with the output of `admit nats config`, whose passwords other users cannot read',
  async () => {
    const folder = stage.folder('own-nats');
    const port = await freePort();
    const credentials = join(folder, 'nats', 'credentials.json');
    const words = ['nats', 'config', '--credentials', credentials, '--listen', `127.0.0.1:${port}`, '--store', join(folder, 'js')];
    const print = (): string => execFileSync(process.execPath, [main, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const config = print().replace('127.0.0.1:8222', `127.0.0.1:${await freePort()}`);
    writeFileSync(join(folder, 'nats.conf'), config, { mode: 0o600 });
    await stage.keep(startNatsWith(join(folder, 'nats.conf'), port, folder));
    const passwords = JSON.parse(readFileSync(credentials, 'utf8')) as Record<string, string>;
    const login: OwnServer['login'] = (user) => ({ user, pass: passwords[user] ?? '' });
    const url = `nats://127.0.0.1:${port}`;
    expect(statSync(credentials).mode & 0o077).toBe(0);
    expect(await lacksOf({ url, login })).toEqual([]);
    const connection = await connect({ servers: url, ...login('provision') });
    await provision(connection);
    await connection.close();
    expect(await lacksOf({ url, login })).toEqual([]);
    expect(print()).toContain(passwords.operator);
  },
  START_MS,
);

it('reports an untrusted certificate at once, and what to do about it', async () => {
  const folder = stage.folder('tls-nats');
  const { cert, key } = untrustedCertificate();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
  const tls = `tls { cert_file: "${join(folder, 'cert.pem')}", key_file: "${join(folder, 'key.pem')}" }`;
  const { port } = await stage.keep(startPlainNats(folder, [...JETSTREAM, tls]));
  const tookMs = await leastMs(TOLD_MS, async () => {
    const ran = await admit({ NATS_URL: `tls://localhost:${port}`, NATS_PASSWORD: 'any' }, 'dead', 'ls');
    expect(ran).toMatchObject({
      code: 2,
      out: '',
      error: expect.stringMatching(/NATS_URL: no TLS connection to .*SELF_SIGNED.*NODE_EXTRA_CA_CERTS/),
    });
    return undefined;
  });
  expect(tookMs).toBeLessThan(TOLD_MS);
});
