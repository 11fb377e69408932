import { encodeCommit, NO_HEAD } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { LedgerStage, opening, ordering } from '../stages/ledger-stage.js';

const STARTS_SERVERS_MS = 120_000;

const stage = LedgerStage.forTests('ledger-refuses');
beforeAll(() => stage.projects(() => stage.sell('demo', 'gala', 3)));

const set = (sql: string) => stage.query(`update ledger.checkpoint set ${sql}`);

const refusal = async (): Promise<unknown> => {
  const { ended } = await stage.project();
  return ended.catch((thrown: unknown) => thrown);
};

describe('the ledger refuses to run', () => {
  it('when the log is of another epoch', async () => {
    const [row] = await stage.query<{ epoch: string }>('select epoch from ledger.checkpoint');
    await set(`epoch = 'another'`);
    expect(await refusal()).toMatchObject({
      code: 'ledger-differs',
      context: { reason: 'EVENTS is of another epoch', ledger: 'another', log: row!.epoch },
    });
    await set(`epoch = '${row!.epoch}'`);
  });

  it('when it is ahead of the log, and lists what the log lost', async () => {
    const at = await stage.checkpoint();
    await set(`sequence = ${at + 5}`);
    expect(await refusal()).toMatchObject({ code: 'log-shrunk', context: { missing: { from: at + 1, to: at + 5 } } });
    await set(`sequence = ${at}`);
  });

  it('when a commit does not follow the one before it on its subject', async () => {
    const at = await stage.checkpoint();
    await stage.query(`update ledger.log_head set hash = repeat('0', 64) where subject = 'ev.demo.sale.gala'`);
    const sequence = await stage.append(saleSubject('demo', 'gala'), ordering('demo', 'gala', 50));
    expect(await refusal()).toMatchObject({ code: 'log-broken', context: { subject: 'ev.demo.sale.gala', sequence } });
    expect(await stage.checkpoint()).toBe(at);
  });
});

describe('bytes that are no commit at all', () => {
  it(
    'stop the ledger: the log is broken',
    async () => {
      const other = await stage.standOn(new LedgerStage('ledger-bytes'));
      const forged = encodeCommit('ev.demo.sale.gala', { ...NO_HEAD, version: 7 }, opening('gala', 4));
      const connection = await other.nat('provision');
      const { seq } = (await connection.request('ev.demo.sale.gala', forged, { timeout: 5_000 })).json<{ seq: number }>();
      const { ended } = await other.project();
      expect(await ended.catch((thrown: unknown) => thrown)).toMatchObject({ code: 'log-broken', context: { sequence: seq } });
      await connection.close();
    },
    STARTS_SERVERS_MS,
  );
});
