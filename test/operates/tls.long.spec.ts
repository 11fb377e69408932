import { chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { keepSecrets } from '#shared/platform/process/secrets.js';
import { accountsConfig, usersOf } from '#shared/platform/topology/accounts.js';
import { TenantCaller } from '../../dev/fuzz/tenant-caller.js';
import type { PostgresServer } from '../../dev/postgres/server.js';
import { freePort } from '../../dev/processes/ports.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit } from '../harness/admit.js';
import { certificateAuthority } from '../harness/certificate.js';
import { startApp } from '../harness/own-app.js';
import { startNatsWith, startPlainNats } from '../harness/plain-nats.js';
import { newPostgres } from '../stages/postgres.js';
import { Stage } from '../stages/stage.js';

const TEST_MS = 180_000;
const READY_MS = 90_000;
const TENANT = 'demo';
const API_KEY = 'sk_of_the_tenant_demo_for_the_tls_spec';
type Settings = Readonly<Record<string, string>>;

/** NATS and Postgres that take TLS with a certificate of an authority of our own, for the name localhost. */
class TlsStage extends Stage {
  readonly authority = certificateAuthority();
  readonly roles = { projector: 'of-the-projector', reader: 'of-the-reader', replay: 'of-the-replay' };
  passwords: Settings = {};
  ca = '';
  natsPort = 0;
  postgres!: PostgresServer;

  override async open(): Promise<void> {
    const folder = this.folder('tls');
    this.ca = join(folder, 'ca.pem');
    writeFileSync(this.ca, this.authority.cert);
    await Promise.all([this.openNats(folder), this.openPostgres()]);
  }

  private async openNats(folder: string): Promise<void> {
    const { cert, key } = this.authority.issue('localhost');
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
    this.natsPort = await freePort();
    this.passwords = keepSecrets(join(folder, 'credentials.json'), usersOf([TENANT]));
    const plan = {
      tenants: [TENANT],
      passwords: this.passwords,
      storeDir: join(folder, 'js'),
      port: this.natsPort,
      monitorPort: await freePort(),
      pidFile: join(folder, 'pid'),
      tls: { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') },
    };
    writeFileSync(join(folder, 'nats.conf'), accountsConfig(plan), { mode: 0o600 });
    await this.keep(startNatsWith(join(folder, 'nats.conf'), this.natsPort, folder));
  }

  private async openPostgres(): Promise<void> {
    this.postgres = await this.keep(newPostgres(this.folder('postgres')));
    await this.postgres.createDatabase('tickets');
    const { cert, key } = this.authority.issue('localhost');
    await this.postgres.asSuperuser('postgres', async (client) => {
      const { rows } = await client.query<{ data_directory: string }>('show data_directory');
      const home = rows[0]?.data_directory ?? '';
      const { uid, gid } = statSync(home);
      for (const [name, text] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
        writeFileSync(join(home, name), text, { mode: 0o600 });
        chownSync(join(home, name), uid, gid);
      }
      await client.query('alter system set ssl = on');
      await client.query('select pg_reload_conf()');
    });
  }

  /** Of a user of NATS and the roles of Postgres, with every check of TLS. */
  settings(user: string): Settings {
    return {
      NATS_URL: `tls://localhost:${this.natsPort}`,
      NATS_USER: user,
      NATS_PASSWORD: this.passwords[user] ?? '',
      NODE_EXTRA_CA_CERTS: this.ca,
    };
  }

  database(role: 'projector' | 'reader' | 'replay' | undefined, host = 'localhost'): string {
    const url = new URL(
      role === undefined
        ? this.postgres.url('tickets')
        : this.postgres.url('tickets', { user: `admit_${role}`, password: this.roles[role] }),
    );
    url.hostname = host;
    url.searchParams.set('sslmode', 'verify-full');
    return url.href;
  }
}

const stage = TlsStage.forTests();

const lacksOf = async (settings: Settings): Promise<string> =>
  (await admit({ ...stage.settings('operator'), ...settings }, 'doctor', '--only', 'nats', 'postgres')).out;

it(
  'sells over TLS to NATS, and reads the ledger over TLS from Postgres, with an authority of our own',
  async () => {
    const databases = {
      DATABASE_PROJECTOR_URL: stage.database('projector'),
      DATABASE_READER_URL: stage.database('reader'),
    };
    const admin = { ...databases, DATABASE_ADMIN_URL: stage.database(undefined), DATABASE_REPLAY_URL: stage.database('replay') };
    const commands: readonly (readonly [Settings, ...string[]])[] = [
      [stage.settings('provision'), 'provision'],
      [{ NODE_EXTRA_CA_CERTS: stage.ca, ...admin }, 'ledger', 'migrate'],
      [{ ...stage.settings('operator'), TENANT_API_KEY: API_KEY }, 'tenant', 'create', TENANT, '--nats-password'],
    ];
    for (const [settings, ...words] of commands)
      expect({ words, ...(await admit(settings, ...words)) }).toMatchObject({ code: 0, error: '' });
    expect(await lacksOf(admin)).toMatch(/nothing is lacking\n$/);

    const edge = { NATS_EDGE_PASSWORD: stage.passwords.edge ?? '' };
    await startApp(stage, 'purchase', { ...stage.settings('purchase'), ...edge });
    const ledger = await startApp(stage, 'ledger', { ...stage.settings('ledger'), ...databases });

    const password = stage.passwords[TENANT] ?? '';
    const login = { user: TENANT, pass: password, inboxPrefix: `_INBOX.${TENANT}` };
    const connection = await connect({ servers: `tls://localhost:${stage.natsPort}`, ...login, tls: { caFile: stage.ca } });
    const caller = TenantCaller.over(connection, { ADMIT_TENANT: TENANT });
    try {
      const price = { amount: '5000', currency: 'EUR' };
      const sale = { sale: 'tls', name: 'TLS', units: { quota: 3 }, price, payment: 'none', mint: 'on-request' };
      expect(await caller.ask({ operation: 'sale.open', key: 'open', body: sale }, 'nats')).toMatchObject({ status: 201 });
      const order = { sale: 'tls', buyer: 'b-1', quantity: 2 };
      expect(await caller.ask({ operation: 'order.place', key: 'first', body: order }, 'nats')).toMatchObject({ status: 201 });
    } finally {
      await caller.close();
    }
    const sold = async (): Promise<boolean> => {
      const response = await fetch(`${ledger}/v1/ledger/balances?sale=tls`, { headers: { authorization: `Bearer ${API_KEY}` } });
      const { balances } = (await response.json()) as { balances: readonly { account: string; amount: string }[] };
      return balances.some(({ account, amount }) => account === 'sold' && amount === '2');
    };
    await waitFor(sold, { what: 'the ledger shows both tickets', timeoutMs: READY_MS });
  },
  TEST_MS,
);

it('names the problem if NODE_EXTRA_CA_CERTS is missing', async () => {
  const out = await lacksOf({ NODE_EXTRA_CA_CERTS: '', DATABASE_READER_URL: stage.database('reader') });
  expect(out).toMatch(
    /NATS_URL: no TLS connection to tls:\/\/localhost:\d+ \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)[\s\S]*→ set NODE_EXTRA_CA_CERTS/,
  );
  expect(out).toMatch(/no TLS connection for DATABASE_READER_URL \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)\n {4}→ set NODE_EXTRA_CA_CERTS/);
});

it('names the problem if the certificate is for another host', async () => {
  const folder = stage.folder('elsewhere');
  const { cert, key } = stage.authority.issue('elsewhere.test');
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  const { port } = await stage.keep(startPlainNats(folder, [`tls { cert_file: "${certFile}", key_file: "${keyFile}" }`]));
  const out = await lacksOf({ NATS_URL: `tls://localhost:${port}`, DATABASE_READER_URL: stage.database('reader', '127.0.0.1') });
  expect(out).toMatch(/no TLS connection to tls:\/\/localhost:\d+ \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
  expect(out).toMatch(/no TLS connection for DATABASE_READER_URL \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
});

it('names the problem if Postgres has no TLS', async () => {
  const plain = await stage.keep(newPostgres(stage.folder('plain-postgres')));
  const out = await lacksOf({ DATABASE_ADMIN_URL: `${plain.url('postgres')}?sslmode=verify-full` });
  expect(out).toMatch(/no TLS connection for DATABASE_ADMIN_URL \(The server does not support SSL connections\)/);
});
