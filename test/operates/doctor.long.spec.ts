import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { provision } from '#shared/platform/topology/provision.js';
import { type NatsServer, startNats } from '../../dev/nats/server.js';
import type { PostgresServer } from '../../dev/postgres/server.js';
import { freePort } from '../../dev/processes/ports.js';
import { startLocalSolana } from '../../dev/solana/local-solana.js';
import { admit, operatorOf } from '../harness/admit.js';
import { untrustedCertificate } from '../harness/certificate.js';
import { startPlainNats } from '../harness/plain-nats.js';
import { newPostgres } from '../stages/postgres.js';
import { Stage } from '../stages/stage.js';

const TEST_MS = 120_000;
const DAY_NANOS = 86_400_000_000_000;
const EVERYBODY = { provision: 'any', operator: 'any', replay: 'any', demo: 'any' };

class DoctorStage extends Stage {
  nats!: NatsServer;
  postgres!: PostgresServer;
  whole: Readonly<Record<string, string>> = {};

  override async open(): Promise<void> {
    this.nats = await this.keep(startNats({ dataDir: this.folder('nats') }));
    const connection = await connect(this.nats.connection('provision'));
    await provision(connection);
    await connection.close();
    this.postgres = await this.keep(newPostgres(this.folder('postgres')));
    await this.postgres.createDatabase('tickets');
    const roles = ['projector', 'reader', 'replay'].map((role) => [
      `DATABASE_${role.toUpperCase()}_URL`,
      this.postgres.url('tickets', { user: `admit_${role}`, password: `of-${role}` }),
    ]);
    const databases = { DATABASE_ADMIN_URL: this.postgres.url('tickets'), ...Object.fromEntries(roles) };
    expect((await admit(databases, 'ledger', 'migrate')).code).toBe(0);
    const solana = await this.keep(startLocalSolana({ port: 0, slotMs: 'instant' }));
    this.whole = { ...operatorOf(this.nats), ...databases, SOLANA_RPC_URL: solana.url };
  }

  async plain(name: string, lines: readonly string[]): Promise<string> {
    const { port } = await this.keep(startPlainNats(this.folder(name), lines));
    return `nats://127.0.0.1:${port}`;
  }

  /** All users of a plain server, which has one login for every one of them. */
  credentials(): string {
    const file = join(this.folder('credentials'), 'credentials.json');
    writeFileSync(file, JSON.stringify(EVERYBODY), { mode: 0o600 });
    return file;
  }
}

const stage = DoctorStage.forTests();
const JETSTREAM = 'jetstream { store_dir: "js", sync_interval: always }';

/** `admit doctor` on a whole set-up with these settings in the place of others. */
const examine = (changed: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  admit({ ...stage.whole, ...changed }, 'doctor', ...args);

/** A lack, and the beginning of its cure in the line below. */
const lackOf = (what: string, cure: string): RegExp => new RegExp(`^ {4}.*${what}.*\\n {4}→ ${cure}`, 'm');

it(
  'finds nothing lacking in a whole set-up, and checks every part of it',
  async () => {
    const ran = await examine({}, '--monitor', stage.nats.monitorUrl);
    expect(ran).toMatchObject({ code: 0, error: '' });
    expect(ran.out.match(/^✓ (?:NATS|streams|Postgres|Solana) /gm)).toHaveLength(7);
    expect(ran.out).toMatch(/nothing is lacking\n$/);
    expect(ran.out).not.toMatch(/of-(?:projector|reader|replay)/);
  },
  TEST_MS,
);

it('1: no server at NATS_URL', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`;
  const { code, out } = await examine({ NATS_URL: url }, '--only', 'nats');
  expect([code, out]).toEqual([
    1,
    expect.stringMatching(lackOf(`no NATS server responds at ${url}`, 'start the server, or correct NATS_URL')),
  ]);
});

it('2: a password that is not that of the server', async () => {
  const { code, out } = await examine({ NATS_PASSWORD: 'of-another-server' }, '--only', 'nats');
  expect([code, out]).toEqual([1, expect.stringMatching(lackOf('it refuses the logins of operator', 'set the passwords'))]);
});

it('3: a certificate of an authority that is not trusted', async () => {
  const folder = stage.folder('certificate');
  const { cert, key } = untrustedCertificate();
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  const url = await stage.plain('tls', [JETSTREAM, `tls { cert_file: "${certFile}", key_file: "${keyFile}" }`]);
  const { code, out } = await examine({ NATS_URL: url.replace('nats:', 'tls:').replace('127.0.0.1', 'localhost') }, '--only', 'nats');
  expect([code, out]).toEqual([1, expect.stringMatching(lackOf('no TLS connection to .*SELF_SIGNED', 'set NODE_EXTRA_CA_CERTS'))]);
});

it(
  '4: a plain server without accounts, JetStream and a large max_payload; 5: one that writes to its disk every two minutes',
  async () => {
    const bare = await stage.plain('bare', []);
    const credentials = stage.credentials();
    const first = await examine({ NATS_URL: bare }, '--only', 'nats', '--credentials', credentials);
    expect(first.code).toBe(1);
    expect(first.out).toMatch(lackOf('JetStream is off', 'put `jetstream'));
    expect(first.out).toMatch(lackOf('its max_payload is 1048576 bytes, and 4194304 are needed', 'set `max_payload: 4194304`'));
    expect(first.out).toMatch(lackOf('it has no account REPLAY', 'use the configuration that `npx admit nats config` prints'));

    const monitor = await freePort();
    const lazy = await stage.plain('lazy', ['jetstream { store_dir: "js" }', 'max_payload: 4194304', `http: "127.0.0.1:${monitor}"`]);
    const second = await examine(
      { NATS_URL: lazy },
      '--only',
      'nats',
      '--credentials',
      credentials,
      '--monitor',
      `http://127.0.0.1:${monitor}`,
    );
    expect(second.code).toBe(1);
    expect(second.out).toMatch(lackOf('its tenants have no accounts of their own \\(demo\\)', 'use the configuration'));
    expect(second.out).toMatch(lackOf('the users of the apps may delete streams \\(operator\\)', 'use the configuration'));
    expect(second.out).toMatch(lackOf('sync_interval is not always', 'set `jetstream'));
    expect(second.out).toMatch(lackOf('it has no streams yet', 'run `npx admit provision`'));
  },
  TEST_MS,
);

