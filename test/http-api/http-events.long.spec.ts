import { jetstreamManager } from '@nats-io/jetstream';
import { inOrder } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { BEGINNING } from '#shared/platform/http/event-cursor.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { EVENT_STREAM_LIMITS } from '../../apps/purchase/src/api/http/event-stream-limits.js';
import { EventStreams } from '../../apps/purchase/src/reads/event-streams.js';
import { waitFor } from '../../dev/processes/wait.js';
import { commitsOf } from '../conformance/event-store-suite.js';
import { EventReader, type HeardEvent } from '../harness/event-reader.js';
import { HttpCaller } from '../harness/http-caller.js';
import { startSelling } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const WAIT_MS = 60_000;
const readers: EventReader[] = [];

const shop = Shop.forTests('http-events');
afterEach(() => {
  for (const reader of readers.splice(0)) reader.leave();
});

async function listen(caller: HttpCaller, { after, from }: { after?: string; from?: 'now' } = {}): Promise<EventReader> {
  const headers = { ...caller.authorization, ...(after !== undefined && { 'Last-Event-ID': after }) };
  const reader = await EventReader.open(`${caller.url}/v1/events${from === undefined ? '' : `?from=${from}`}`, headers);
  if (!(reader instanceof EventReader)) throw new Error(`no stream: ${reader.status} ${await reader.text()}`);
  readers.push(reader);
  return reader;
}

/** The tenant's events in log order: a stream must contain exactly these. */
async function toldByLog(tenant: string, sales: readonly string[]): Promise<string[]> {
  const store = await JetStreamEventStore.on(shop.log.admin);
  const commits = (await Promise.all(sales.map((sale) => commitsOf(store, saleSubject(tenant, sale))))).flat();
  const whole = await Promise.all(commits.map(({ subject, sequence }) => store.at(subject, sequence)));
  return whole
    .sort((left, right) => left.sequence - right.sequence)
    .flatMap((commit) =>
      inOrder(commit).flatMap(({ type }, index) =>
        type === 'CommandDecided' ? [] : [`${commit.subject} ${commit.version}.${index} ${type}`],
      ),
    );
}

const nameOf = ({ data }: HeardEvent): string => {
  const [, tenant, kind, sale] = data.source.split('/');
  return `ev.${tenant}.${kind}.${sale} ${data.id} ${data.type.split('.')[1]}`;
};

describe('a stream of events', () => {
  it('sends all events from the beginning, then new ones, in the order of the log', async () => {
    await shop.demoWeb.open('told', { quota: 10 });
    await shop.demoWeb.place('told', { quantity: 1 }, 'one');
    const reader = await listen(shop.demoWeb);
    const past = await reader.take(3);
    expect(past.map(({ type }) => type)).toEqual(['admit.SaleOpened.v4', 'admit.OrderPlaced.v3', 'admit.OrderConfirmed.v1']);
    const placed = await shop.demoWeb.place('told', { quantity: 2 }, 'two');
    const [live] = await reader.take(1);
    expect(live).toMatchObject({ type: 'admit.OrderPlaced.v3', data: { specversion: '1.0', data: { order: placed.body.order } } });
    expect(new Set([...past, live].map((event) => event?.id)).size).toBe(4);
  });

  it('sends only future events when asked from now on, and each once', async () => {
    const reader = await listen(shop.demoWeb, { from: 'now' });
    const placed = await shop.demoWeb.place('told', { quantity: 1 }, 'from-now');
    expect((await reader.take(1))[0]?.data.data).toMatchObject({ order: placed.body.order });
  });

  it('gives a place to resume at before the first event, and resumes there', async () => {
    const idle = await listen(shop.acmeWeb);
    await waitFor(
      async () => {
        void idle.next();
        return idle.lastId !== '';
      },
      { what: 'the stream says where it is', timeoutMs: WAIT_MS },
    );
    idle.leave();
    await shop.acmeWeb.open('first-ever', { quota: 1 });
    const [first] = await (await listen(shop.acmeWeb, { after: idle.lastId })).take(1);
    expect(first?.type).toBe('admit.SaleOpened.v4');
  });

  it('resumes exactly: cut anywhere, by either side, 60 times, while orders arrive; no event is missing, none is sent twice', async () => {
    const sales = ['cut-1', 'cut-2'];
    for (const sale of sales) await shop.demoWeb.open(sale, { quota: 10_000 });
    const total = 300;
    const ordering = Promise.all(
      Array.from({ length: total }, async (_, index) =>
        shop.demoWeb.place(sales[index % 2] as string, { quantity: 1, buyer: `c-${index}` }, `c-${index}`),
      ),
    );
    const answer: HeardEvent[] = [];
    let after = await beginning();
    for (let cut = 0; cut < 60; cut++) {
      const reader = await listen(shop.demoWeb, { after });
      const some = await reader.take(1 + ((cut * 7) % 11));
      reader.leave();
      answer.push(...some);
      after = some.at(-1)?.id ?? after;
    }
    await ordering;
    const expected = await toldByLog('demo', ['told', ...sales]);
    const last = await listen(shop.demoWeb, { after });
    answer.push(...(await last.take(expected.length - answer.length)));
    expect(answer.map(nameOf)).toEqual(expected);
    expect(new Set(answer.map(({ id }) => id)).size).toBe(expected.length);
  });

  /** The cursor before everything. */
  async function beginning(): Promise<string> {
    const reader = await listen(shop.demoWeb);
    await reader.take(1);
    reader.leave();
    return reader.firstId;
  }

  it('continues by itself when the log’s server was killed and restarted', async () => {
    const reader = await listen(shop.demoWeb, { from: 'now' });
    await shop.demoWeb.place('told', { quantity: 1 }, 'before-kill');
    await reader.take(2);
    await shop.log.server.kill9();
    await shop.log.server.restart();
    await waitFor(async () => (await shop.demoWeb.place('told', { quantity: 1 }, 'after-kill')).status === 201, {
      what: 'sells again',
      timeoutMs: WAIT_MS,
    });
    const next = await reader.next();
    if (next === undefined) {
      const again = await listen(shop.demoWeb, { after: reader.lastId });
      expect((await again.take(2)).map(({ type }) => type)).toEqual(['admit.OrderPlaced.v3', 'admit.OrderConfirmed.v1']);
    } else expect(next.type).toBe('admit.OrderPlaced.v3');
  });

  it('ends with the process, and is resumed at another', async () => {
    const other = await startSelling(shop.log.server);
    const reader = await listen(await HttpCaller.of(other, 'demo'), { from: 'now' });
    await shop.demoWeb.place('told', { quantity: 1 }, 'before-stop');
    const [placed] = await reader.take(1);
    const closing = performance.now();
    await other.close();
    expect(performance.now() - closing).toBeLessThan(8_000);
    while ((await reader.next()) !== undefined) expect(reader.lastId).not.toBe('');
    const [confirmed] = await (await listen(shop.demoWeb, { after: placed?.id ?? '' })).take(1);
    expect(confirmed?.type).toBe('admit.OrderConfirmed.v1');
  });
});

