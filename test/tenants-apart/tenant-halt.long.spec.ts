import { jetstreamManager } from '@nats-io/jetstream';
import type { QueryRunner } from 'typeorm';
import { encodeCommit, NO_HEAD } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { connected } from '../../apps/ledger/src/database/connect.js';
import { readHalts } from '../../apps/ledger/src/halts/halts.js';
import { repairTenant } from '../../apps/ledger/src/halts/repair.js';
import { JetStreamEventsLog } from '../../apps/ledger/src/logs/jetstream.js';
import { applyBatch } from '../../apps/ledger/src/projection/apply-batch.js';
import { readCheckpoint } from '../../apps/ledger/src/projection/checkpoint.js';
import type { LoggedMessage } from '../../apps/ledger/src/projection/commit-place.js';
import type { ReplayReport } from '../../apps/ledger/src/replay/replay-ledger.js';
import { exitCodeOf, sentenceOf } from '../../apps/ledger/src/replay/verdict.js';
import { waitFor } from '../../dev/processes/wait.js';
import { LedgerStage, opening, ordering, silent, WAIT_MS } from '../stages/ledger-stage.js';

const MAX_BATCH = 256;

const stage = LedgerStage.forTests('tenant-halt');

/** An event that no running version of the ledger can apply: stands for a bug that the next version fixes. */
const poison = (sequence: number) =>
  stage.query(`alter table ledger.ledger_entry add constraint poison check (sequence <> ${sequence} or event <> 'OrderConfirmed')`);
const mend = () => stage.query('alter table ledger.ledger_entry drop constraint poison');

/** An event that a replay cannot apply, and the projector can: stands for a replay of an older version. */
const cannotBeRebuilt = (sequence: number) =>
  stage.query(
    `alter table ledger_shadow.ledger_entry add constraint older check (sequence <> ${sequence} or current_user <> 'admit_replay')`,
  );

const halts = () => stage.query('select tenant, sequence, subject, reason from ledger.tenant_halt');
const chains = () => stage.query('select tenant, entries, hash from ledger.tenant_chain order by tenant');
const order = (tenant: string, sale: string, n: number) => stage.append(saleSubject(tenant, sale), ordering(tenant, sale, n));

async function replay(): Promise<ReplayReport> {
  await stage.rewind();
  return stage.replay();
}

const logOf = async (): Promise<JetStreamEventsLog> => JetStreamEventsLog.on(await stage.nat('ledger'), MAX_BATCH);

/** The log's messages, from one commit to another. */
async function logged(first: number, last: number): Promise<LoggedMessage[]> {
  const connection = await stage.nat('provision');
  const jsm = await jetstreamManager(connection);
  const batch = [];
  for (let seq = first; seq <= last; seq++) {
    const message = await jsm.streams.getMessage('EVENTS', { seq });
    if (message !== null) batch.push({ subject: message.subject, sequence: message.seq, body: message.data });
  }
  await connection.close();
  return batch;
}

const ofLaterVersion = (body: Uint8Array): Uint8Array =>
  Buffer.from(
    Buffer.from(body)
      .toString()
      .replace(/OrderPlaced\.v\d/, 'OrderPlaced.v9'),
  );

