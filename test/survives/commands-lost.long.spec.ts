import { saleSubject } from '#shared/event-store/event-store.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { BUCKETS } from '#shared/platform/topology/streams.js';
import { WEBHOOK_PATH } from '../../apps/purchase/src/api/http/payment-webhook.js';
import { type PaymentProvider, startPaymentProvider } from '../../dev/payments/provider.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { Heard } from '../harness/caller.js';
import { recordedIn } from '../harness/recorded.js';
import { BrokenStore } from '../stages/broken-store.js';
import { askUntilSettled, counted, toldOf } from '../stages/crash-stage.js';
import { heldDeciders } from '../stages/held-deciders.js';
import { Shop } from '../stages/shop.js';

/** Requests in flight when the broker stops: over several sales, so that none exceeds its limit of waiting requests. */
const SALES = ['a', 'b', 'c', 'd'];
const ORDERS_A_SALE = 600;
/** Two buyers want each seat. */
const SEATS = ORDERS_A_SALE / 2;
/** Decided between a copy of the files and the cut. */
const MEANWHILE = 50;
const PAYMENTS = 60;
const HOLDS = 40;
const HOLD_SECONDS = 20;
const BACK_MS = 60_000;
const SETTLED_MS = 120_000;
/** 10 s on a machine with nothing else to do. */
const DECIDED_MS = 30_000;
const TEST_MS = 300_000;

const shop = Shop.forTests('commands-lost', { level: 'silent' });
let provider: PaymentProvider;

beforeAll(async () => {
  const register = await TenantRegister.on(shop.log.admin);
  const secret = (await register.list()).find(({ tenant }) => tenant === 'demo')?.webhookSecrets[0]?.secret ?? '';
  const webhookUrl = `${await shop.app.getUrl()}${WEBHOOK_PATH}`;
  provider = await shop.keep(startPaymentProvider({ webhookUrl, secret, retries: { firstMs: 100, longestMs: 1_000 } }));
});

/** The bucket of a sale of tenant demo: FNV-1a of both names, as the stream's subject transform has it. */
function bucketOf(sale: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`demo${sale}`)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % BUCKETS;
}

/** One sale in each bucket. */
const BUCKET_SALES = Array.from({ length: BUCKETS }, (_, bucket) => {
  for (let number = 0; ; number++) if (bucketOf(`bucket-${number}`) === bucket) return `bucket-${number}`;
});

it('knows a sale of each bucket', async () => {
  for (const sale of BUCKET_SALES) await shop.demo.open(sale, { quota: 1_000 }, { maxPerBuyer: 100 });
  const release = await heldDeciders(shop.log);
  const placed = BUCKET_SALES.map((sale) => askUntilSettled(shop.demo, sale, { quantity: 1 }, `known-${sale}`));
  const jsm = await shop.log.manager();
  const pending = async (): Promise<string[]> =>
    Object.keys((await jsm.streams.info('COMMANDS', { subjects_filter: 'cmd.>' })).state.subjects ?? {});
  await waitFor(async () => (await pending()).length === BUCKETS, { what: 'one command of each sale is pending', timeoutMs: BACK_MS });
  const buckets = (await pending()).map((subject) => [subject.split('.')[3], Number(subject.split('.')[1])]);
  expect(new Map(buckets as [string, number][])).toEqual(new Map(BUCKET_SALES.map((sale, bucket) => [sale, bucket])));
  await release();
  expect(new Set((await Promise.all(placed)).map(({ status }) => status))).toEqual(new Set([201]));
});

/** An app knows more than a log that is as it was before, and reports that. Its power was cut too. */
async function restartApp(): Promise<void> {
  await shop.stopApp();
  await shop.startApp();
  provider.moveTo(`${await shop.app.getUrl()}${WEBHOOK_PATH}`);
}

/** The log's events of one order of tenant demo. */
async function eventsOf(sale: string, type: string): Promise<string[]> {
  const events = await recordedIn(shop.log, saleSubject('demo', sale));
  return events.flatMap((event) => (event.type === type ? [String((event.data as { order?: string }).order)] : []));
}

