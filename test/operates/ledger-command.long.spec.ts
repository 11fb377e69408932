import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Recorded } from '#shared/domain/recorded.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf, type Ran } from '../harness/admit.js';
import { healthUrlOf, scrape } from '../harness/scrape.js';
import { AT, DATABASE, LedgerStage, opening, ordering, WAIT_MS } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('ledger-command');
let app: NestFastifyApplication;
let settings: Readonly<Record<string, string>>;
let bad: number;

/** An event about an order that was never placed. */
const lost = (order: string) =>
  ({ type: 'OrderConfirmed', at: AT, data: { order, payment: 'p-1', amount: '700', currency: 'EUR' } }) as unknown as Recorded;

beforeAll(async () => {
  await stage.append(saleSubject('acme', 'late'), opening('late', 40));
  bad = await stage.append(saleSubject('acme', 'late'), [...ordering('acme', 'late', 0), lost('ord_x'), lost('ord_y')]);
  await stage.append(saleSubject('acme', 'late'), ordering('acme', 'late', 1));
  await stage.append(saleSubject('demo', 'gala'), opening('gala', 4));
  settings = { ...operatorOf(stage.nats), DATABASE_REPLAY_URL: stage.urls.replay };
  app = await stage.startApp();
  await waitFor(async () => (await health()).body.status === 'degraded', { what: 'a halt is shown', timeoutMs: WAIT_MS });
});

async function health(): Promise<{ readonly code: number; readonly body: Readonly<Record<string, unknown>> }> {
  const answer = await fetch(`${healthUrlOf(app)}/health/ready`);
  return { code: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
}

const gauges = async (): Promise<unknown[]> => {
  const values = await scrape(app);
  return ['degraded', 'halted_tenants', 'suspended_events'].map((name) => values.get(`admit_ledger_${name}`));
};

const ledger = (...args: readonly string[]): Promise<Ran> => admit(settings, 'ledger', ...args);
const suspend = (event: string, tenant = 'acme') => ledger('suspend', tenant, '--event', event, '--reason', 'settled by hand', '--json');

const halted = (tenant: string, sequence: number) =>
  waitFor(async () => (await haltAt(tenant)) === sequence, { what: `${tenant} is halted at ${sequence}`, timeoutMs: WAIT_MS });
const haltAt = async (tenant: string): Promise<number> =>
  Number((await stage.query<{ sequence: string }>('select sequence from ledger.tenant_halt where tenant = $1', [tenant]))[0]?.sequence);

/** Runs a command while the ledger can apply everything before this commit, and the commit itself only once the command has had time to see that. */
function held<T>(sequence: number, command: () => Promise<T>): Promise<T> {
  return stage.postgres.asSuperuser(DATABASE, async (client) => {
    await client.query('select pg_advisory_lock($1)', [sequence]);
    await client.query(`create function ledger.hold() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(new.sequence); return new; end $$`);
    await client.query(`create trigger hold before insert on ledger.ledger_entry for each row when (new.sequence = ${sequence})
      execute function ledger.hold()`);
    const outcome = command();
    await halted('acme', sequence);
    const { out } = await ledger('halts', '--json'); // it reads once, while the running command reads several times
    expect(JSON.parse(out)).toMatchObject([{ tenant: 'acme', event: `${sequence}`, catchingUp: true }]);
    await client.query('select pg_advisory_unlock($1)', [sequence]);
    const ended = await outcome;
    await client.query('drop trigger hold on ledger.ledger_entry; drop function ledger.hold()');
    return ended;
  });
}

describe('a ledger with a halted tenant', () => {
  it('is degraded in words, numbers and metrics, and is ready for the others', async () => {
    const { code, body } = await health();
    expect(code).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      degraded: { haltedTenants: 1, suspendedEvents: 0 },
      checks: { projection: expect.stringMatching(`^ok; halted: acme at commit ${bad}: .*no such order`) },
    });
    expect(await gauges()).toEqual([1, 1, 0]);
  });

  it('is shown by admit ledger halts, with the event that is refused', async () => {
    const { code, out } = await ledger('halts', '--json');
    expect([code, JSON.parse(out)]).toEqual([
      1,
      [
        {
          tenant: 'acme',
          event: `${bad}.4`,
          subject: 'ev.acme.sale.late',
          reason: expect.stringContaining('no such order'),
          decision: 0,
          catchingUp: false,
        },
      ],
    ]);
    expect((await ledger('halts')).out).toContain(`${bad}.4`);
  });
});

