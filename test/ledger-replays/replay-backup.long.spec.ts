import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { PermissionViolationError } from '@nats-io/transport-node';
import { saleSubject } from '#shared/event-store/event-store.js';
import { connectNats } from '#shared/platform/messaging/nats.js';
import { obtainNatsServer } from '../../dev/nats/obtain.js';
import { commandLine, descendantsOf, isAlive } from '../../dev/processes/process-table.js';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf, type Ran } from '../harness/admit.js';
import { DATABASE, LedgerStage, paying, WAIT_MS } from '../stages/ledger-stage.js';

const STARTS_SERVERS_MS = 120_000;
const stage = LedgerStage.forTests('replay-backup');
const folder = stage.folder('replay-backup');
const backup = join(folder, 'backup');
/** Data folders of backup servers: empty when none is left. */
const room = join(folder, 'room');
let settings: Readonly<Record<string, string>>;
let ended: number;
let sold: number;

const replay = (from: string, ...args: string[]): Promise<Ran> => admit(settings, 'replay', '--from-backup', from, ...args);

beforeAll(async () => {
  mkdirSync(room);
  const { stop } = await stage.project();
  await stage.sell('demo', 'gala', 60);
  await stage.append(saleSubject('demo', 'money'), paying('ord_early'));
  ended = await stage.sell('acme', 'fair', 30);
  await stage.reaches(ended);
  expect(await admit(operatorOf(stage.nats), 'log', 'backup', backup)).toMatchObject({ code: 0 });
  await stage.append(saleSubject('demo', 'money'), paying('ord_late'));
  sold = await stage.sell('demo', 'later', 20); // every balance, head and hash of the tenant moves on
  await stage.reaches(sold);
  await stop();
  const { path } = await obtainNatsServer();
  // The server of the log is named, but no login to it: a backup is replayed without it.
  settings = { NATS_URL: stage.nats.url, NATS_SERVER: path, DATABASE_REPLAY_URL: stage.urls.replay, TMPDIR: room };
}, STARTS_SERVERS_MS);

