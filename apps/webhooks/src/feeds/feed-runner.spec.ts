import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Delivery, Settlement } from '#shared/consumer/delivery.js';
import { MemoryValues } from '#shared/event-store/memory-values.js';
import { WHOLE_MESSAGE } from '#shared/platform/http/event-cursor.js';
import { type Endpoint, endpointName, eventId, secretName } from '#shared/platform/webhooks/endpoint.js';
import { bytesOf } from '#shared/platform/webhooks/feed.js';
import type { Outgoing, SendResult } from '../delivery/webhook-sender.js';
import { FeedRecords } from './feed-records.js';
import { type FeedParts, FeedRunner } from './feed-runner.js';
import type { LoggedCommit, LoggedEvent } from './sale-log.js';
import { WebhookTasks } from './webhook-tasks.js';

const [TENANT, ENDPOINT, SALE] = ['demo', 'crm', 'gala'];
const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
/** As they are set by default. */
const TIMES = { firstMs: 5_000, giveUpMs: 3 * DAY_MS };
const ACCEPTED: SendResult = { accepted: true, status: 204 };
const REFUSED: SendResult = { accepted: false, status: 503 };

const loggedEvent = (sequence: number, index: number): LoggedEvent => {
  const id = `${sequence}.${index}`;
  return { id: eventId(SALE, id), name: 'OrderPlaced', type: 'admit.OrderPlaced.v3', sequence, index, body: JSON.stringify({ id }) };
};

/** A log of commits, an endpoint, and a clock that a test moves. */
class Deliveries {
  readonly sent: (Outgoing & { readonly accepted: boolean })[] = [];
  readonly deadOf: string[] = [];
  readonly records: FeedRecords;
  private readonly ending = new AbortController();
  now = Date.parse('2027-01-01T00:00:00Z');

  private constructor(
    private readonly commits: readonly LoggedCommit[],
    private readonly answers: (outgoing: Outgoing) => SendResult | Promise<SendResult>,
    buckets: { readonly endpoints: MemoryValues; readonly secrets: MemoryValues },
  ) {
    this.records = new FeedRecords({ ...buckets, feeds: new MemoryValues() });
  }

  /** @param sizes events of each commit */
  static async of(sizes: readonly number[], answers: (outgoing: Outgoing) => SendResult | Promise<SendResult>): Promise<Deliveries> {
    const commits = sizes.map((size, place) => {
      const sequence = 10 + 3 * place;
      return { sequence, events: Array.from({ length: size }, (_, index) => loggedEvent(sequence, index)) };
    });
    const [endpoints, secrets] = [new MemoryValues(), new MemoryValues()];
    const at = '2026-12-31T00:00:00.000Z';
    const value: Endpoint = {
      endpoint: ENDPOINT,
      url: 'https://crm.example/',
      since: 5,
      secrets: [{ number: 1 }],
      createdAt: at,
      changedAt: at,
    };
    await endpoints.put(endpointName(TENANT, ENDPOINT), bytesOf(value));
    await secrets.put(secretName(TENANT, ENDPOINT, 5, 1), Buffer.from(`whsec_${randomBytes(32).toString('base64')}`));
    return new Deliveries(commits, answers, { endpoints, secrets });
  }

  get parts(): FeedParts {
    return {
      records: this.records,
      log: {
        next: async (_tenant, _sale, { sequence, index }) =>
          this.commits.find((commit) => (index === WHOLE_MESSAGE ? commit.sequence > sequence : commit.sequence >= sequence)),
        at: async (sequence, index) => this.commits.find((commit) => commit.sequence === sequence)?.events[index],
        saleAfter: async () => undefined,
      },
      sender: {
        send: async (outgoing) => {
          const result = await this.answers(outgoing);
          this.sent.push({ ...outgoing, accepted: result.accepted });
          return result;
        },
      },
      times: TIMES,
      metrics: { sent: () => undefined, setAside: (tenant) => void this.deadOf.push(tenant) },
      ending: this.ending.signal,
      now: () => this.now,
    };
  }

  /** A turn of a process of its own. */
  turn(): Promise<Settlement> {
    return new FeedRunner(this.parts).run(TENANT, ENDPOINT, SALE);
  }

  /** Turn after turn, as the stream hands the message out again; a turn that throws comes again too. */
  async untilDone(seen: (delayMs: number) => void = () => undefined): Promise<void> {
    for (;;) {
      const settlement = await this.turn().catch((): Settlement => ({ kind: 'nak', delayMs: 30_000 }));
      if (settlement.kind !== 'nak') return;
      seen(settlement.delayMs);
      this.now += settlement.delayMs;
    }
  }

  redeliver(id: string, storedAt: number, deliveries = 1): Promise<Settlement> {
    const delivery = { subject: `hook.${TENANT}.${ENDPOINT}.event.${id}`, storedAt, deliveries } as Delivery;
    return new WebhookTasks(this.parts, { send: async () => true }).run(TENANT, ENDPOINT, 'event', id, delivery);
  }

