import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { connectNats } from '#shared/platform/messaging/nats.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { CONSUMERS } from '#shared/platform/topology/consumers.js';
import { inspectTopology } from '#shared/platform/topology/inspect.js';
import { NOT_BACKED_UP, STREAMS } from '#shared/platform/topology/streams.js';
import { backUp } from '../../apps/cli/src/log/backup.js';
import { type NatsServer, startNats } from '../../dev/nats/server.js';
import { projectFolder } from '../../dev/processes/project.js';
import { admit, operatorOf, type Ran } from '../harness/admit.js';
import { type Frame, LossyProxy } from '../harness/lossy-proxy.js';
import { DATABASE, LedgerStage } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('log-care');
const folder = stage.folder('log-care');
const backup = join(folder, 'backup');
let sold: number;

const log = (...args: string[]): Promise<Ran> =>
  admit({ ...operatorOf(stage.nats), DATABASE_REPLAY_URL: stage.urls.replay }, 'log', ...args);
const restoreInto = (server: NatsServer, from = backup): Promise<Ran> => admit(operatorOf(server, 'provision'), 'log', 'restore', from);

const loginOf = (who: string) => {
  const { user, pass } = stage.nats.credentials(who);
  return { user, password: pass };
};

/** A backup that gets a signal while it waits for the end of a stream. */
async function signalled(signal: NodeJS.Signals, into: string): Promise<{ code: number | null; killed: string | null; error: string }> {
  const proxy = await stage.keep(LossyProxy.before(stage.nats.port));
  const copied = proxy.loseNext('down', ({ line }) => /^MSG _INBOX\.operator\.\w+ \d+ 0$/.test(line));
  const copying = spawn(process.execPath, [join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js'), 'log', 'backup', into], {
    env: { ...operatorOf(stage.nats), NATS_URL: proxy.url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = text(copying.stderr);
  const gone = once(copying, 'exit');
  await copied;
  copying.kill(signal);
  const [code, killed] = (await gone) as [number | null, string | null];
  return { code, killed, error: await said };
}

let empties = 0;
const emptyServer = (): Promise<NatsServer> => stage.keep(startNats({ dataDir: join(folder, `empty-${empties++}`) }));

beforeAll(async () => {
  const provisioner = await stage.nat('provision');
  await (await TenantRegister.on(provisioner)).create('demo', { hasNatsPassword: true });
  await jetstream(provisioner).publish('mint.demo.tkt_1.1', '{"outstanding":true}', { msgID: 'm1' });
  await jetstream(provisioner).publish('cmd.demo.gala.hash', '{"undecided":true}', { msgID: 'c1' });
  await provisioner.close();
  sold = await stage.projects(async () => {
    await stage.sell('demo', 'gala', 60);
    return stage.sell('acme', 'fair', 30);
  });
});

describe('admit log verify', () => {
  it('reads the whole log and finds it whole, with the rights of an operator', async () => {
    expect(await log('verify')).toMatchObject({
      code: 0,
      out: expect.stringMatching(new RegExp(`^whole: ${sold} commits on 4 subjects, epoch [0-9a-f-]{36}\n$`)),
    });
    expect(JSON.parse((await log('verify', '--json')).out)).toMatchObject({
      sequence: sold,
      subjects: 4,
      findings: [],
      more: 0,
      witness: true,
    });
    expect((await log('verify', '--no-ledger')).out).toContain('the last commit of each subject is not verified');
  });

  it('lists what the ledger has seen and the log lacks', async () => {
    await stage.query('update ledger.checkpoint set sequence = $1', [sold + 7]);
    const ran = await log('verify');
    expect([ran.code, ran.out]).toEqual([1, expect.stringContaining(`EVENTS ends at sequence ${sold}; the ledger has seen ${sold + 7}`)]);
    await stage.query('update ledger.checkpoint set sequence = $1', [sold]);
  });

  it('ends with 2 if the ledger cannot be reached', async () => {
    const settings = { ...operatorOf(stage.nats), DATABASE_REPLAY_URL: 'postgres://admit_replay:x@127.0.0.1:1/admit' };
    expect(await admit(settings, 'log', 'verify')).toMatchObject({ code: 2, error: expect.stringContaining('database-unreachable') });
  });
});

describe('[L3] a backup', () => {
  it('copies every stream that does not follow from another, for its owner alone', async () => {
    const ran = await log('backup', backup);
    expect(ran).toMatchObject({ code: 0, error: '' });
    const copied = STREAMS.map(({ name }) => name).filter((name) => !NOT_BACKED_UP.has(name));
    for (const name of copied) expect(ran.out).toMatch(new RegExp(`copied ${name} `));
    expect(readdirSync(backup).sort()).toEqual([...copied.map((name) => `${name}.snapshot`), 'manifest.json'].sort());
    expect(statSync(backup).mode & 0o077).toBe(0);
    expect(statSync(join(backup, 'manifest.json')).mode & 0o077).toBe(0);
    expect(await log('backup', backup)).toMatchObject({ code: 2, error: expect.stringContaining('exists already') });
  });

  it('accepts a folder with or without a trailing slash', async () => {
    expect(await log('backup', `${backup}-slash/`)).toMatchObject({ code: 0, error: '' });
    expect(readdirSync(`${backup}-slash`)).toContain('manifest.json');
  });

  it.each([
    [
      'the connection breaks in the middle and comes back',
      ({ line }: Frame) => /^MSG _INBOX\.operator\.\w+ \d+ (?:\S+ )?[1-9]\d*$/.test(line),
      true,
    ],
    ['it breaks before the server has said that it will send', ({ payload }: Frame) => payload.includes('stream_snapshot_response'), true],
    ['the server says no more', ({ line }: Frame) => /^MSG _INBOX\.operator\.\w+ \d+ 0$/.test(line), false],
  ])('is none when %s: nothing is left of it', async (_, isIt, cuts) => {
    const proxy = await stage.keep(LossyProxy.before(stage.nats.port));
    const connection = await stage.keep(connectNats({ servers: [proxy.url], ...loginOf('operator') }, 'test'));
    const lost = proxy.loseNext('down', (frame) => {
      if (!isIt(frame)) return false;
      if (cuts) proxy.cut(); // at once: later messages are not sent
      return true;
    });
    const copying = backUp({ connection, inbox: '_INBOX.operator', silenceMs: 1_000 }, `${backup}-cut`, () => undefined);
    void lost.then(() => proxy.mend());
    await expect(copying).rejects.toMatchObject({ code: 'log-unreachable' });
    expect(readdirSync(folder).filter((name) => name.includes('cut'))).toEqual([]);
  });

  it('that was killed is invalid, and the next one to that folder explains what to do with its files', async () => {
    const into = join(folder, 'killed in the middle');
    const { killed } = await signalled('SIGKILL', into);
    expect(killed).toBe('SIGKILL');
    const ran = await log('backup', into);
    expect([ran.code, ran.out, ran.error]).toEqual([2, '', expect.stringMatching(/unfinished.*no backup.*where none is under way.*rm -r/)]);
    const [, advised = ''] = /: (rm -r '.*')"\]/.exec(ran.error) ?? [];
    await promisify(execFile)('sh', ['-c', advised]);
    expect(await log('backup', into)).toMatchObject({ code: 0, error: '' });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)("that was interrupted by %s leaves nothing behind, and exits with the signal's code", async (signal, code) => {
    const ended = await signalled(signal, join(folder, `interrupted by ${signal}`));
    expect(ended).toEqual({ code, killed: null, error: 'interrupted\n' });
    expect(readdirSync(folder).filter((name) => name.startsWith('interrupted'))).toEqual([]);
  });

  it('restored into an empty server is the same log: verified, the same ledger hash after a replay, every stream and tenant there', async () => {
    const server = await emptyServer();
    expect(await restoreInto(server)).toMatchObject({ code: 0, error: '' });
    const admin = await connect(server.connection('provision'));
    const before = await connect(stage.nats.connection('provision'));
    expect(await inspectTopology(admin)).toBe(await inspectTopology(before));
    const states = async (connection: typeof admin) => {
      const jsm = await jetstreamManager(connection);
      return Promise.all(
        STREAMS.filter(({ name }) => !NOT_BACKED_UP.has(name)).map(async ({ name }) => {
          const { messages, last_seq } = (await jsm.streams.info(name)).state;
          return [name, messages, last_seq];
        }),
      );
    };
    expect(await states(admin)).toEqual(await states(before));
    expect((await (await TenantRegister.on(admin)).list()).map(({ tenant }) => tenant)).toEqual(['demo']);
    await admin.close();
    await before.close();

    const operator = operatorOf(server);
    expect(await admit({ ...operator, DATABASE_REPLAY_URL: stage.urls.replay }, 'log', 'verify')).toMatchObject({ code: 0 });
    const replay = server.credentials('replay');
    const settings = {
      ...operator,
      NATS_REPLAY_USER: replay.user,
      NATS_REPLAY_PASSWORD: replay.pass,
      DATABASE_REPLAY_URL: stage.urls.replay,
      DATABASE_ADMIN_URL: stage.postgres.url(DATABASE),
    };
    const hashes = () => stage.query('select tenant, entries, hash from ledger.tenant_chain order by tenant');
    const original = await hashes();
    expect(await admit(settings, 'replay')).toMatchObject({ code: 0, out: expect.stringMatching(/equal/) });
    expect((await admit(settings, 'replay', '--promote')).code).toBe(0);
    expect(await hashes()).toEqual(original);
    expect(original).toHaveLength(2);
  });

  it('is refused if a log exists, and leaves that log untouched', async () => {
    const ran = await restoreInto(stage.nats);
    expect([ran.code, ran.error]).toEqual([2, expect.stringMatching(/stream-differs.*EVENTS.*server without a log/)]);
    expect((await log('verify')).code).toBe(0);
  });

  it('resumes after an interruption, and starts every consumer at its earlier position', async () => {
    const server = await emptyServer();
    expect((await restoreInto(server)).code).toBe(0);
    const admin = await connect(server.connection('provision'));
    const jsm = await jetstreamManager(admin);
    for (const name of ['EVENTS', 'DEAD']) await jsm.streams.delete(name); // as if it had died before these two
    const again = await restoreInto(server);
    expect([again.code, again.out.match(/restored [A-Z]+/g)]).toEqual([0, ['restored DEAD', 'restored EVENTS']]);
    for (const { stream, config } of CONSUMERS)
      expect((await jsm.consumers.info(stream, config.durable_name)).name).toBe(config.durable_name);
    await admin.close();
  });

  it('is refused when a byte of it changed, before anything is made', async () => {
    const server = await emptyServer();
    const path = join(backup, 'MINTS.snapshot');
    const bytes = await readFile(path);
    const damaged = Buffer.from(bytes);
    damaged[damaged.length >> 1]! ^= 1;
    writeFileSync(path, damaged);
    const ran = await restoreInto(server);
    writeFileSync(path, bytes);
    expect([ran.code, ran.error]).toEqual([2, expect.stringMatching(/MINTS.snapshot.*is not the SHA-256/)]);
    const admin = await connect(server.connection('provision'));
    expect((await (await jetstreamManager(admin)).streams.list().next()).length).toBe(0);
    await admin.close();
    expect((await restoreInto(server, folder)).error).toContain('holds no backup');
  });

  it('taken while the log is written to, is whole as well', async () => {
    let writes = true;
    const writing = (async () => {
      for (let sale = 0; writes; sale++) await stage.sell('acme', `rush-${sale}`, 20);
    })();
    const busy = join(folder, 'busy');
    const ran = await log('backup', busy);
    writes = false;
    await writing;
    expect(ran.code).toBe(0);
    const server = await emptyServer();
    expect((await restoreInto(server, busy)).code).toBe(0);
    const verdict = JSON.parse((await admit(operatorOf(server), 'log', 'verify', '--json')).out) as {
      sequence: number;
      findings: unknown[];
    };
    expect(verdict.findings).toEqual([]);
    expect(verdict.sequence).toBeGreaterThan(sold);
  });
});