describe('[L8] [L11] an event that cannot be applied', () => {
  let bad: number;
  let last: number;

  it('halts its tenant at its sequence, and continues for the others', async () => {
    for (const [tenant, sale] of [
      ['acme', 'fair'],
      ['demo', 'gala'],
      ['zoo', 'night'],
    ] as const)
      await stage.sell(tenant, sale, 6);
    await stage.append(saleSubject('acme', 'late'), opening('late', 400));
    bad = await order('acme', 'late', 0);
    await poison(bad);
    await stage.append(saleSubject('demo', 'more'), opening('more', 400));
    const { projector, stop } = await stage.project();
    for (let n = 0; n < 10; n++) await order('demo', 'more', n);
    for (let n = 1; n < 100; n++) await order('acme', 'late', n);
    await stage.append(saleSubject('acme', 'next'), opening('next', 4)); // another sale of the tenant waits too: its ledger is one chain
    last = await stage.append(saleSubject('zoo', 'day'), opening('day', 4));
    await stage.reaches(last);
    expect(await halts()).toEqual([
      { tenant: 'acme', sequence: String(bad), subject: 'ev.acme.sale.late', reason: expect.stringContaining('poison') },
    ]);
    const [most] = await stage.query(`select max(sequence) as last from ledger.ledger_entry where tenant = 'acme'`);
    expect(Number(most!.last)).toBe(bad - 1);
    const [sold] = await stage.query(
      `select amount from ledger.account_balance where tenant = 'demo' and sale = 'more' and account = 'sold'`,
    );
    expect(sold).toEqual({ amount: '20' });
    projector.assertHealthy();
    expect(projector.degraded()?.note).toContain(`acme at commit ${bad}`);
    await stop();
  });

  it('keeps it halted while it still cannot be applied, and a full redelivery changes nothing', async () => {
    const noted: object[] = [];
    const logger = Object.assign(Object.create(silent) as Logger, { error: (row: object) => noted.push(row) });
    const { projector, stop } = await stage.project(logger);
    await waitFor(() => noted.length === 1, { what: 'the repair was tried', timeoutMs: WAIT_MS });
    expect(projector.halted.size).toBe(1);
    await stop();
    const before = [await halts(), await chains()];
    const batch = await logged(bad - 3, last);
    const runner = (await connected(stage.pool('projector'))).createQueryRunner();
    const at = await readCheckpoint(runner, 'ledger');
    expect(await applyBatch(runner, at, batch)).toEqual({ at, halted: [] });
    await runner.release();
    expect([await halts(), await chains()]).toEqual(before);
  });

  it('is named by a replay that can apply it', async () => {
    const report = await replay(); // the shadow has no such constraint
    expect(report).toMatchObject({
      result: 'different',
      difference: { table: 'tenant_halt', row: { tenant: 'acme' }, sequence: bad, replayed: null },
    });
  });

  it('leaves the tenant with the ledger of an uninterrupted run, after the repair, wherever that was interrupted', async () => {
    const log = await logOf();
    const pool = await connected(stage.pool('projector'));
    let cuts = 0;
    await mend();
    for (; ; cuts++) {
      const runner = pool.createQueryRunner();
      const [halted] = await readHalts(runner, 'ledger');
      if (halted === undefined) {
        await runner.release();
        break;
      }
      const cut = cutAfter(runner, cuts);
      await repairTenant(cut, log, halted).catch((thrown: unknown) => expect(String(thrown)).toContain('cut off'));
      await stage.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', ['admit_projector']);
    }
    expect(cuts).toBeGreaterThan(12);
    expect(await halts()).toEqual([]);
    expect(await replay()).toMatchObject({ result: 'equal', halted: [] });
  });

  it('is repaired by the projector itself when it starts, while it applies new commits', async () => {
    const wrong = (await stage.checkpoint()) + 1;
    await poison(wrong);
    const first = await stage.project();
    await order('acme', 'late', 100);
    await stage.reaches(await order('acme', 'late', 101));
    expect(await halts()).toMatchObject([{ tenant: 'acme', sequence: String(wrong) }]);
    await first.stop();
    await mend();
    const second = await stage.project();
    const writing = (async () => {
      for (let n = 102; n < 130; n++) {
        await order('acme', 'late', n);
        await order('demo', 'more', n);
      }
    })();
    await waitFor(async () => (await halts()).length === 0, { what: 'the tenant goes on', timeoutMs: WAIT_MS });
    await writing;
    await stage.reaches(await order('demo', 'more', 130));
    await second.stop();
    expect(second.projector.degraded()).toBeUndefined();
    expect(await replay()).toMatchObject({ result: 'equal', halted: [] });
  });

  it("that an older version meets again, before its tenant's halt, halts it there, and continues for the others", async () => {
    const applied = await order('acme', 'late', 131);
    const wrong = applied + 1;
    await poison(wrong);
    const first = await stage.project();
    await order('acme', 'late', 132);
    const last = await order('demo', 'more', 131);
    await stage.reaches(last);
    await first.stop();
    expect(await halts()).toMatchObject([{ tenant: 'acme', sequence: String(wrong) }]);

    await stage.query('update ledger.checkpoint set sequence = $1', [applied - 1]);
    const runner = (await connected(stage.pool('projector'))).createQueryRunner();
    const at = await readCheckpoint(runner, 'ledger');
    const [unknown, ...others] = (await logged(applied, last)) as [LoggedMessage, ...LoggedMessage[]];
    const taken = await applyBatch(runner, at, [{ ...unknown, body: ofLaterVersion(unknown.body) }, ...others]);
    await runner.release();
    expect(taken).toMatchObject({ at: { sequence: last }, halted: [{ tenant: 'acme', sequence: applied }] });
    expect(await halts()).toMatchObject([{ tenant: 'acme', sequence: String(applied), reason: expect.stringContaining('OrderPlaced.v9') }]);

    await mend();
    const second = await stage.project();
    await waitFor(async () => (await halts()).length === 0, { what: 'the tenant goes on', timeoutMs: WAIT_MS });
    await second.stop();
    expect(await replay()).toMatchObject({ result: 'equal', halted: [] });
  });

  it('of a ledger that an older version put in the place of the live one is repaired by the projector that runs', async () => {
    const bad = await order('acme', 'late', 133);
    const noted: object[] = [];
    const logger = Object.assign(Object.create(silent) as Logger, { error: (row: object) => noted.push(row) });
    const running = await stage.project(logger);
    await stage.reaches(await order('acme', 'late', 134));
    await cannotBeRebuilt(bad);
    expect(await stage.promote({}, true)).toMatchObject({ halted: [{ tenant: 'acme', sequence: bad }] });
    await stage.reaches(await order('acme', 'late', 135));
    await waitFor(async () => (await halts()).length === 0, { what: 'the tenant goes on', timeoutMs: WAIT_MS });
    expect(running.projector.halted.size).toBe(0);
    expect(noted).toEqual([]);
    await running.stop();
    expect(await replay()).toMatchObject({ result: 'equal', halted: [] });
  });

  it('of a later version halts its tenant likewise, in the ledger and in a replay', async () => {
    const [head] = await stage.query(`select version, hash from ledger.log_head where subject = 'ev.zoo.sale.day'`);
    const text = encodeCommit(
      'ev.zoo.sale.day',
      { ...NO_HEAD, version: Number(head!.version), hash: head!.hash },
      ordering('zoo', 'day', 0),
    );
    const connection = await stage.nat('provision');
    const later = ofLaterVersion(text);
    const { seq } = (await connection.request('ev.zoo.sale.day', later, { timeout: WAIT_MS })).json<{ seq: number }>();
    await connection.close();
    const { stop } = await stage.project();
    await stage.reaches(await order('demo', 'more', 132));
    await stop();
    expect(await halts()).toMatchObject([{ tenant: 'zoo', sequence: String(seq), reason: expect.stringContaining('OrderPlaced.v9') }]);
    const report = await replay();
    expect(report).toMatchObject({ result: 'equal', halted: [{ tenant: 'zoo', sequence: seq }] });
    expect([exitCodeOf(report), sentenceOf(report)]).toEqual([4, expect.stringContaining(`zoo is halted at commit ${seq}`)]);
  });
});

/** A session that is lost before its statement number `count`; the last one of them may be a commit. */
function cutAfter(runner: QueryRunner, count: number): QueryRunner {
  let left = count;
  const cut = <T>(call: () => Promise<T>): Promise<T> =>
    left-- > 0 ? call() : Promise.reject(new Error('Connection terminated: cut off'));
  return new Proxy(runner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = member.bind(target) as (...given: unknown[]) => Promise<unknown>;
      return name === 'query' || name === 'commitTransaction' ? (...given: unknown[]) => cut(() => call(...given)) : call;
    },
  });
}
