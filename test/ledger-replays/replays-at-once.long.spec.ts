import { jetstreamManager } from '@nats-io/jetstream';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf, type Ran } from '../harness/admit.js';
import { DATABASE, LedgerStage, WAIT_MS } from '../stages/ledger-stage.js';

/** The holder of this lock keeps a replay in the middle: some commits are pulled, the last ones are not. */
const HOLD = 7_301_999;

const stage = LedgerStage.forTests('replays-at-once');
let last: number;
let settings: Readonly<Record<string, string>>;
const replay = (...args: string[]): Promise<Ran> => admit(settings, 'replay', ...args);

beforeAll(async () => {
  last = await stage.projects(() => stage.sell('demo', 'gala', 200));
  await stage.query(`create function public.hold() returns trigger language plpgsql as
    'begin perform pg_advisory_xact_lock(${HOLD}); return new; end'`);
  await stage.query('create trigger hold before insert on ledger_shadow.sale for each row execute function public.hold()');
  const { user, pass } = stage.nats.credentials('replay');
  const login = { NATS_REPLAY_USER: user, NATS_REPLAY_PASSWORD: pass };
  settings = { ...operatorOf(stage.nats), ...login, DATABASE_REPLAY_URL: stage.urls.replay };
});

/** How a replay ended in whose middle something happened. */
async function held(meanwhile: () => Promise<unknown>): Promise<Ran> {
  return stage.postgres.asSuperuser(DATABASE, async (client) => {
    await client.query('select pg_advisory_lock($1)', [HOLD]);
    const running = replay();
    const waiting = `select 1 from pg_stat_activity where usename = 'admit_replay' and wait_event = 'advisory'`;
    await waitFor(async () => (await stage.query(waiting)).length > 0, { what: 'the replay is under way', timeoutMs: WAIT_MS });
    await meanwhile();
    await client.query('select pg_advisory_unlock($1)', [HOLD]);
    return running;
  });
}

describe('[L7] a replay in the middle', () => {
  it('is not disturbed by another one, which is refused before it moves anything', async () => {
    let second: Ran | undefined;
    const first = await held(async () => {
      second = await replay();
    });
    expect([second?.code, `${second?.out}${second?.error}`]).toEqual([2, expect.stringContaining('another replay is under way')]);
    expect([first.code, first.out]).toEqual([0, expect.stringMatching(new RegExp(`^equal at commit ${last}:`))]);
  });

  it('asks to be run again when its consumer was moved, and does not report an intact log as broken', async () => {
    const admin = await stage.nat('provision');
    const jsm = await jetstreamManager(admin);
    for (const sequence of [1, last]) {
      const ran = await held(() => jsm.consumers.reset('EVENTS', 'replay', sequence));
      expect([ran.code, `${ran.out}${ran.error}`]).toEqual([2, expect.stringMatching(/the log is whole.*Run the replay again/)]);
    }
    expect((await replay()).code).toBe(0);
  });
});
