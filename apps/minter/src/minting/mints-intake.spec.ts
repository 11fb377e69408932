import { pino } from 'pino';
import type { Delivery, Settlement, Source } from '#shared/consumer/delivery.js';
import { Fault } from '#shared/kernel/fault.js';
import { MintsIntake } from './mints-intake.js';
import type { MintOutcome } from './ticket-minter.js';

const silent = pino({ level: 'silent' });
const TICKET = 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa';
const ORDER = 'ord_aaaaaaaaaaaaaaaaaaaaaaaaaa';

function delivered(number: number, over: object = {}): Delivery & { readonly settled: Settlement[]; signs: number } {
  const ticket = `tkt_${String.fromCharCode(97 + number).repeat(26)}`;
  const body = { tenant: 'demo', sale: 'gala', order: ORDER, ticket, unit: 'A-1', wallet: 'w', request: 1, name: 'Gala', ...over };
  const settled: Settlement[] = [];
  return {
    subject: `mint.demo.${ticket}.1`,
    sequence: number,
    deliveries: 1,
    storedAt: 0,
    body: Buffer.from(JSON.stringify(body)),
    header: () => undefined,
    headers: () => ({}),
    signs: 0,
    working() {
      this.signs += 1;
    },
    settle: (settlement) => settled.push(settlement),
    settled,
  };
}

class FakeMinter {
  readonly asked: string[] = [];
  readonly ends: ((outcome: MintOutcome) => void)[] = [];
  readonly breaks: ((thrown: unknown) => void)[] = [];
  mint({ ticket }: { readonly ticket: string }): Promise<MintOutcome> {
    this.asked.push(ticket);
    return new Promise((resolve, reject) => {
      this.ends.push(resolve);
      this.breaks.push(reject);
    });
  }
}

const deadLetters: string[] = [];
const sink = {
  deadLetter: async (_: string, delivery: Delivery, reason: string) => void deadLetters.push(`${delivery.subject}: ${reason}`),
};
let minter: FakeMinter;
let intake: MintsIntake;
const opened: MintsIntake[] = [];
const open = (maxOutstanding = 10, keepAliveMs = 60_000) => {
  minter = new FakeMinter();
  intake = new MintsIntake(minter as never, sink, silent, { maxOutstanding, keepAliveMs });
  opened.push(intake);
};
beforeEach(() => {
  deadLetters.length = 0;
  open();
});
afterEach(() => {
  for (const each of opened.splice(0)) each.release();
});

describe('the intake of mint commands', () => {
  it('acknowledges when the verdict is in the log, not before', async () => {
    const delivery = delivered(0);
    const taken = intake.take(delivery);
    expect(delivery.settled).toEqual([]);
    minter.ends[0]?.({ kind: 'minted' });
    await taken;
    expect(delivery.settled).toEqual([{ kind: 'ack' }]);
    expect(intake.count).toBe(0);
  });

  it('[minting QJ4] processes a command once that is delivered twice, and settles the later delivery', async () => {
    const [first, second] = [delivered(0), delivered(0)];
    const taken = intake.take(first);
    await intake.take(second);
    expect(minter.asked).toEqual([TICKET]);
    minter.ends[0]?.({ kind: 'minted' });
    await taken;
    expect([first.settled, second.settled]).toEqual([[], [{ kind: 'ack' }]]);
  });

  it('[minting QJ5] stores a dead letter of a failed mint before it acknowledges', async () => {
    const delivery = delivered(0);
    const taken = intake.take(delivery);
    minter.ends[0]?.({ kind: 'failed', reason: 'program-refused', attempts: 3 });
    await taken;
    expect(deadLetters).toEqual([`mint.demo.${TICKET}.1: program-refused (3 attempts)`]);
    expect(delivery.settled).toEqual([{ kind: 'ack' }]);
  });

  it.each([
    ['chain-unreachable', 'soon', 2_000, 4_000],
    ['append-unknown', 'soon', 2_000, 4_000],
    ['foreign-account', 'after a minute', 60_000, 60_000],
    ['chain-differs', 'after a minute', 60_000, 60_000],
  ] as const)('[minting RS1] [minting RS5] retries a mint that met %s %s', async (code, _, least, most) => {
    const delivery = delivered(0);
    const taken = intake.take(delivery);
    minter.breaks[0]?.(new Fault(code, {}));
    await taken;
    const [settlement] = delivery.settled;
    expect(settlement?.kind).toBe('nak');
    const delayMs = settlement?.kind === 'nak' ? settlement.delayMs : 0;
    expect(delayMs).toBeGreaterThanOrEqual(least);
    expect(delayMs).toBeLessThanOrEqual(most);
    expect(deadLetters).toEqual([]);
  });

  it('[minting RS1] retries mints with the same fault at different moments', async () => {
    const all = [delivered(0), delivered(1), delivered(2), delivered(3)];
    const taken = all.map((delivery) => intake.take(delivery));
    for (const breaks of minter.breaks) breaks(new Fault('chain-unreachable', {}));
    await Promise.all(taken);
    expect(new Set(all.map(({ settled: [settlement] }) => settlement?.kind === 'nak' && settlement.delayMs)).size).toBe(all.length);
  });

  it.each([
    ['another ticket than its subject', { ticket: `tkt_${'z'.repeat(26)}` }],
    ['another tenant than its subject', { tenant: 'other' }],
    ['another request than its subject', { request: 2 }],
    ['no sale', { sale: undefined }],
    ['an unknown member', { extra: 1 }],
  ])('[minting RS6] [blockchain NFT-2] dead-letters a command with %s', async (_, over) => {
    const delivery = delivered(0, over);
    await intake.take(delivery);
    expect(minter.asked).toEqual([]);
    expect(deadLetters).toHaveLength(1);
    expect(delivery.settled).toMatchObject([{ kind: 'term' }]);
  });

  it('takes no more than the limit of tracked attempts', async () => {
    open(2);
    const all = [delivered(0), delivered(1), delivered(2)];
    const source: Source = {
      stop: async () => undefined,
      async *[Symbol.asyncIterator]() {
        yield* all;
      },
    };
    const pumped = intake.pump(source);
    await new Promise((resolve) => setImmediate(resolve));
    expect(minter.asked).toHaveLength(2);
    for (let end = 0; end < all.length; end += 1) {
      minter.ends[end]?.({ kind: 'minted' });
      await new Promise((resolve) => setImmediate(resolve));
      expect(minter.asked).toHaveLength(3);
    }
    await pumped;
  });

  it('extends the ack deadline of what it holds, and gives everything back at shutdown', async () => {
    open(10, 1);
    const delivery = delivered(0);
    void intake.take(delivery);
    while (delivery.signs < 2) await new Promise((resolve) => setImmediate(resolve));
    intake.release();
    expect(delivery.settled).toEqual([{ kind: 'nak', delayMs: 0 }]);
    minter.ends[0]?.({ kind: 'minted' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(delivery.settled).toHaveLength(1); // another minter may have it now
  });
});
