import { jetstreamManager } from '@nats-io/jetstream';
import { saleSubject } from '#shared/event-store/event-store.js';
import { connected } from '../../apps/ledger/src/database/connect.js';
import { inTransaction } from '../../apps/ledger/src/database/transaction.js';
import { applyCommits } from '../../apps/ledger/src/projection/apply.js';
import { applyBatch } from '../../apps/ledger/src/projection/apply-batch.js';
import { readCheckpoint } from '../../apps/ledger/src/projection/checkpoint.js';
import { readCommit } from '../../apps/ledger/src/projection/commit-place.js';
import { waitFor } from '../../dev/processes/wait.js';
import { LedgerStage, opening, ordering, WAIT_MS } from '../stages/ledger-stage.js';

const TABLES = ['ledger_entry', 'sale', 'sale_order', 'ticket', 'account_balance', 'tenant_chain', 'log_head', 'checkpoint'];
const STARTS_SERVERS_MS = 120_000;

const stage = LedgerStage.forTests('ledger');

/** The whole ledger as one hash per table. */
async function image(): Promise<Record<string, string>> {
  const hashes = await Promise.all(
    TABLES.map(async (table) => {
      const [row] = await stage.query<{ hash: string }>(
        `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as hash from ledger.${table} t`,
      );
      return [table, row!.hash] as const;
    }),
  );
  return Object.fromEntries(hashes);
}

const count = async (table: string): Promise<number> =>
  Number((await stage.query<{ n: string }>(`select count(*) as n from ledger.${table}`))[0]!.n);

async function messages(): Promise<{ subject: string; sequence: number; body: Uint8Array }[]> {
  const connection = await stage.nat('provision');
  const jsm = await jetstreamManager(connection);
  const { last_seq } = (await jsm.streams.info('EVENTS')).state;
  const list = [];
  for (let seq = 1; seq <= last_seq; seq++) {
    const message = await jsm.streams.getMessage('EVENTS', { seq });
    if (message !== null) list.push({ subject: message.subject, sequence: message.seq, body: message.data });
  }
  await connection.close();
  return list;
}