/** A crowd with requests in flight, and those that were decided before a moment. */
class Crowd {
  readonly heard = new Map<string, Heard>();
  private readonly asked: Promise<unknown>[] = [];

  constructor(readonly round: string) {}

  sale(name: string): string {
    return `${this.round}-${name}`;
  }

  async open(): Promise<void> {
    for (const name of SALES) await shop.demo.open(this.sale(name), { rows: [{ row: 'A', from: 1, to: SEATS }] }, { maxPerBuyer: 100 });
    await shop.demo.open(this.sale('paid'), { quota: PAYMENTS }, { payment: 'webhook', holdSeconds: 3_600 });
    await shop.demo.open(this.sale('holds'), { quota: HOLDS }, { payment: 'webhook', holdSeconds: HOLD_SECONDS });
  }

  /** Asks for every order at once. */
  begin(): void {
    for (let order = 0; order < ORDERS_A_SALE; order++) for (const name of SALES) this.asked.push(this.ask(name, order));
  }

  async ended(): Promise<void> {
    await Promise.all(this.asked);
  }

  async hasHeard(count: number): Promise<void> {
    await waitFor(() => this.heard.size >= count, { what: `${count} orders are decided`, timeoutMs: SETTLED_MS });
  }

  /** Every order, until it is decided. @returns the answers by key */
  async askAgain(): Promise<Map<string, Heard>> {
    const answers = new Map<string, Heard>();
    const all = SALES.flatMap((name) => Array.from({ length: ORDERS_A_SALE }, (_, order) => ({ name, order })));
    await Promise.all(
      all.map(async ({ name, order }) => {
        const key = this.key(name, order);
        answers.set(key, await askUntilSettled(shop.demo, this.sale(name), this.request(order), key));
      }),
    );
    return answers;
  }

  /** With its key, until it is decided. */
  private async ask(name: string, order: number): Promise<void> {
    const key = this.key(name, order);
    this.heard.set(key, await askUntilSettled(shop.demo, this.sale(name), this.request(order), key));
  }

  private key(name: string, order: number): string {
    return `${this.round}-${name}-${order}`;
  }

  private readonly request = (order: number): object => ({ units: [`A-${(order % SEATS) + 1}`] });
}

interface Cut {
  readonly how: string;
  /** While the broker runs: later answers do not exist in the restored state. */
  readonly before?: (store: BrokenStore) => void;
  readonly after?: (store: BrokenStore) => void;
  readonly losesAll?: true;
}
const copy = (store: BrokenStore): void => store.copy();
const CUTS: readonly Cut[] = [
  { how: 'a kill -9' },
  { how: 'a power cut that leaves COMMANDS as it was a moment before', before: copy, after: (store) => store.restoreCommands() },
  { how: 'a power cut that leaves the consumers of COMMANDS behind its end', before: copy, after: (store) => store.restoreMessages() },
  { how: 'a power cut in the middle of the files of COMMANDS', after: (store) => store.truncateMessages() },
  {
    how: 'a power cut that leaves every file as it was a moment before',
    before: copy,
    after: (store) => store.restoreAll(),
    losesAll: true,
  },
];

