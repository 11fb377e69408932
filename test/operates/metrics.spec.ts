import { jetstream } from '@nats-io/jetstream';
import { closedSubject } from '#shared/platform/messaging/dead-letters.js';
import { Intake, MAX_WAITING_PER_SALE } from '../../apps/purchase/src/requests/intake.js';
import { waitFor } from '../../dev/processes/wait.js';
import { HttpCaller } from '../harness/http-caller.js';
import { patientCallers } from '../harness/patient-callers.js';
import { addressOfApp, growth, healthUrlOf, type Scrape, scrape } from '../harness/scrape.js';
import { commandsSettled } from '../stages/crash-stage.js';
import { heldDeciders } from '../stages/held-deciders.js';
import { Log, startSelling } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const REQUESTS = 'admit_requests_total';
const WAIT_MS = 60_000;

const shop = Shop.forTests('metrics');
beforeAll(async () => {
  await shop.demo.open('gala', { seats: ['A-1', 'A-2', 'A-3', 'A-4'] });
});

/** The increase of one metric's series during a step. */
async function adds(step: () => Promise<unknown>, metric = REQUESTS): Promise<Readonly<Record<string, number>>> {
  const before = await scrape(shop.app);
  await step();
  return growth(metric, before, await scrape(shop.app));
}
const one = (operation: string, outcome: string, tenant = 'demo') => ({
  [`{tenant="${tenant}",operation="${operation}",outcome="${outcome}"}`]: 1,
});
const place = (units: string[], key?: string) => shop.demo.place('gala', { units }, key);

describe('a request is counted once, by its tenant and what became of it', () => {
  const cases: readonly (readonly [string, string, () => Promise<unknown>])[] = [
    ['first', 'order.place', () => place(['A-1'], 'k-1')],
    ['replayed', 'order.place', () => place(['A-1'], 'k-1')],
    ['mismatch', 'order.place', () => place(['A-2'], 'k-1')],
    ['refused', 'order.place', () => place(['A-1'], 'k-2')],
    ['replayed', 'order.place', () => place(['A-1'], 'k-2')], // of a refusal
    ['bad-input', 'order.place', () => place([], 'k-3')],
    ['read', 'sale.get', () => shop.demo.ask('sale.get', { sale: 'gala' })],
  ];

  it.each(cases)('[blockchain SC-9] %s, of %s', async (outcome, operation, ask) => {
    expect(await adds(ask)).toEqual(one(operation, outcome));
  });

  it('[blockchain SC-9] over HTTP as over NATS, each for its own tenant', async () => {
    expect(await adds(() => shop.acmeWeb.open('fair', { quota: 5 }))).toEqual(one('sale.open', 'first', 'acme'));
    expect(await adds(() => shop.acmeWeb.open('fair', { quota: 5 }))).toEqual(one('sale.open', 'replayed', 'acme'));
  });

  it('[blockchain SC-9] undecided, in process and too many, while nothing is decided', async () => {
    await shop.demo.open('rush', { quota: 5_000 });
    const release = await heldDeciders(shop.log);
    try {
      const undecided = { sale: 'gala', buyer: 'b-1', units: ['A-3'] };
      expect(await adds(() => shop.demo.ask('order.place', undecided, 'k-slow'))).toEqual(one('order.place', 'undecided'));
      expect(await adds(() => shop.demo.ask('order.place', undecided, 'k-slow'))).toEqual(one('order.place', 'in-process'));
      patientCallers(shop.app);
      const before = await scrape(shop.app);
      const intake = shop.app.get(Intake, { strict: false }); // behind the edge, where tenants take turns
      const waiting = Array.from({ length: MAX_WAITING_PER_SALE }, (_, order) => {
        const body = Buffer.from(JSON.stringify({ sale: 'rush', buyer: 'b-1', quantity: 1 }));
        return intake.handle({ operation: 'order.place', tenant: 'demo', key: `rush-${order}`, traceparent: undefined, body });
      });
      await waitFor(async () => (await scrape(shop.app)).get('admit_pending_requests') === MAX_WAITING_PER_SALE, {
        what: 'all wait',
        timeoutMs: WAIT_MS,
      });
      expect((await shop.demo.place('rush', { quantity: 1 }, 'one-more')).status).toBe(429);
      expect(growth(REQUESTS, before, await scrape(shop.app))).toEqual(one('order.place', 'too-many'));
      await release();
      await Promise.all(waiting);
    } finally {
      await release();
    }
  });
});

it('[blockchain SC-9] counts rejected callers, and creates no series for invented names', async () => {
  const stranger = await HttpCaller.of(shop.app, 'unknown-tenant', 'admit_no_such_key');
  expect(await adds(() => stranger.open('fair', { quota: 5 }), 'admit_http_rejected_total')).toEqual({
    '{tenant="",why="unauthorized"}': 1,
  });
  await fetch(`${await addressOfApp(shop.app)}/made-up/${'x'.repeat(20)}`);
  const series = [...(await scrape(shop.app)).keys()].join('\n');
  expect(series).not.toMatch(/unknown-tenant|made-up/);
  expect(series).toContain('admit_http_answers_total{method="GET",route="none",status="404"}');
});