describe('[L7] admit replay --from-backup', () => {
  it('rebuilds the ledger as of the last commit of the backup, and finds the live one, which is ahead, equal', async () => {
    const ran = await replay(backup);
    expect([ran.code, ran.out]).toEqual([0, expect.stringMatching(new RegExp(`^equal at commit ${ended}:`))]);
    expect(ran.error).toContain(`ends at commit ${ended}`);
    const before = JSON.parse((await replay(backup, '--tenant', 'acme', '--until', '100', '--json')).out);
    expect(before).toMatchObject({ result: 'equal', sequence: 100 });
    expect(readdirSync(room)).toEqual([]);
  });

  it('names the row and the field of an entry that was changed since', async () => {
    const where = `tenant = 'demo' and order_id = 'ord_demo_gala_7' and debit = 'settled-outside'`;
    await stage.query(`update ledger.ledger_entry set amount = 4 where ${where}`);
    const ran = await replay(backup);
    expect([ran.code, ran.out]).toEqual([
      1,
      expect.stringMatching(/^different.*ledger_entry.*field amount\n {2}live {5}4\n {2}replayed 5000/),
    ]);
    await stage.query(`update ledger.ledger_entry set amount = 5000 where ${where}`);
  });

  it('names the change in an order, a ticket, a head and a hash that was not written since, and what is missing', async () => {
    for (const [table, column, row] of [
      ['sale_order', 'buyer', `order_id = 'ord_demo_gala_3'`],
      ['ticket', 'holder', `ticket = 'tkt_fair_3_0'`],
      ['log_head', 'hash', `subject = 'ev.demo.sale.gala'`],
      ['tenant_chain', 'hash', `tenant = 'acme'`],
    ] as const) {
      const [kept] = await stage.query<Record<string, string>>(`select ${column} from ledger.${table} where ${row}`);
      await stage.query(`update ledger.${table} set ${column} = 'changed' where ${row}`);
      const { difference } = JSON.parse((await replay(backup, '--json')).out);
      expect(difference).toMatchObject({ table, field: column, live: 'changed', replayed: kept?.[column] });
      await stage.query(`update ledger.${table} set ${column} = $1 where ${row}`, [kept?.[column]]);
    }
    const [{ sequence }] = (await stage.query(`delete from ledger.ticket where ticket = 'tkt_fair_3_1' returning sequence`)) as [
      { sequence: string },
    ];
    const { difference } = JSON.parse((await replay(backup, '--json')).out);
    expect(difference).toMatchObject({ table: 'ticket', field: '*', live: null, sequence: Number(sequence) });
    await stage.query(`insert into ledger.ticket select * from ledger_shadow.ticket where ticket = 'tkt_fair_3_1'`);
    expect((await replay(backup)).code).toBe(0);
  });

  it('names a balance that was changed, though all balances went on since, and an account that has lost its row', async () => {
    for (const account of ['provider', 'clearing']) {
      const row = { tenant: 'demo', sale: 'money', unit: 'EUR', account };
      const where = `tenant = 'demo' and sale = 'money' and account = '${account}'`;
      expect(await stage.query(`select amount from ledger.account_balance where ${where}`)).toEqual([{ amount: '10000' }]);
      await stage.query(`update ledger.account_balance set amount = 10001 where ${where}`);
      const { difference } = JSON.parse((await replay(backup, '--json')).out);
      expect(difference).toMatchObject({ table: 'account_balance', row, field: 'amount', live: '5001', replayed: '5000' });
      await stage.query(`delete from ledger.account_balance where ${where}`);
      expect((await replay(backup, '--tenant', 'demo')).out).toMatch(new RegExp(`^different.*account_balance.*account=${account}`));
      await stage.query(`insert into ledger.account_balance values ('demo', 'money', 'EUR', $1, 10000)`, [account]);
    }
    expect((await replay(backup)).code).toBe(0);
  });

  it("stops at the live ledger's position when that one is behind", async () => {
    await stage.query('update ledger.checkpoint set sequence = $1', [ended - 30]);
    expect(JSON.parse((await replay(backup, '--json')).out)).toMatchObject({ sequence: ended - 30 });
    expect((await replay(backup, '--until', `${ended}`)).error).toContain('not that far yet');
    await stage.query('update ledger.checkpoint set sequence = $1', [sold]);
  });

  it('needs no log: without it, the result is the same, and its consumers stay where they were', async () => {
    const connection = await stage.nat('operator');
    const jsm = await jetstreamManager(connection, { checkAPI: false });
    const before = await jsm.consumers.info('EVENTS', 'replay');
    await replay(backup);
    const after = await jsm.consumers.info('EVENTS', 'replay');
    expect([after.delivered, after.num_pending]).toEqual([before.delivered, before.num_pending]);
    await connection.close();
    const nowhere = { ...settings, NATS_URL: 'nats://127.0.0.1:1' };
    expect((await admit(nowhere, 'replay', '--from-backup', backup)).out).toContain(`equal at commit ${ended}`);
  });

  it('names the file in which a byte changed, and starts nothing', async () => {
    const damaged = join(folder, 'damaged');
    cpSync(backup, damaged, { recursive: true });
    const file = join(damaged, 'EVENTS.snapshot');
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file, bytes);
    const ran = await replay(damaged);
    expect([ran.code, ran.error]).toEqual([2, expect.stringMatching(/EVENTS.snapshot.*is not the SHA-256/)]);
    expect((await replay(folder)).error).toContain('holds no backup');
  });

  it('refuses a backup of another log, before anything of the shadow is cleared', async () => {
    const [{ rows }] = (await stage.query('select count(*) as rows from ledger_shadow.ledger_entry')) as [{ rows: string }];
    const [{ epoch }] = (await stage.query('select epoch from ledger.checkpoint')) as [{ epoch: string }];
    await stage.query(`update ledger.checkpoint set epoch = 'another'`);
    const ran = await replay(backup);
    expect([ran.code, ran.out + ran.error]).toEqual([2, expect.stringMatching(/ledger-differs.*another epoch/)]);
    await stage.query('update ledger.checkpoint set epoch = $1', [epoch]);
    expect(Number(rows)).toBeGreaterThan(0);
    expect(await stage.query('select count(*) as rows from ledger_shadow.ledger_entry')).toEqual([{ rows }]);
  });

  it('promotes nothing: an older ledger would undo later sales', async () => {
    const ran = await replay(backup, '--promote');
    expect([ran.code, ran.error]).toEqual([2, expect.stringContaining('--promote with --from-backup')]);
    expect((await replay(backup, '--until', `${sold}`)).error).toContain(`the backup ends at commit ${ended}`);
  });

  it('reports a missing nats-server', async () => {
    const ran = await admit({ ...settings, NATS_SERVER: '/nowhere/nats-server' }, 'replay', '--from-backup', backup);
    expect([ran.code, ran.error]).toEqual([2, expect.stringMatching(/server-missing.*ENOENT.*NATS_SERVER/)]);
    expect(readdirSync(room)).toEqual([]);
  });

  describe('while it is under way', () => {
    let admitted: ChildProcess;
    let all: readonly number[];
    let letGo: () => void;
    let held: Promise<void>;

    beforeAll(async () => {
      let locked: () => void;
      const isLocked = new Promise<void>((resolve) => (locked = resolve));
      held = stage.postgres.asSuperuser(DATABASE, async (client) => {
        await client.query('begin');
        await client.query('lock table ledger_shadow.sale in access exclusive mode'); // the replay waits here
        locked();
        await new Promise<void>((resolve) => (letGo = resolve));
      });
      await isLocked;
      const main = join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js');
      const env = { PATH: process.env.PATH, ...settings };
      admitted = spawn(process.execPath, [main, 'replay', '--from-backup', backup], { env, stdio: 'ignore' });
      const waiting = `select 1 from pg_stat_activity where usename = 'admit_replay' and wait_event_type = 'Lock'`;
      await waitFor(async () => (await stage.query(waiting)).length > 0, { what: 'the replay is under way', timeoutMs: WAIT_MS });
      all = [...descendantsOf(admitted.pid!), admitted.pid!];
    }, STARTS_SERVERS_MS);

    it('gives the replay one login to each server, without the permission to store', async () => {
      const replaying = all.find((pid) => commandLine(pid)?.includes('replay.js'));
      const told = environmentOf(replaying!);
      const names = Object.keys(told).filter((name) => !name.startsWith('NODE_CHANNEL'));
      expect(names.sort()).toEqual(['DATABASE_REPLAY_URL', 'LOG_LEVEL', 'NATS_REPLAY_PASSWORD', 'NATS_REPLAY_USER', 'NATS_URL']);
      expect([told.NATS_REPLAY_USER, told.NATS_URL === stage.nats.url]).toEqual(['replay', false]);
      const access = { servers: [told.NATS_URL ?? ''], user: told.NATS_REPLAY_USER ?? '', password: told.NATS_REPLAY_PASSWORD ?? '' };
      const connection = await connectNats(access, 'test');
      for (const subject of ['ev.demo.sale.gala', '$JS.API.STREAM.PURGE.EVENTS', '$JS.API.CONSUMER.RESET.EVENTS.replay']) {
        const refused = await connection.request(subject, '{}', { timeout: WAIT_MS }).catch((thrown: Error) => thrown.cause);
        expect(refused).toBeInstanceOf(PermissionViolationError);
      }
      await connection.close();
    });

    it('leaves no process and no file when it is killed', async () => {
      expect(all).toHaveLength(4); // admit, the replay, the keeper, the server
      admitted.kill('SIGKILL');
      await waitFor(() => !all.some(isAlive), { what: 'all of them are gone', timeoutMs: WAIT_MS });
      expect(readdirSync(room)).toEqual([]);
      letGo();
      await held;
      const sessions = `select 1 from pg_stat_activity where usename = 'admit_replay'`;
      await waitFor(async () => (await stage.query(sessions)).length === 0, { what: 'its session is gone', timeoutMs: WAIT_MS });
      expect((await replay(backup)).code).toBe(0);
    });
  });
});

/** The environment of a process at its start. */
function environmentOf(pid: number): Readonly<Record<string, string>> {
  const file = `/proc/${pid}/environ`;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : execFileSync('ps', ['eww', '-o', 'command=', '-p', `${pid}`]).toString();
  const pairs = text.split(existsSync(file) ? '\0' : ' ').filter((pair) => /^[A-Z_]+=/.test(pair));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