describe.each(
  CUTS.map((cut, index) => [cut.how, cut, `r${index}`] as const),
)('[L3] [L4] after %s, with thousands of commands under way', (_, cut, round) => {
  const crowd = new Crowd(round);
  let decidedBefore: Map<string, Heard>;
  let paidBefore: Set<string>;
  let holds: string[];
  const events = new Map<string, ReturnType<PaymentProvider['pay']>>();
  const taken = (): Set<string> => new Set(provider.deliveries.filter(({ state }) => state === 'taken').map(({ id }) => id));

  it(
    'the broker comes back, and the app with it',
    async () => {
      await crowd.open();
      const place = async (name: string, key: string): Promise<string> =>
        String((await askUntilSettled(shop.demo, crowd.sale(name), { quantity: 1 }, `${round}-${key}`)).body.order);
      const orders = await Promise.all(Array.from({ length: PAYMENTS }, (__, order) => place('paid', `paid-${order}`)));
      const store = new BrokenStore(shop.log);
      crowd.begin();
      const held = Promise.allSettled(
        Array.from({ length: HOLDS }, (__, order) => shop.demo.place(crowd.sale('holds'), { quantity: 1, buyer: `h-${order}` })),
      );
      for (const order of orders) {
        const payment = { tenant: 'demo', sale: crowd.sale('paid'), order, payment: `pay_${order}`, amount: '5000', currency: 'EUR' };
        events.set(order, provider.pay(payment));
      }
      await crowd.hasHeard((SALES.length * ORDERS_A_SALE) / 4);
      cut.before?.(store);
      decidedBefore = new Map(crowd.heard);
      paidBefore = taken();
      if (cut.before !== undefined) await crowd.hasHeard(decidedBefore.size + MEANWHILE);
      await shop.log.server.kill9();
      if (cut.losesAll === undefined) [decidedBefore, paidBefore] = [new Map(crowd.heard), taken()];
      cut.after?.(store);
      await shop.log.server.restart();
      await waitFor(async () => (await shop.log.admin.rtt()) >= 0, { what: 'the broker is back', timeoutMs: BACK_MS });
      if (cut.losesAll) await restartApp();
      const isReady = async (): Promise<boolean> => (await shop.app.inject({ method: 'GET', url: '/health/ready' })).statusCode === 200;
      await waitFor(isReady, { what: 'the app is ready', timeoutMs: BACK_MS });
      await crowd.ended();
      holds = (await held).flatMap((one) => (one.status === 'fulfilled' && one.value.status === 201 ? [String(one.value.body.order)] : []));
    },
    TEST_MS,
  );

  it(
    'a new command in each of the 64 buckets is decided in time',
    async () => {
      const begun = performance.now();
      const decided = await Promise.all(BUCKET_SALES.map((sale) => askUntilSettled(shop.demo, sale, { quantity: 1 }, `${round}-${sale}`)));
      const tookMs = performance.now() - begun;
      expect(new Set(decided.map(({ status }) => status))).toEqual(new Set([201]));
      expect(tookMs).toBeLessThan(DECIDED_MS);
    },
    TEST_MS,
  );

  it(
    'every decided answer is the same, and every caller that asks again gets exactly one decision',
    async () => {
      const answers = await crowd.askAgain();
      for (const [key, before] of decidedBefore) expect([key, answers.get(key)?.text]).toEqual([key, before.text]);
      expect(decidedBefore.size).toBeGreaterThan(0);
      for (const name of SALES) {
        const told = await toldOf(shop.log, crowd.sale(name));
        expect([name, counted(told.decisions), counted(told.units)]).toEqual([name, [ORDERS_A_SALE, ORDERS_A_SALE], [SEATS, SEATS]]);
      }
    },
    TEST_MS,
  );

  it(
    'no payment is lost whose notification was answered 2xx, and each is counted once',
    async () => {
      for (const event of events.values()) if (cut.losesAll && !paidBefore.has(event.id)) provider.send(event);
      await waitFor(() => [...events.values()].every(({ id }) => taken().has(id)), {
        what: 'every notification is taken',
        timeoutMs: SETTLED_MS,
      });
      await provider.settled();
      expect((await eventsOf(crowd.sale('paid'), 'OrderConfirmed')).sort()).toEqual([...events.keys()].sort());
    },
    TEST_MS,
  );

  it(
    'no hold stays: each expires by itself',
    async () => {
      const isFree = async (): Promise<boolean> => {
        const { units } = (await shop.demo.askUntilSettled('sale.get', { sale: crowd.sale('holds') }, '')).body as {
          units: { held: number };
        };
        return units.held === 0;
      };
      await waitFor(isFree, { what: 'every hold has expired', timeoutMs: SETTLED_MS });
      expect(await eventsOf(crowd.sale('holds'), 'OrderExpired')).toEqual(expect.arrayContaining(cut.losesAll ? [] : holds));
    },
    TEST_MS,
  );
});