it('[blockchain SC-9] measures how a group was decided and committed', async () => {
  await commandsSettled(shop.log);
  const before = await scrape(shop.app);
  await Promise.all(Array.from({ length: 40 }, (_, key) => shop.demo.place('rush', { quantity: 1 }, `group-${key}`)));
  const after = await scrape(shop.app);
  const grown = (metric: string): number => Object.values(growth(metric, before, after)).reduce((sum, by) => sum + by, 0);
  const commits = grown('admit_commit_seconds_count');
  expect(commits).toBeGreaterThanOrEqual(1);
  expect([grown('admit_decide_seconds_count'), grown('admit_group_commands_count')]).toEqual([commits, commits]);
  expect(grown('admit_group_commands_sum')).toBe(40);
  expect(grown('admit_commit_seconds_sum')).toBeGreaterThan(0);
});

describe('gauges have their current values', () => {
  /** After a burst the server's own count of pending messages may be off by a few for a while. */
  const calm = Shop.forTests('metrics-waiting');
  const of = (page: Scrape, metric: string, labels: string): number | undefined => page.get(`${metric}{${labels}}`);

  it('[blockchain SC-9] waiting commands, their age, and zero once they are decided', async () => {
    await calm.demo.open('rush', { quota: 10 });
    const release = await heldDeciders(calm.log);
    const pending = (page: Scrape): number =>
      [...page].reduce((sum, [series, value]) => (series.startsWith('admit_consumer_pending{stream="COMMANDS"') ? sum + value : sum), 0);
    try {
      const waiting = [1, 2, 3].map((key) => calm.demo.place('rush', { quantity: 1 }, `late-${key}`));
      await waitFor(async () => pending(await scrape(calm.app)) === 3, { what: 'three are pending', timeoutMs: WAIT_MS });
      await release();
      await Promise.all(waiting);
    } finally {
      await release();
    }
    await waitFor(async () => pending(await scrape(calm.app)) === 0, { what: 'none is pending', timeoutMs: WAIT_MS });
    expect((await scrape(calm.app)).get('admit_commands_inflight')).toBe(0);
  });

  it('[blockchain SC-9] streams by size, dead letters by their original stream', async () => {
    const before = await scrape(shop.app);
    expect(of(before, 'admit_dead_letters', 'stream="COMMANDS"')).toBe(0);
    await jetstream(shop.log.admin).publish('cmd.demo.gala.unreadable', 'no command');
    await waitFor(async () => of(await scrape(shop.app), 'admit_dead_letters', 'stream="COMMANDS"') === 1, {
      what: 'a letter',
      timeoutMs: WAIT_MS,
    });
    const after = await scrape(shop.app);
    expect(of(after, 'admit_dead_letters', 'stream="MINTS"')).toBe(0);
    expect(of(after, 'admit_stream_messages', 'stream="DEAD"')).toBe(1);
    await jetstream(shop.log.admin).publish(closedSubject(1), '{}');
    expect(of(await scrape(shop.app), 'admit_dead_letters', 'stream="COMMANDS"')).toBe(0);
    expect(of(after, 'admit_stream_bytes', 'stream="EVENTS"')).toBeGreaterThan(1_000);
    expect(after.get('admit_log_storage_bytes')).toBeGreaterThan(1_000);
  });

  it('[blockchain SC-9] the checks of /health/ready, and the process', async () => {
    const page = await scrape(shop.app);
    for (const check of ['log', 'edge', 'tenants', 'decider'])
      expect([check, of(page, 'admit_health', `check="${check}"`)]).toEqual([check, 1]);
    expect(page.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
    expect(of(page, 'admit_metrics_missing', 'part="streams"')).toBe(0);
  });
});

it('[blockchain SC-9] shows unreachable while the log is away, no values for unreadable gauges, and recovers', async () => {
  const before = await scrape(shop.app);
  await shop.log.server.kill9();
  expect((await shop.acmeWeb.place('fair', { quantity: 1 }, 'k-away')).status).toBe(503);
  const away = await scrape(shop.app);
  expect(growth(REQUESTS, before, away)).toEqual(one('order.place', 'unreachable', 'acme'));
  expect(away.get('admit_metrics_missing{part="streams"}')).toBe(1);
  expect(away.get('admit_health{check="log"}')).toBe(0);
  expect([...away.keys()].filter((series) => series.startsWith('admit_stream_bytes'))).toEqual([]);
  await shop.log.server.restart();
  await waitFor(async () => (await scrape(shop.app)).get('admit_metrics_missing{part="streams"}') === 0, {
    what: 'it answers',
    timeoutMs: WAIT_MS,
  });
  expect((await scrape(shop.app)).get('admit_health{check="log"}')).toBe(1);
});

describe('an app with its own settings', () => {
  const fresh = Log.forTests('metrics-settings');

  it('[blockchain SC-9] counts rate-limited requests by tenant', async () => {
    const slow = await startSelling(fresh.server, 'fatal', { TENANT_RATE: '1', TENANT_BURST: '1' });
    try {
      const caller = await HttpCaller.of(slow, 'acme');
      const before = await scrape(slow);
      while ((await caller.get('/v1/sales/fair')).status !== 429); // one request a second is admitted
      expect(growth('admit_http_rejected_total', before, await scrape(slow))).toEqual({ '{tenant="acme",why="too-many-requests"}': 1 });
    } finally {
      await slow.close();
    }
  });

  it('refuses the page without METRICS_TOKEN if that is set', async () => {
    const guarded = await startSelling(fresh.server, 'fatal', { METRICS_TOKEN: 'of-the-watchers' });
    try {
      const url = `${healthUrlOf(guarded)}/metrics`;
      const ask = async (Authorization: string): Promise<number> => (await fetch(url, { headers: { Authorization } })).status;
      expect([(await fetch(url)).status, await ask('Bearer another'), await ask('Bearer of-the-watchers')]).toEqual([401, 401, 200]);
    } finally {
      await guarded.close();
    }
  });
});