describe('the projector', () => {
  it('[minting QJ6] [minting NM7] takes every commit of the log into entries, read models and balances', async () => {
    const { stop } = await stage.project();
    await stage.reaches(await stage.sell('demo', 'gala', 30));
    expect(await count('sale_order')).toBe(30);
    expect(await count('ticket')).toBe(60);
    const balances = await stage.query(
      `select account, amount from ledger.account_balance where tenant = 'demo' and sale = 'gala' order by account`,
    );
    expect(Object.fromEntries(balances.map((row) => [row.account, row.amount]))).toEqual({
      available: '0',
      held: '0',
      opened: '60',
      sold: '60',
      'mint-asked': '40',
      'mint-requests': '60',
      minted: '20',
      revenue: '150000',
      'settled-outside': '150000',
    });
    const [minted] = await stage.query(`select status, asset, signature, slot, mint_key from ledger.ticket where ticket = 'tkt_gala_3_1'`);
    expect(minted).toEqual({ status: 'minted', asset: 'asset-tkt_gala_3_1', signature: 'sig-tkt_gala_3_1', slot: '77', mint_key: 'key-3' });
    await stop();
  });

  it('[minting UP1] [minting RS4] continues from its checkpoint, and a full redelivery from 1 changes nothing', async () => {
    const before = await image();
    const pool = await connected(stage.pool('projector'));
    const runner = pool.createQueryRunner();
    const at = await readCheckpoint(runner, 'ledger');
    expect(await applyBatch(runner, at, await messages())).toEqual({ at, halted: [] });
    expect(await image()).toEqual(before);
    await runner.release();
    const { stop } = await stage.project(); // resets the consumer to checkpoint + 1 …
    const connection = await stage.nat('provision');
    await (await jetstreamManager(connection)).consumers.reset('EVENTS', 'ledger', 1); // … and is sent everything again
    await connection.close();
    const last = await stage.append(saleSubject('acme', 'fair'), opening('fair', 10));
    await stage.reaches(last);
    expect(await count('ledger_entry')).toBe(30 * 5 + 20 + 1 + 1);
    await stop();
  });

  it('is not doubled, nor taken for broken, when only its checkpoint was set back', async () => {
    const before = await image();
    await stage.query('update ledger.checkpoint set sequence = sequence - 20');
    const { stop } = await stage.project();
    await stage.reaches((await stage.checkpoint()) + 20);
    await stop();
    expect(await image()).toEqual(before);
  });

  it('[minting UP6] [blockchain NFT-7] writes rows and checkpoint together: a session that ends in between leaves neither', async () => {
    const { comesTo, stop } = await stage.project();
    await comesTo('projecting');
    const before = await image();
    const block = await stage.postgres.asSuperuser('admit', async (client) => {
      await client.query('begin; lock table ledger.account_balance in access exclusive mode'); // the entries are in by then, the commit is not
      const last = await stage.append(saleSubject('acme', 'fair'), ordering('acme', 'fair', 0));
      const waiting = `select pid from pg_stat_activity where usename = 'admit_projector' and wait_event_type = 'Lock'`;
      await waitFor(async () => (await client.query(waiting)).rowCount === 1, {
        what: 'the projector waits for the table',
        timeoutMs: WAIT_MS,
      });
      await client.query(`select pg_terminate_backend(pid) from (${waiting}) as them`);
      await waitFor(async () => (await client.query(waiting)).rowCount === 0, { what: 'its session is gone', timeoutMs: WAIT_MS });
      const checkpoint = await client.query('select sequence from ledger.checkpoint');
      await client.query('rollback');
      return { last, checkpoint: Number(checkpoint.rows[0].sequence) };
    });
    expect(block.checkpoint).toBe(block.last - 1);
    expect(before.ledger_entry).toBeDefined();
    await stage.reaches(block.last);
    const [entries] = await stage.query<{ n: string }>('select count(*) as n from ledger.ledger_entry where sequence = $1', [block.last]);
    expect(entries!.n).toBe('5');
    await stop();
  });

  it('[minting UP6] lets one of two projectors apply a batch: the other one writes nothing', async () => {
    const last = await stage.append(saleSubject('acme', 'fair'), ordering('acme', 'fair', 1));
    const batch = (await messages()).slice(-1);
    const pool = await connected(stage.pool('projector', 2));
    const [one, two] = [pool.createQueryRunner(), pool.createQueryRunner()];
    const at = await readCheckpoint(one, 'ledger');
    const results = await Promise.all([applyBatch(one, at, batch), applyBatch(two, at, batch)]);
    expect(results.filter((result) => result === undefined)).toHaveLength(1);
    expect(results.find((result) => result !== undefined)).toEqual({ at: { ...at, sequence: last }, halted: [] });
    const [entries] = await stage.query<{ n: string }>('select count(*) as n from ledger.ledger_entry where sequence = $1', [last]);
    expect(entries!.n).toBe('5');
    const stale = inTransaction(one, {}, () =>
      applyCommits(one, 'ledger', { from: at, to: { ...at, sequence: last } }, batch.map(readCommit)),
    );
    expect(await stale).toBeUndefined();
    await Promise.all([one.release(), two.release()]);
  });

  it('lets a second projector stand by, and take over when the first one ends', async () => {
    const first = await stage.project();
    await first.comesTo('projecting');
    const second = await stage.project();
    await second.comesTo('standing by');
    await stage.reaches(await stage.append(saleSubject('acme', 'fair'), ordering('acme', 'fair', 2)));
    expect(second.projector.state).toBe('standing by');
    await first.stop();
    await stage.reaches(await stage.append(saleSubject('acme', 'fair'), ordering('acme', 'fair', 3)));
    expect(second.projector.state).toBe('projecting');
    await second.stop();
  });

  it(
    'waits while Postgres is down, and catches up by itself',
    async () => {
      const { projector, comesTo, stop } = await stage.project();
      await stage.postgres.kill9();
      const last = await stage.append(saleSubject('acme', 'fair'), ordering('acme', 'fair', 4));
      await comesTo('waiting');
      expect(() => projector.assertHealthy()).toThrow('database-unreachable');
      await stage.postgres.restart();
      await stage.reaches(last);
      expect(() => projector.assertHealthy()).not.toThrow();
      await stop();
    },
    STARTS_SERVERS_MS,
  );

  it(
    'waits while NATS is down, and checks the log again afterwards',
    async () => {
      const { comesTo, stop } = await stage.project();
      await comesTo('projecting');
      await stage.nats.kill9();
      await comesTo('waiting');
      await stage.nats.restart();
      const append = () => stage.append(saleSubject('demo', 'late'), opening('late', 10));
      let last = 0;
      const appended = async (): Promise<boolean> => {
        last = await append();
        return last > 0;
      };
      await waitFor(appended, { what: 'the log takes commits again', timeoutMs: WAIT_MS });
      await stage.reaches(last);
      await stop();
    },
    STARTS_SERVERS_MS,
  );
});