describe('admit ledger suspend', () => {
  it.each([
    ['who is not halted', () => suspend(`${bad}.4`, 'demo'), 'demo is not halted'],
    ['another event of the commit', () => suspend(`${bad}.5`), 'acme is halted at event'],
    ['another commit', () => suspend(`${bad + 1}.0`), 'acme is halted at event'],
    ['what names no event', () => suspend('late'), 'as admit ledger halts shows it'],
    ['a reason with an address in it', () => ledger('suspend', 'acme', '--event', `${bad}.4`, '--reason', 'ann@example.com'), 'e-mail'],
  ])('refuses %s, and records nothing', async (_, ask, says) => {
    const { code, out, error } = await ask();
    expect([code, out + error]).toEqual([2, expect.stringContaining(says)]);
    expect(await stage.query('select * from ledger.suspension')).toEqual([]);
  });

  it('lets the tenant continue to the next event that cannot be applied, reports it, and then past that', async () => {
    const again = await suspend(`${bad}.4`);
    expect([again.code, JSON.parse(again.out)]).toMatchObject([1, { event: `${bad}.4`, halted: { event: `${bad}.5` } }]);
    const on = await held(bad + 1, () => suspend(`${bad}.5`));
    expect([on.code, JSON.parse(on.out)]).toMatchObject([0, { halted: null }]);
    expect(await stage.query('select * from ledger.tenant_halt')).toEqual([]);
    expect((await ledger('halts')).code).toBe(0);
  });

  it('lists suspended events, for people, for programs, in health and in metrics', async () => {
    const { code, out } = await ledger('suspense', '--json');
    const about = {
      tenant: 'acme',
      type: 'OrderConfirmed',
      sale: 'late',
      order: 'ord_x',
      ticket: null,
      holds: ['1 events:late', '700 EUR'],
    };
    expect([code, JSON.parse(out)]).toMatchObject([
      1,
      [
        { ...about, event: `${bad}.4`, reason: 'settled by hand', refusal: expect.stringContaining('no such order') },
        { ...about, order: 'ord_y', event: `${bad}.5` },
      ],
    ]);
    expect((await ledger('suspense', '--tenant', 'demo')).code).toBe(0);
    expect((await ledger('suspense')).out).toContain('700 EUR');
    await waitFor(async () => (await gauges())[2] === 2, { what: 'both are counted', timeoutMs: WAIT_MS });
    expect(await gauges()).toEqual([1, 0, 2]);
    expect((await health()).body).toMatchObject({ status: 'degraded', degraded: { haltedTenants: 0, suspendedEvents: 2 } });
  });

  it('answers the same when it is run again, and records nothing more', async () => {
    const before = await stage.query('select * from ledger.suspension');
    for (const event of [`${bad}.4`, `${bad}.5`]) {
      const { code, out } = await suspend(event);
      expect([code, JSON.parse(out)]).toMatchObject([0, { event, halted: null }]);
    }
    expect(await stage.query('select * from ledger.suspension')).toEqual(before);
  });

  it('continues event by event if several of a commit are refused for the same reason', async () => {
    const twice = await stage.append(saleSubject('twin', 'day'), [...opening('day', 4), lost('ord_z'), lost('ord_z')]);
    await halted('twin', twice);
    const again = await suspend(`${twice}.2`, 'twin');
    expect([again.code, JSON.parse(again.out)]).toMatchObject([1, { halted: { event: `${twice}.3` } }]);
    const repeated = await suspend(`${twice}.2`, 'twin');
    expect([repeated.code, JSON.parse(repeated.out)]).toEqual([1, JSON.parse(again.out)]);
    expect(await suspend(`${twice}.3`, 'twin')).toMatchObject({ code: 0 });
  });

  it('reports at once that a decision has no effect: the whole commit is refused, for the same reason as before', async () => {
    for (const schema of ['ledger', 'ledger_shadow'])
      await stage.query(
        `alter table ${schema}.ledger_entry add constraint poison check (tenant <> 'whole' or event <> 'OrderConfirmed' or debit = 'suspense')`,
      );
    await stage.append(saleSubject('whole', 'day'), opening('day', 4));
    const both = await stage.append(saleSubject('whole', 'day'), [...ordering('whole', 'day', 0), ...ordering('whole', 'day', 1)]);
    await halted('whole', both);
    const again = await suspend(`${both}.2`, 'whole');
    expect([again.code, JSON.parse(again.out)]).toMatchObject([1, { event: `${both}.2`, halted: { event: `${both}` } }]);
    const on = await suspend(`${both}.6`, 'whole');
    expect([on.code, JSON.parse(on.out)]).toMatchObject([0, { halted: null }]);
  });

  it('is met by a replay of the log as the live ledger met it', async () => {
    await stage.rewind();
    expect(await stage.replay()).toMatchObject({ result: 'equal', halted: [] });
  });
});
