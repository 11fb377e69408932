import { CoalescedReads } from './coalesced-reads.js';

/** Looks that end when they are told to, and see how many were begun. */
class HeldLooks {
  begun = 0;
  private readonly held: ((thrown?: Error) => void)[] = [];
  readonly looks = new CoalescedReads<number>(async (_, tell) => {
    this.begun += 1;
    const seen = this.begun;
    await new Promise<void>((resolve, reject) => this.held.push((thrown) => (thrown === undefined ? resolve() : reject(thrown))));
    tell(seen);
  });

  ask = (subject = 'one'): Promise<number> => this.looks.ask(subject, (seen) => seen);

  async end(thrown?: Error): Promise<void> {
    await soon();
    this.held.shift()?.(thrown);
    await soon();
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('tells all who ask at once by one look', async () => {
  const held = new HeldLooks();
  const asked = Array.from({ length: 64 }, () => held.ask());
  await held.end();
  expect([await Promise.all(asked), held.begun]).toEqual([asked.map(() => 1), 1]);
});

it('tells who comes while a look is under way by the next, all of them by one', async () => {
  const held = new HeldLooks();
  const first = held.ask();
  await soon();
  const later = Array.from({ length: 64 }, () => held.ask());
  await held.end();
  expect([await first, held.begun]).toEqual([1, 2]);
  await held.end();
  expect([await Promise.all(later), held.begun]).toEqual([later.map(() => 2), 2]);
});

it('looks anew for who comes after a look has ended', async () => {
  const held = new HeldLooks();
  for (const look of [1, 2, 3]) {
    const asked = held.ask();
    await held.end();
    expect(await asked).toBe(look);
  }
});

it('fails for whom its look failed, and for no other', async () => {
  const held = new HeldLooks();
  const first = held.ask();
  await soon();
  const later = held.ask();
  const failing = expect(first).rejects.toThrow('no answer');
  await held.end(new Error('no answer'));
  await failing;
  await held.end();
  expect(await later).toBe(2);
});

it('fails for whom what was seen is no use, and for no other', async () => {
  const held = new HeldLooks();
  const useless = held.looks.ask('one', () => {
    throw new Error('no use');
  });
  const failing = expect(useless).rejects.toThrow('no use');
  const other = held.ask();
  await held.end();
  await failing;
  expect(await other).toBe(1);
});

it('looks at other subjects meanwhile', async () => {
  const held = new HeldLooks();
  const [one, other] = [held.ask('one'), held.ask('other')];
  await held.end();
  await held.end();
  expect(await Promise.all([one, other])).toEqual([1, 2]);
});