describe('[L8] a stream of events', () => {
  it('shows a tenant nothing of another: no event, no number that grows with theirs', async () => {
    await shop.acmeWeb.open('theirs', { quota: 5_000 });
    const reader = await listen(shop.demoWeb, { from: 'now' });
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => shop.acmeWeb.place('theirs', { quantity: 1, buyer: `t-${index}` }, `t-${index}`)),
    );
    const placed = await shop.demoWeb.place('told', { quantity: 1 }, 'beside-theirs');
    const [next] = await reader.take(1);
    expect(next?.data.data).toMatchObject({ order: placed.body.order });
    const { last_seq: last } = (await (await jetstreamManager(shop.log.admin)).streams.info('EVENTS')).state;
    expect(JSON.stringify(next)).not.toContain(`${last}`.padStart(4, ' '));
    expect(JSON.stringify(next)).not.toMatch(/theirs|acme|previous/);
  });

  it('accepts only cursors of its own tenant', async () => {
    const [theirs] = await (await listen(shop.acmeWeb)).take(1);
    for (const after of [theirs?.id ?? '', 'x', '0', '1', 'a'.repeat(48), '../..', "' or 1=1"]) {
      const answer = await shop.demoWeb.get('/v1/events', { 'Last-Event-ID': after });
      expect([after, answer.status, answer.body.code]).toEqual([after, 400, 'cursor-unknown']);
      expect(await shop.demoWeb.get(`/v1/events?after=${encodeURIComponent(after)}`)).toMatchObject({
        status: 400,
        body: { code: 'cursor-unknown' },
      });
    }
  });

  it('ends when its tenant is disabled, and is refused from then on', async () => {
    const register = await TenantRegister.on(shop.log.admin);
    await register.create('leaves', { hasNatsPassword: true, apiKey: 'l'.repeat(32) });
    const leaves = new HttpCaller(shop.demoWeb.url, 'leaves', 'l'.repeat(32));
    await waitFor(async () => (await leaves.get('/v1/sales/x')).status === 404, { what: 'it is in', timeoutMs: WAIT_MS });
    const reader = await listen(leaves);
    await register.setStatus('leaves', 'disabled');
    expect(await reader.next()).toBeUndefined();
    expect((await leaves.get('/v1/events')).status).toBe(403);
  });
});

describe('streams of events are bounded', () => {
  it('in number per tenant: one too many is rejected with a retry time, and other tenants are unaffected', async () => {
    const open = await Promise.all(Array.from({ length: EVENT_STREAM_LIMITS.perTenant }, () => listen(shop.demoWeb)));
    const answer = await shop.demoWeb.get('/v1/events');
    expect([answer.status, answer.body.code, answer.headers.get('Retry-After')]).toEqual([429, 'too-many-streams', '1']);
    await (await listen(shop.acmeWeb)).take(1);
    open[0]?.leave();
    await waitFor(
      async () => {
        const reader = await EventReader.open(`${shop.demoWeb.url}/v1/events`, shop.demoWeb.authorization);
        if (!(reader instanceof EventReader)) return false;
        readers.push(reader);
        return true;
      },
      { what: 'there is room again', timeoutMs: WAIT_MS },
    );
  });

  it('in their ends: an abandoned one ends at once, wherever it is', async () => {
    const admin = new EventStreams(shop.log.admin, 'epoch');
    const cursors = admin.cursors(Buffer.alloc(32).toString('base64'));
    for (const reads of [0, 1, 3]) {
      let read = 0;
      const ended = new AbortController();
      for await (const { cursor } of admin.after(BEGINNING, 'demo', cursors, ended.signal)) {
        expect(cursors.open(cursor)?.sequence).toBeGreaterThan(0);
        if (read++ === reads) break;
      }
    }
    const late = new AbortController();
    const rest = admin.after(BEGINNING, 'nobody', cursors, late.signal).next();
    late.abort();
    expect((await rest).done).toBe(true);
  });

  it('in their traces: no consumer stays on the server', async () => {
    for (const reader of readers.splice(0)) reader.leave();
    const consumers = async (): Promise<number> => {
      const jsm = await jetstreamManager(shop.log.admin);
      let found = 0;
      for await (const { config } of jsm.consumers.list('EVENTS')) if (config.durable_name === undefined) found += 1;
      return found;
    };
    await waitFor(async () => (await consumers()) === 0, { what: 'their consumers are gone', timeoutMs: WAIT_MS });
  });
});
