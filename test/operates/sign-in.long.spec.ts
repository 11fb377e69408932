import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect, credsAuthenticator, nkeyAuthenticator, nkeys } from '@nats-io/transport-node';
import { APP_USERS } from '#shared/platform/topology/accounts.js';
import { ReplayLog } from '../../apps/ledger/src/logs/replay.js';
import { TenantCaller } from '../../dev/fuzz/tenant-caller.js';
import { freePort } from '../../dev/processes/ports.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, type Ran } from '../harness/admit.js';
import { certificateAuthority } from '../harness/certificate.js';
import { startApp } from '../harness/own-app.js';
import { startNatsWith } from '../harness/plain-nats.js';
import { Stage } from '../stages/stage.js';

const TEST_MS = 240_000;
const RECONNECT_MS = 60_000;
const TENANT = 'demo';
type Settings = Readonly<Record<string, string>>;

const seedOf = (): string => new TextDecoder().decode(nkeys.createUser().getSeed());

/** A server that runs with what `admit nats config` prints, and the files of its users. */
class SignInStage extends Stage {
  readonly home = this.folder('sign-in');
  readonly authority = certificateAuthority();
  readonly ca = this.file('ca.pem', this.authority.cert);

  file(name: string, text: string): string {
    mkdirSync(this.home, { recursive: true });
    const path = join(this.home, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** @returns paths of a certificate for this host, and of its key */
  certificate(host: string, authority = this.authority): readonly [cert: string, key: string] {
    const { cert, key } = authority.issue(host);
    return [this.file(`${host}.crt`, cert), this.file(`${host}.key`, key)];
  }

  async serve(name: string, ...args: readonly string[]): Promise<{ readonly port: number; restart(): Promise<void> }> {
    const port = await freePort();
    const folder = this.folder(name);
    const printed = await admit({}, 'nats', 'config', '--listen', `127.0.0.1:${port}`, '--store', join(folder, 'js'), ...args);
    expect(printed).toMatchObject({ code: 0 });
    expect(printed.out).not.toContain('password');
    const config = join(folder, 'nats.conf');
    writeFileSync(config, printed.out.replace('127.0.0.1:8222', `127.0.0.1:${await freePort()}`), { mode: 0o600 });
    const server = await this.keep(startNatsWith(config, port, folder));
    const restart = async (): Promise<void> => {
      await server.stop();
      await server.start();
    };
    return { port, restart };
  }
}

const stage = SignInStage.forTests();

const problemOf = ({ code, error }: Ran): string => `${code} ${error}`;

/** Provisions, makes the tenant, starts the purchase app, and sells to a tenant that connects like this. */
async function sells(settings: (user: string) => Settings, edge: Settings, tenant: ConnectionOptions): Promise<void> {
  expect(await admit(settings('provision'), 'provision')).toMatchObject({ code: 0, error: '' });
  const created = await admit(settings('operator'), 'tenant', 'create', TENANT, '--nats-password');
  expect(created).toMatchObject({ code: 0, error: '' });
  await startApp(stage, 'purchase', { ...settings('purchase'), ...edge });
  await sellTo({ ...tenant, inboxPrefix: `_INBOX.${TENANT}` }, TENANT);
}

async function sellTo(options: ConnectionOptions, tenant: string): Promise<void> {
  const caller = TenantCaller.over(await connect(options), { ADMIT_TENANT: tenant });
  try {
    const price = { amount: '5000', currency: 'EUR' };
    const sale = { sale: 'gala', name: 'Gala', units: { quota: 3 }, price, payment: 'none', mint: 'on-request' };
    expect(await caller.ask({ operation: 'sale.open', key: 'open', body: sale }, 'nats')).toMatchObject({ status: 201 });
    const order = { sale: 'gala', buyer: 'b-1', quantity: 2 };
    expect(await caller.ask({ operation: 'order.place', key: 'first', body: order }, 'nats')).toMatchObject({ status: 201 });
  } finally {
    await caller.close();
  }
}

it(
  'sells with NKeys for every user, and names a key that is wrong, missing, of another kind, or set beside a password',
  async () => {
    const keys = stage.folder('keys');
    const { port } = await stage.serve('nkeys', '--nkeys', keys);
    const url = { NATS_URL: `nats://127.0.0.1:${port}` };
    const keyOf = (user: string): string => join(keys, `${user}.nk`);
    const settings = (user: string): Settings => ({ ...url, NATS_USER: user, NATS_NKEY: keyOf(user) });
    const seed = new TextEncoder().encode(readFileSync(keyOf(TENANT), 'utf8').trim());
    await sells(settings, { NATS_EDGE_NKEY: keyOf('edge') }, { servers: url.NATS_URL, authenticator: nkeyAuthenticator(seed) });
    expect(await admit(settings('operator'), 'doctor', '--only', 'nats', '--credentials', keys)).toMatchObject({ code: 0, error: '' });

    const asOperator = (changed: Settings): Promise<Ran> => admit({ ...settings('operator'), ...changed }, 'tenant', 'ls');
    const another = stage.file('another.nk', seedOf());
    expect(problemOf(await asOperator({ NATS_NKEY: another }))).toMatch(/^2 .*NATS_NKEY: operator is refused with this key/);
    expect(problemOf(await asOperator({ NATS_NKEY: '/nowhere.nk' }))).toMatch(/^2 .*NATS_NKEY: \/nowhere\.nk cannot be read \(ENOENT\)/);
    const account = stage.file('account.nk', new TextDecoder().decode(nkeys.createAccount().getSeed()));
    expect(problemOf(await asOperator({ NATS_NKEY: account }))).toMatch(/^2 .*NATS_NKEY: .* must contain the seed of a user \(SU…\)/);
    expect(problemOf(await asOperator({ NATS_PASSWORD: 'too' }))).toMatch(/^2 .*NATS_PASSWORD, NATS_NKEY: only one of them may be set/);
    const { code, out } = await admit({ ...settings('operator'), NATS_NKEY: another }, 'doctor', '--only', 'nats');
    expect([code, out]).toEqual([1, expect.stringMatching(/refuses the logins of operator\n {4}→ use the key/)]);
  },
  TEST_MS,
);

it(
  'sells with client certificates as logins, and names a certificate that is missing, incomplete, of another authority, or of no user',
  async () => {
    const [cert, key] = stage.certificate('localhost');
    const { port } = await stage.serve('certificates', '--certificates', '--tls', cert, key, stage.ca);
    const url = { NATS_URL: `tls://localhost:${port}`, NODE_EXTRA_CA_CERTS: stage.ca };
    const [users, edge] = [[...APP_USERS, TENANT], stage.certificate('edge')];
    const certificates = Object.fromEntries(users.map((user) => [user, stage.certificate(user)]));
    const settings = (user: string): Settings => {
      const [certOf = '', keyOf = ''] = certificates[user] ?? [];
      return { ...url, NATS_USER: user, NATS_CERT: certOf, NATS_KEY: keyOf };
    };
    const [tenantCert = '', tenantKey = ''] = certificates[TENANT] ?? [];
    const tls = { caFile: stage.ca, certFile: tenantCert, keyFile: tenantKey };
    await sells(settings, { NATS_EDGE_CERT: edge[0], NATS_EDGE_KEY: edge[1] }, { servers: url.NATS_URL, tls });

    const asOperator = (changed: Settings, ...words: readonly string[]): Promise<Ran> =>
      admit({ ...settings('operator'), ...changed }, ...(words.length === 0 ? ['tenant', 'ls'] : words));
    const none = { NATS_CERT: '', NATS_KEY: '', NATS_PASSWORD: 'any' };
    expect(problemOf(await asOperator(none))).toMatch(/^2 .*NATS_CERT, NATS_KEY: .* asks for a client certificate/);
    expect(problemOf(await asOperator({ NATS_KEY: '' }))).toMatch(/^2 .*NATS_CERT, NATS_KEY: neither works without the other/);
    const [foreign, foreignKey] = stage.certificate('minter', certificateAuthority());
    const other = { NATS_CERT: foreign, NATS_KEY: foreignKey };
    expect(problemOf(await asOperator(other))).toMatch(/^2 .*NATS_CERT: .* rejects the client certificate of /);
    const [stranger, strangerKey] = stage.certificate('stranger');
    const unknown = { NATS_CERT: stranger, NATS_KEY: strangerKey };
    expect(problemOf(await asOperator(unknown))).toMatch(/^2 .*NATS_CERT: operator is refused with this certificate/);
    expect((await asOperator(none, 'doctor', '--only', 'nats')).out).toMatch(
      /asks for a client certificate.*\n {4}→ set NATS_CERT and NATS_KEY/,
    );
    expect((await asOperator(other, 'doctor', '--only', 'nats')).out).toMatch(
      /rejects the client certificate.*\n {4}→ set NATS_CERT and NATS_KEY/,
    );
    expect((await asOperator(unknown, 'doctor', '--only', 'nats')).out).toMatch(
      /refuses the logins of operator\n {4}→ use the key, credentials or certificate/,
    );
  },
  TEST_MS,
);

const CREDENTIALS = /-----BEGIN NATS USER JWT-----[\s\S]*?------END USER NKEY SEED------\n/;

it(
  'makes, rotates, disables and enables tenants on a server in operator mode while it runs, and keeps them over its restart',
  async () => {
    const folder = stage.folder('operator');
    const { port, restart } = await stage.serve('jwt', '--operator', folder);
    const url = { NATS_URL: `nats://127.0.0.1:${port}` };
    const credsOf = (user: string): string => join(folder, 'creds', `${user}.creds`);
    const settings = (user: string): Settings => ({ ...url, NATS_USER: user, NATS_CREDS: credsOf(user) });
    expect(await admit(settings('provision'), 'provision')).toMatchObject({ code: 0, error: '' });
    await startApp(stage, 'purchase', { ...settings('purchase'), NATS_EDGE_CREDS: credsOf('edge') });

    const signing = { NATS_ACCOUNTS: 'signed', NATS_OPERATOR_DIR: folder };
    const tenant = (...words: readonly string[]): Promise<Ran> => admit({ ...settings('operator'), ...signing }, 'tenant', ...words);
    const login = (ran: Ran): ConnectionOptions => {
      expect(ran).toMatchObject({ code: 0, error: '', out: expect.stringMatching(CREDENTIALS) });
      const [creds = ''] = CREDENTIALS.exec(ran.out) ?? [];
      return { servers: url.NATS_URL, authenticator: credsAuthenticator(new TextEncoder().encode(creds)), reconnect: false };
    };
    const refused = (options: ConnectionOptions) => expect(connect(options)).rejects.toThrow(/Authorization Violation/);

    const first = login(await tenant('create', 'first'));
    const other = login(await tenant('create', 'other'));
    await sellTo(first, 'first');
    const stranger = await connect(other);
    await expect(stranger.request('admit.first.sale.get', '{"sale":"gala"}')).rejects.toThrow(/Permissions Violation/);
    await stranger.close();

    const rotated = login(await tenant('rotate', 'first', '--nats-key'));
    await refused(first);
    expect(await tenant('disable', 'first')).toMatchObject({ code: 0, error: '' });
    await refused(rotated);
    expect(await tenant('enable', 'first')).toMatchObject({ code: 0, error: '' });
    await restart();
    await waitFor(() => sellTo(rotated, 'first').then(() => true), { what: 'purchase reconnects', timeoutMs: RECONNECT_MS });

    expect(await admit(settings('operator'), 'doctor', '--only', 'nats', '--credentials', join(folder, 'creds'))).toMatchObject({
      code: 0,
    });
    const authenticator = credsAuthenticator(readFileSync(credsOf('replay')));
    const replay = await connect({ servers: url.NATS_URL, authenticator, inboxPrefix: '_INBOX.replay' });
    const sequences: number[] = [];
    for await (const batch of new ReplayLog(replay, '_INBOX.replay').until(2)) sequences.push(...batch.map(({ sequence }) => sequence));
    expect(sequences).toEqual([1, 2]);
    await replay.close();

    const elsewhere = await admit(
      { ...settings('operator'), ...signing, NATS_OPERATOR_DIR: stage.folder('none') },
      'tenant',
      'create',
      'fourth',
    );
    expect(problemOf(elsewhere)).toMatch(/^2 .*NATS_OPERATOR_DIR: must name the folder that `admit nats config --operator` made/);
    expect(
      problemOf(await admit({ ...settings('operator'), NATS_CREDS: credsOf('replay'), NATS_NKEY: credsOf('edge') }, 'tenant', 'ls')),
    ).toMatch(/NATS_NKEY, NATS_CREDS: only one of them may be set/);
    const foreign = stage.file('foreign.creds', readFileSync(credsOf('operator'), 'utf8').replace(/SU[A-Z0-9]{56}/, seedOf()));
    expect(problemOf(await admit({ ...settings('operator'), NATS_CREDS: foreign }, 'tenant', 'ls'))).toMatch(
      /^2 .*NATS_CREDS: operator is refused with these credentials/,
    );
  },
  TEST_MS,
);
