import type { MintRequest } from '#shared/domain/mint/decide.js';
import type { MintEvent, MintPlan } from '#shared/domain/mint/events.js';
import { NO_HEAD } from '#shared/event-store/commit.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { Fault } from '#shared/kernel/fault.js';
import type { OrderId, TicketId, UnitId, Wallet } from '#shared/kernel/ids.js';
import { MintAggregateHandler } from './mint-aggregate-handler.js';

const SUBJECT = 'ev.demo.mint.gala';
const ticket = (number: number) => `tkt_${String(number).padStart(26, 'a')}` as TicketId;
const planOf = (number: number, over: Partial<MintPlan> = {}): MintPlan => ({
  ticket: ticket(number),
  order: 'ord_a' as OrderId,
  unit: 'A-1' as UnitId,
  wallet: 'wallet' as Wallet,
  request: 1,
  base: 'base',
  seed: `seed-${number}`,
  program: 'program',
  asset: `asset-${number}`,
  genesisHash: 'genesis',
  name: 'Gala',
  symbol: 'ADMIT',
  uri: 'urn:x',
  memo: 'memo',
  salt: 'salt',
  ...over,
});
const plan = (number: number, over: Partial<MintPlan> = {}): MintRequest => ({ type: 'PlanMint', data: planOf(number, over) });
const submit = (number: number, signature: string): MintRequest => ({
  type: 'SubmitAttempt',
  data: { ticket: ticket(number), attempt: 1, signature, transaction: 'AQ==', blockhash: 'b', lastValidBlockHeight: 1 },
});

async function commitsIn(store: EventStore): Promise<readonly MintEvent[][]> {
  const commits: MintEvent[][] = [];
  for await (const commit of store.read(SUBJECT, NO_HEAD)) commits.push([...commit.events] as MintEvent[]);
  return commits;
}

describe('the mint mints', () => {
  it('appends waiting commands of one sale as one commit', async () => {
    const store = new MemoryEventStore();
    const mints = new MintAggregateHandler(store);
    await Promise.all(Array.from({ length: 100 }, (_, number) => mints.execute(SUBJECT, plan(number))));
    const commits = await commitsIn(store);
    expect(commits.flat()).toHaveLength(100);
    expect(commits.length).toBeLessThanOrEqual(2); // the first alone, or with all that arrived meanwhile
  });

  it('decides waiting commands in order, each on the state after the previous one', async () => {
    const mints = new MintAggregateHandler(new MemoryEventStore());
    const rulings = await Promise.all([
      mints.execute(SUBJECT, plan(1)),
      mints.execute(SUBJECT, submit(1, 'a')),
      mints.execute(SUBJECT, submit(1, 'b')),
    ]);
    expect(rulings.map(({ mint, refusal }) => refusal?.code ?? mint?.state)).toEqual(['planned', 'submitted', 'attempt-live']);
    expect(rulings[2]?.mint).toMatchObject({ state: 'submitted', live: { signature: 'a' } });
  });

  it('[minting DL1] lets only one of two minters write each step, and gives the other the ticket’s state', async () => {
    const store = new MemoryEventStore();
    const handlers = [new MintAggregateHandler(store), new MintAggregateHandler(store)];
    const numbers = Array.from({ length: 50 }, (_, number) => number);
    await Promise.all(
      handlers.flatMap((mints, which) => numbers.map(async (number) => mints.execute(SUBJECT, plan(number, { salt: `${which}` })))),
    );
    const rulings = await Promise.all(
      handlers.flatMap((mints, which) =>
        numbers.map(async (number) => mints.execute(SUBJECT, submit(number, `of ${which} for ${number}`))),
      ),
    );
    const events = (await commitsIn(store)).flat();
    expect(events.filter(({ type }) => type === 'MintPlanned')).toHaveLength(numbers.length);
    const submitted = events.flatMap((event) => (event.type === 'MintSubmitted' ? [event.data] : []));
    expect(submitted).toHaveLength(numbers.length);
    for (const { mint } of rulings) {
      expect(mint?.state).toBe('submitted');
      if (mint?.state === 'submitted') expect(submitted).toContainEqual(mint.live);
    }
  });

  it('reads other minters’ commits when a ticket’s state is requested', async () => {
    const store = new MemoryEventStore();
    const [one, other] = [new MintAggregateHandler(store), new MintAggregateHandler(store)];
    expect(await one.currentState(SUBJECT, ticket(1))).toBeUndefined();
    await other.execute(SUBJECT, plan(1));
    expect(await one.currentState(SUBJECT, ticket(1))).toMatchObject({ state: 'planned' });
  });

  it('never lets time run backwards', async () => {
    const store = new MemoryEventStore();
    await new MintAggregateHandler(store, () => 2_000).execute(SUBJECT, plan(1));
    await new MintAggregateHandler(store, () => 1_000).execute(SUBJECT, plan(2));
    const times: number[] = [];
    for await (const commit of store.read(SUBJECT, NO_HEAD)) times.push(...commit.events.map(({ at }) => at));
    expect(times).toEqual([2_000, 2_000]);
  });

  it('reads the log again after an append with an unknown result', async () => {
    const store = new MemoryEventStore();
    const append = store.append.bind(store);
    let lost = 1;
    store.append = async (...args) => {
      const commit = await append(...args);
      if (lost-- > 0) throw new Fault('append-unknown', {}); // it did land
      return commit;
    };
    const mints = new MintAggregateHandler(store);
    await expect(mints.execute(SUBJECT, plan(1))).rejects.toMatchObject({ code: 'append-unknown' });
    expect((await mints.execute(SUBJECT, plan(1))).mint).toMatchObject({ state: 'planned' });
    expect((await commitsIn(store)).flat()).toHaveLength(1);
  });

  it('gives up for now, with an error, when others always win', async () => {
    const store = new MemoryEventStore();
    store.append = async () => undefined;
    await expect(new MintAggregateHandler(store).execute(SUBJECT, plan(1))).rejects.toMatchObject({ code: 'append-unknown' });
  });

  it('refuses to work on a log with impossible events', async () => {
    const store = new MemoryEventStore();
    const data = { ticket: ticket(1), attempt: 1, signature: 's', transaction: '', blockhash: '', lastValidBlockHeight: 1 };
    await store.append(SUBJECT, NO_HEAD, [{ type: 'MintSubmitted', data, at: 1 }]);
    await expect(new MintAggregateHandler(store).currentState(SUBJECT, ticket(1))).rejects.toMatchObject({ code: 'log-broken' });
  });
});
