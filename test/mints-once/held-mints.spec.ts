import type { MintsResumed, SaleEvent } from '#shared/domain/sale/events.js';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { MemoryChain } from '../../apps/minter/src/chains/memory.js';
import { MemoryMinter } from '../stages/memory-minter.js';
import { mintCommand, TENANT } from '../stages/minter-stage.js';

/** A dispute holds every mint of which no attempt may land yet: the minter finds it in the log of the sale before it begins one. */

const SALE = 'disputed';
const minterOn = MemoryMinter.forTests();
const command = mintCommand(SALE, 'A-1');
const { order, ticket, unit, wallet, name } = command;
const HELD: SaleEvent = { type: 'MintsHeld', data: { order, tickets: [{ ticket, unit }] } };
const RESUMED: MintsResumed = { type: 'MintsResumed', data: { order, name, wallet, tickets: [{ ticket, unit, request: 1 }] } };

async function tell(store: MemoryEventStore, ...events: readonly SaleEvent[]): Promise<void> {
  const subject = saleSubject(TENANT, SALE);
  for (const event of events) await store.append(subject, await store.head(subject), [{ ...event, at: 1 }]);
}

async function story(store: MemoryEventStore): Promise<string> {
  const types: string[] = [];
  for await (const { events } of store.read(mintSubject(TENANT, SALE), NO_HEAD)) types.push(...events.map(({ type }) => type));
  return types.join(' ');
}

/** Its first attempt dies, and a dispute is opened before that is known. */
class DisputedMeanwhile extends MemoryChain {
  constructor(private readonly store: MemoryEventStore) {
    super({ slotsPerLook: 1, finalAfterSlots: 2, lifeBlocks: 2 });
  }
  override async submit(...[live, simulate]: Parameters<MemoryChain['submit']>) {
    if (live.attempt > 1) return super.submit(live, simulate);
    if ((await this.store.head(saleSubject(TENANT, SALE))).version === 0) await tell(this.store, HELD);
    return { kind: 'accepted' } as const; // and dropped
  }
}

const chain = () => new MemoryChain({ slotsPerLook: 1, finalAfterSlots: 2, lifeBlocks: 50 });

it('[L12] [minting WI6] begins no attempt while a dispute is open, in any process, and is minted once when it is won', async () => {
  const [store, own] = [new MemoryEventStore(), chain()];
  await tell(store, HELD);
  for (let process = 1; process <= 2; process += 1) expect(await minterOn(store, own).mint(command)).toEqual({ kind: 'held' });
  expect([await story(store), own.assetCount]).toEqual(['MintPlanned', 0]);
  await tell(store, RESUMED);
  expect(await minterOn(store, own).mint({ ...command, resumed: 2 })).toEqual({ kind: 'minted' });
  expect([await story(store), own.assetCount]).toEqual(['MintPlanned MintSubmitted MintCompleted', 1]);
});

it('is minted once if a dispute is opened and won before its command arrives, whichever of its commands arrives first', async () => {
  const [store, own] = [new MemoryEventStore(), chain()];
  await tell(store, HELD, RESUMED);
  const minter = minterOn(store, own);
  const outcomes = await Promise.all([minter.mint({ ...command, resumed: 2 }), minter.mint(command)]);
  expect(outcomes).toEqual([{ kind: 'minted' }, { kind: 'minted' }]);
  expect([await story(store), own.assetCount]).toEqual(['MintPlanned MintSubmitted MintCompleted', 1]);
});

it('[L12] [minting WI6] has no other attempt begun when one dies while a dispute is open', async () => {
  const store = new MemoryEventStore();
  const own = new DisputedMeanwhile(store);
  expect(await minterOn(store, own).mint(command)).toEqual({ kind: 'held' });
  expect(await story(store)).toBe('MintPlanned MintSubmitted MintAttemptDied');
  await tell(store, RESUMED);
  expect(await minterOn(store, own).mint({ ...command, resumed: 2 })).toEqual({ kind: 'minted' });
  expect(own.assetCount).toBe(1);
});

it('ends as the chain decides if an attempt may have landed', async () => {
  const [store, own] = [new MemoryEventStore(), chain()];
  expect(await minterOn(store, own).mint(command)).toEqual({ kind: 'minted' });
  await tell(store, HELD);
  expect(await minterOn(store, own).mint(command)).toEqual({ kind: 'minted' });
  expect(own.assetCount).toBe(1);
});

it('is held for its own ticket alone', async () => {
  const [store, own] = [new MemoryEventStore(), chain()];
  await tell(store, HELD);
  expect(await minterOn(store, own).mint(mintCommand(SALE, 'A-2'))).toEqual({ kind: 'minted' });
});
