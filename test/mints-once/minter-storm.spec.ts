import fc from 'fast-check';
import type { MintAttempt, MintCommand } from '#shared/domain/mint/events.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { type Head, NO_HEAD } from '#shared/event-store/commit.js';
import { type EventStore, mintSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import type { Chain, Watched } from '../../apps/minter/src/chains/chain.js';
import { MemoryChain, type MemoryFault } from '../../apps/minter/src/chains/memory.js';
import { seededRandom } from '../../dev/solana/faults/fault-switches.js';
import { MemoryMinter } from '../stages/memory-minter.js';
import { mintCommand, TENANT } from '../stages/minter-stage.js';

/** The whole minter on the log and the chain in memory, dying at any call it makes to either, again and again. */

const SALE = 'storm';
const never = new Promise<never>(() => undefined);

const SUBMISSIONS = ['MintSubmitted', 'MintRevokeSubmitted'];

class Died extends Error {}

/** One life of a process: after its death no call of it takes effect, and no answer reaches it. */
class Life {
  dead = false;
  readonly minter: MemoryMinter;
  private died: () => void = () => undefined;
  readonly death = new Promise<never>((_, reject) => {
    this.died = () => reject(new Died());
  });

  constructor(
    store: EventStore,
    chain: MemoryChain,
    private readonly mayDie: () => boolean,
  ) {
    this.death.catch(() => undefined);
    this.minter = new MemoryMinter(this.mortalStore(store), this.mortalChain(chain, store));
  }

  /** Dies before the call, after it, or not at all. */
  private async mortal<T>(call: () => Promise<T>): Promise<T> {
    if (this.dead || this.strikes()) return never;
    const answer = await call();
    return this.dead || this.strikes() ? never : answer;
  }

  private strikes(): boolean {
    if (!this.mayDie()) return false;
    this.dead = true;
    this.minter.stop();
    this.died();
    return true;
  }

  private mortalStore(store: EventStore): EventStore {
    const self = this;
    return {
      head: (subject) => this.mortal(() => store.head(subject)),
      at: (subject, sequence) => this.mortal(() => store.at(subject, sequence)),
      append: (subject: string, head: Head, events: readonly Recorded[]) => this.mortal(() => store.append(subject, head, events)),
      async *read(subject, after) {
        for await (const commit of store.read(subject, after)) yield await self.mortal(async () => commit);
      },
    };
  }

  private mortalChain(chain: MemoryChain, store: EventStore): Chain {
    return {
      genesisHash: () => this.mortal(() => chain.genesisHash()),
      address: (tenant, ticket) => chain.address(tenant, ticket),
      delegate: chain.delegate,
      prepare: (plan, attempt) => this.mortal(() => chain.prepare(plan, attempt)),
      prepareBurn: (plan, attempt) => this.mortal(() => chain.prepareBurn(plan, attempt)),
      submit: (attempt, simulate) =>
        this.mortal(async () => {
          await expectLogged(store, attempt);
          return chain.submit(attempt, simulate);
        }),
      verdicts: (watched: readonly Watched[]) => this.mortal(() => chain.verdicts(watched)),
      funds: () => this.mortal(() => chain.funds()),
      replenish: () => this.mortal(() => chain.replenish()),
    };
  }
}

/** Write ahead: nothing is sent that is not in the log, byte for byte. */
async function expectLogged(store: EventStore, attempt: MintAttempt): Promise<void> {
  const logged = (await eventsOf(store)).some(
    (event) => SUBMISSIONS.includes(event.type) && (event.data as unknown as MintAttempt).transaction === attempt.transaction,
  );
  if (!logged) throw new Error(`attempt ${attempt.attempt} of ${attempt.ticket} was sent before it was logged`);
}

async function eventsOf(store: EventStore): Promise<Recorded[]> {
  const events: Recorded[] = [];
  for await (const commit of store.read(mintSubject(TENANT, SALE), NO_HEAD)) events.push(...commit.events);
  return events;
}

async function mintThroughDeaths(
  seed: number,
  tickets: number,
  chances: Partial<Record<MemoryFault, number>>,
  deadliness: number,
  over: Partial<MintCommand> = {},
) {
  const store = new MemoryEventStore();
  const chain = new MemoryChain({ seed, chances, lifeBlocks: 8, finalAfterSlots: 2, slotsPerLook: 1 });
  const commands = Array.from({ length: tickets }, (_, index) => mintCommand(SALE, `S-${index}`, over));
  const random = seededRandom(seed);
  let lives = 0;
  for (;;) {
    lives += 1;
    const mortality = lives > 40 ? 0 : deadliness; // an end to the storm
    // Sometimes two at once: a new process and a zombie of the old one.
    const life = () => new Life(store, chain, () => random() < mortality);
    const all = Array.from({ length: random() < 0.3 ? 2 : 1 }, life);
    const work = all.map(({ minter, death }) => Promise.race([death, Promise.all(commands.map((command) => minter.mint(command)))]));
    const ends = await Promise.allSettled(work);
    for (const end of ends) if (end.status === 'rejected' && !(end.reason instanceof Died)) throw end.reason;
    const outcome = ends.find((end) => end.status === 'fulfilled');
    if (outcome !== undefined) return { store, chain, commands, outcomes: outcome.value, lives };
  }
}

/** Revocations of the same tickets, dying likewise. */
async function revokeThroughDeaths(storm: Awaited<ReturnType<typeof mintThroughDeaths>>, seed: number, deadliness: number) {
  const { store, chain, commands } = storm;
  const random = seededRandom(seed);
  for (let lives = 1; ; lives += 1) {
    const mortality = lives > 40 ? 0 : deadliness;
    const { minter, death } = new Life(store, chain, () => random() < mortality);
    const asked = commands.map(({ tenant, sale, order, ticket, unit }) => ({ tenant, sale, order, ticket, unit, revoke: true as const }));
    const [end] = await Promise.allSettled([Promise.race([death, Promise.all(asked.map((command) => minter.revoke(command)))])]);
    if (end.status === 'fulfilled') return end.value;
    if (!(end.reason instanceof Died)) throw end.reason;
  }
}

const typesFor = (events: readonly Recorded[], ticket: string): string[] =>
  events.filter((event) => 'ticket' in event.data && event.data.ticket === ticket).map(({ type }) => type);

describe('a minter that dies anywhere, on a chain that loses and misreports', () => {
  it('[minting NM6] [minting NM8] [blockchain NFT-3] mints every ticket exactly once, and sends nothing that was not logged', async () => {
    const storms = fc.record({
      seed: fc.integer({ min: 1, max: 1e9 }),
      drop: fc.double({ min: 0, max: 0.3, noNaN: true }),
      late: fc.double({ min: 0, max: 0.3, noNaN: true }),
      deadliness: fc.double({ min: 0, max: 0.03, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(storms, async ({ seed, drop, late, deadliness }) => {
        const chances = { drop, landThenTimeOut: late, errorThenLand: late, silence: drop };
        const { store, chain, commands, outcomes } = await mintThroughDeaths(seed, 6, chances, deadliness);
        expect(outcomes.map(({ kind }) => kind)).toEqual(commands.map(() => 'minted'));
        expect(chain.assetCount).toBe(commands.length);
        const events = await eventsOf(store);
        for (const { ticket } of commands) {
          const types = typesFor(events, ticket);
          expect(types[0]).toBe('MintPlanned');
          expect(types.at(-1)).toBe('MintCompleted');
          expect(types.join(' ')).toMatch(/^MintPlanned( MintSubmitted MintAttemptDied)* MintSubmitted MintCompleted$/);
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('[L2] burns every revocable asset after its revocation, and reports that only when it is burned', async () => {
    const storms = fc.record({
      seed: fc.integer({ min: 1, max: 1e9 }),
      bad: fc.double({ min: 0, max: 0.3, noNaN: true }),
      deadliness: fc.double({ min: 0, max: 0.03, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(storms, async ({ seed, bad, deadliness }) => {
        const chances = { drop: bad, landThenTimeOut: bad, errorThenLand: bad, silence: bad };
        const storm = await mintThroughDeaths(seed, 4, chances, deadliness, { revocable: true });
        expect(await revokeThroughDeaths(storm, seed, deadliness)).toEqual(storm.commands.map(() => 'revoked'));
        expect([storm.chain.assetCount, storm.chain.burnedCount]).toEqual([4, 4]);
        const events = await eventsOf(storm.store);
        for (const { ticket } of storm.commands) {
          const types = typesFor(events, ticket).join(' ');
          expect(types).toMatch(/ MintCompleted( MintRevokeSubmitted MintRevokeDied)* MintRevokeSubmitted MintRevoked$/);
        }
      }),
      { numRuns: 30 },
    );
  }, 120_000);

  it('[minting RS2] [blockchain NFT-6] fails a ticket only after the program refused it three times, each attempt proven dead', async () => {
    const { store, chain, commands, outcomes } = await mintThroughDeaths(5, 2, { landFailed: 1 }, 0.01);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'failed']);
    expect(chain.assetCount).toBe(0);
    const events = await eventsOf(store);
    for (const { ticket } of commands) {
      expect(typesFor(events, ticket).join(' ')).toBe(`MintPlanned${' MintSubmitted MintAttemptDied'.repeat(3)} MintFailed`);
    }
  });
});