  async dead(id: string): Promise<boolean> {
    const endpoint = await this.records.endpoint(TENANT, ENDPOINT);
    return endpoint !== undefined && (await this.records.dead(endpoint, id)) !== undefined;
  }

  get events(): readonly LoggedEvent[] {
    return this.commits.flatMap(({ events }) => events);
  }

  /** Those that were accepted for the first time, in their order. */
  get accepted(): readonly string[] {
    return [...new Set(this.sent.filter(({ accepted }) => accepted).map(({ id }) => id))];
  }
}

const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

describe('an event that an endpoint refuses', () => {
  it('[L3] [L6] is tried for three days, at least once an hour, and then set aside: the events behind it are sent', async () => {
    let refused = '';
    const deliveries = await Deliveries.of([2, 1], ({ id }) => (id === refused ? REFUSED : ACCEPTED));
    const [first, second, third] = idsOf(deliveries.events);
    refused = second ?? '';
    const began = deliveries.now;
    let waited = 0;
    await deliveries.untilDone((delayMs) => {
      waited = Math.max(waited, delayMs);
      if (deliveries.now - began < TIMES.giveUpMs) expect(deliveries.accepted).toEqual([first]);
    });
    const tries = deliveries.sent.filter(({ id }) => id === second).length;
    expect(deliveries.now - began).toBeGreaterThanOrEqual(TIMES.giveUpMs);
    expect(deliveries.now - began).toBeLessThanOrEqual(TIMES.giveUpMs + HOUR_MS);
    expect([waited <= HOUR_MS, tries > 72, tries < 200]).toEqual([true, true, true]);
    expect(deliveries.accepted).toEqual([first, third]);
    expect([await deliveries.dead(second ?? ''), await deliveries.dead(first ?? '')]).toEqual([true, false]);
    expect(deliveries.deadOf).toEqual([TENANT]);
  });

  it('[L3] that was set aside is sent again under the same id, until it is accepted or three more days are over', async () => {
    let works = false;
    const deliveries = await Deliveries.of([1], () => (works ? ACCEPTED : REFUSED));
    const [event] = deliveries.events;
    if (event === undefined) throw new Error('there is one');
    await deliveries.untilDone();
    expect(await deliveries.dead(event.id)).toBe(true);
    const asked = deliveries.now;
    expect(await deliveries.redeliver(event.id, asked)).toMatchObject({ kind: 'nak' });
    deliveries.now = asked + TIMES.giveUpMs;
    expect(await deliveries.redeliver(event.id, asked, 80)).toEqual({ kind: 'ack' });
    expect(await deliveries.dead(event.id)).toBe(true); // it can be asked for again
    works = true;
    const attempts = deliveries.sent.length;
    for (let turn = 0; turn < 2; turn++) expect(await deliveries.redeliver(event.id, deliveries.now)).toEqual({ kind: 'ack' });
    expect(await deliveries.dead(event.id)).toBe(false);
    expect(deliveries.sent.length).toBe(attempts + 1);
    expect(new Set(deliveries.sent.map(({ id, body }) => `${id} ${body}`)).size).toBe(1);
  });
});

type Answer = 'accept' | 'refuse' | 'crash-before' | 'crash-after';

describe('the events of a sale', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });
  const script = fc.array(fc.constantFrom<Answer>('accept', 'accept', 'refuse', 'crash-before', 'crash-after'), { maxLength: 30 });

  it('[L3] are accepted each, in the order of the log, under one id, whatever the endpoint answers and wherever a process dies', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, script, async (commits, answers) => {
        const left = [...answers];
        const heard: string[] = [];
        const deliveries = await Deliveries.of(commits, ({ id }) => {
          const answer = left.shift() ?? 'accept';
          if (answer === 'crash-before') throw new Error('killed');
          if (answer !== 'refuse') heard.push(id);
          if (answer === 'crash-after') throw new Error('killed'); // the receiver has it, the process knows nothing of it
          return answer === 'accept' ? ACCEPTED : REFUSED;
        });
        await deliveries.untilDone();
        expect([...new Set(heard)]).toEqual(idsOf(deliveries.events));
        expect(new Set(deliveries.sent.map(({ id, body }) => `${id} ${body}`)).size).toBe(deliveries.events.length);
        expect(deliveries.deadOf).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('[L3] are accepted in the order of the log, also while several processes send them at once', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 2, max: 4 }), fc.scheduler(), async (commits, processes, scheduler) => {
        const deliveries = await Deliveries.of(commits, () => scheduler.schedule(Promise.resolve(ACCEPTED)));
        const all = Promise.all(Array.from({ length: processes }, () => deliveries.untilDone()));
        await scheduler.waitFor(all);
        expect(deliveries.accepted).toEqual(idsOf(deliveries.events));
      }),
      { numRuns: 100 },
    );
  });
});
