import fc from 'fast-check';
import { pino } from 'pino';
import type { Delivery, Settlement } from '#shared/consumer/delivery.js';
import type { MintCommand } from '#shared/domain/mint/events.js';
import { MintsIntake } from './mints-intake.js';
import type { MintOutcome } from './ticket-minter.js';

/** Tenants share a minter: none delays another by more than a turn, whatever it requests. */

const ORDER = 'ord_aaaaaaaaaaaaaaaaaaaaaaaaaa';
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const letters = (number: number): string => [...`${number}`.padStart(26, '0')].map((digit) => 'abcdefghij'[Number(digit)]).join('');

class Turns {
  readonly begun: string[] = [];
  private readonly ends: { readonly tenant: string; readonly end: (outcome: MintOutcome) => void }[] = [];
  readonly settlements: Settlement[] = [];
  readonly capped = new Set<string>();
  readonly intake: MintsIntake;
  private asked = 0;
  readonly inWork = new Map<string, number>();

  constructor(maxOutstanding: number) {
    const minter = { mint: (command: MintCommand) => this.mint(command) };
    const options = { maxOutstanding, keepAliveMs: 60_000, mayBegin: (tenant: string) => !this.capped.has(tenant) };
    this.intake = new MintsIntake(minter as never, { deadLetter: async () => undefined }, pino({ level: 'silent' }), options);
  }

  ask(tenant: string, count = 1): void {
    for (let one = 0; one < count; one += 1) void this.intake.take(this.delivery(tenant));
  }

  async end(): Promise<void> {
    const first = this.ends.shift();
    if (first !== undefined) this.inWork.set(first.tenant, (this.inWork.get(first.tenant) ?? 0) - 1);
    first?.end({ kind: 'minted' });
    await settled();
  }

  private mint({ tenant }: MintCommand): Promise<MintOutcome> {
    this.begun.push(tenant);
    this.inWork.set(tenant, (this.inWork.get(tenant) ?? 0) + 1);
    return new Promise((end) => this.ends.push({ tenant, end }));
  }

  private delivery(tenant: string): Delivery {
    this.asked += 1;
    const ticket = `tkt_${letters(this.asked)}`;
    const body = { tenant, sale: 'gala', order: ORDER, ticket, unit: 'A-1', wallet: 'w', request: 1, name: 'Gala' };
    return {
      ...{ subject: `mint.${tenant}.${ticket}.1`, sequence: this.asked, deliveries: 1, storedAt: 0 },
      body: Buffer.from(JSON.stringify(body)),
      header: () => undefined,
      headers: () => ({}),
      working: () => undefined,
      settle: (settlement) => this.settlements.push(settlement),
    };
  }
}

const running: Turns[] = [];
const open = (maxOutstanding: number): Turns => {
  const turns = new Turns(maxOutstanding);
  running.push(turns);
  return turns;
};
afterEach(() => {
  for (const { intake } of running.splice(0)) intake.release();
});

describe('[L13] the turns of tenants', () => {
  it('[minting DL2] begin a mint of another tenant at once, whatever one has in work and waiting', async () => {
    const turns = open(10);
    turns.ask('much', 1_000);
    expect(turns.begun).toEqual(Array(8).fill('much')); // its share of ten
    turns.ask('one');
    expect(turns.begun.at(-1)).toBe('one');
  });

  it('rotate while the intake is full', async () => {
    const turns = open(1);
    turns.ask('a', 5);
    turns.ask('b', 2);
    turns.ask('c', 1);
    for (let end = 0; end < 8; end += 1) await turns.end();
    expect(turns.begun).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a', 'a']);
  });

  it('[minting DL2] skip a tenant at its cap, whose mints continue when the cap allows', async () => {
    const turns = open(4);
    turns.capped.add('capped');
    turns.ask('capped', 100);
    turns.ask('free', 3);
    expect(turns.begun).toEqual(['free', 'free', 'free']);
    expect(turns.settlements).toEqual([]); // it waits here without occupying a slot; it is not redelivered
    turns.capped.clear();
    while (turns.begun.length < 4) await settled();
    expect(turns.begun).toEqual(['free', 'free', 'free', 'capped']);
  });

  it('leave a tenant’s excess commands on the server, and pull more when there is room', async () => {
    const turns = open(100);
    turns.capped.add('a');
    expect(await turns.intake.room('a')).toBe(16);
    turns.ask('a', 16);
    expect(await turns.intake.room('a')).toBe(48);
    turns.ask('a', 48);
    let more: number | undefined;
    void turns.intake.room('a').then((room) => {
      more = room;
    });
    await settled();
    expect([more, await turns.intake.room('b')]).toEqual([undefined, 16]);
    turns.capped.clear();
    turns.ask('b');
    while (more === undefined) await settled();
    expect(more).toBeGreaterThan(0);
  });

  it('bound the waiting commands of 1,000 tenants', async () => {
    const turns = open(5_000);
    const tenants = Array.from({ length: 1_000 }, (_, tenant) => `t${tenant}`);
    for (const tenant of tenants) turns.ask(tenant, await turns.intake.room(tenant));
    expect(turns.intake.count).toBeLessThanOrEqual(16_000);
    let more = 0;
    for (const tenant of tenants) void turns.intake.room(tenant).then((room) => (more += room));
    await settled();
    expect(more).toBeLessThanOrEqual(5_000);
  });

  it('never exceed a limit, and let no tenant begin twice while another may begin', async () => {
    const step = fc.record({ tenant: fc.constantFrom('a', 'b', 'c', 'd'), count: fc.integer({ min: 0, max: 6 }), ends: fc.nat(4) });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 30 }), async (most, steps) => {
        const turns = open(most);
        const share = Math.ceil(most * 0.8);
        let asked = 0;
        for (const { tenant, count, ends } of steps) {
          turns.ask(tenant, count);
          asked += count;
          for (let end = 0; end < ends; end += 1) await turns.end();
          const inWork = [...turns.inWork.values()];
          expect(inWork.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(most);
          for (const one of inWork) expect(one).toBeLessThanOrEqual(share);
        }
        for (let end = 0; end < asked; end += 1) await turns.end();
        expect([turns.begun.length, turns.settlements.length, turns.intake.count]).toEqual([asked, asked, 0]);
      }),
      { numRuns: 100 },
    );
  });
});