it('6: three replicas of a server that is alone', async () => {
  const { code, out } = await examine({ NATS_REPLICAS: '3' }, '--only', 'nats');
  expect(code).toBe(1);
  expect(out).toMatch(lackOf('NATS_REPLICAS is 3, and the server is no member of a cluster', 'start the servers as'));
  expect(out).toMatch(lackOf('EVENTS has 1 of 3 replicas', 'run `npx admit provision`'));
});

it('7: a stream that someone weakened', async () => {
  const connection = await connect(stage.nats.connection('provision'));
  const { streams } = await jetstreamManager(connection);
  try {
    await streams.update('EVENTS', { max_age: DAY_NANOS });
    const { code, out } = await examine({}, '--only', 'nats');
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(lackOf(`EVENTS.max_age is ${DAY_NANOS}, and 0 is needed`, 'run `npx admit provision`')),
    ]);
  } finally {
    await streams.update('EVENTS', { max_age: 0 });
    await connection.close();
  }
});

it(
  '8: a database that is absent, empty, closed to its role, or open to the wrong one',
  async () => {
    const postgres = stage.postgres;
    await postgres.createDatabase('empty');
    const as = (role: string, password = `of-${role}`, database = 'tickets') => postgres.url(database, { user: `admit_${role}`, password });
    const { code, out } = await examine(
      {
        DATABASE_ADMIN_URL: postgres.url('absent'),
        DATABASE_PROJECTOR_URL: postgres.url('tickets'),
        DATABASE_READER_URL: as('reader', 'another'),
        DATABASE_REPLAY_URL: as('replay', 'of-replay', 'empty'),
      },
      '--only',
      'postgres',
    );
    expect(code).toBe(1);
    expect(out).toMatch(lackOf('DATABASE_ADMIN_URL names a database that does not exist', 'create it'));
    expect(out).toMatch(
      lackOf('the role of DATABASE_PROJECTOR_URL is a superuser', 'use the role that `npx admit ledger migrate` creates'),
    );
    expect(out).toMatch(lackOf('DATABASE_READER_URL is refused', 'run `npx admit ledger migrate`'));
    expect(out).toMatch(lackOf('it has no tables of the ledger', 'run `npx admit ledger migrate` with DATABASE_ADMIN_URL'));
  },
  TEST_MS,
);

it(
  '9: an RPC node that is away, one of another chain, and no database at all',
  async () => {
    const other = await stage.keep(startLocalSolana({ port: 0, slotMs: 'instant' }));
    const away = `http://127.0.0.1:${await freePort()}`;
    const none = { DATABASE_ADMIN_URL: '', DATABASE_PROJECTOR_URL: '', DATABASE_READER_URL: '', DATABASE_REPLAY_URL: '' };
    const { code, out } = await examine({ ...none, SOLANA_RPC_URL: `${stage.whole.SOLANA_RPC_URL},${other.url},${away}` }, '--json');
    const found = JSON.parse(out) as readonly { part: string; of: string; skipped?: string; lacks: readonly { what: string }[] }[];
    expect(code).toBe(1);
    expect(found.filter(({ part }) => part === 'Solana').map(({ lacks }) => lacks.map(({ what }) => what))).toEqual([
      [],
      [expect.stringMatching(/^its chain has the genesis hash/)],
      [expect.stringMatching(/^no Solana RPC node responds/)],
    ]);
    expect(found.find(({ part }) => part === 'Postgres')?.skipped).toMatch(/are not set$/);
  },
  TEST_MS,
);

it('is wrong usage, exit code 2, for a file that is not there', async () => {
  expect(await examine({}, '--credentials', '/nowhere/credentials.json')).toMatchObject({
    code: 2,
    out: '',
    error: expect.stringContaining('does not exist'),
  });
});
