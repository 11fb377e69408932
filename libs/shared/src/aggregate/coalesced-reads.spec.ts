import { CoalescedReads } from './coalesced-reads.js';

/** Reads that end when the test ends them, and count how many were begun. */
class HeldReads {
  begun = 0;
  private readonly held: ((thrown?: Error) => void)[] = [];
  readonly reads = new CoalescedReads<number>(async (_, deliver) => {
    this.begun += 1;
    const state = this.begun;
    await new Promise<void>((resolve, reject) => this.held.push((thrown) => (thrown === undefined ? resolve() : reject(thrown))));
    deliver(state);
  });

  read = (subject = 'one'): Promise<number> => this.reads.read(subject, (state) => state);

  async end(thrown?: Error): Promise<void> {
    await soon();
    this.held.shift()?.(thrown);
    await soon();
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('serves all calls of one tick with one read', async () => {
  const held = new HeldReads();
  const reads = Array.from({ length: 64 }, () => held.read());
  await held.end();
  expect([await Promise.all(reads), held.begun]).toEqual([reads.map(() => 1), 1]);
});

it('serves callers that arrive during a read with the next one, all with the same', async () => {
  const held = new HeldReads();
  const first = held.read();
  await soon();
  const later = Array.from({ length: 64 }, () => held.read());
  await held.end();
  expect([await first, held.begun]).toEqual([1, 2]);
  await held.end();
  expect([await Promise.all(later), held.begun]).toEqual([later.map(() => 2), 2]);
});

it('reads again for a caller that arrives after a read', async () => {
  const held = new HeldReads();
  for (const read of [1, 2, 3]) {
    const reads = held.read();
    await held.end();
    expect(await reads).toBe(read);
  }
});

it('rejects only the callers whose read failed', async () => {
  const held = new HeldReads();
  const first = held.read();
  await soon();
  const later = held.read();
  const failing = expect(first).rejects.toThrow('no answer');
  await held.end(new Error('no answer'));
  await failing;
  await held.end();
  expect(await later).toBe(2);
});

it('rejects only the caller that cannot use the state', async () => {
  const held = new HeldReads();
  const useless = held.reads.read('one', () => {
    throw new Error('no use');
  });
  const failing = expect(useless).rejects.toThrow('no use');
  const other = held.read();
  await held.end();
  await failing;
  expect(await other).toBe(1);
});

it('reads other subjects concurrently', async () => {
  const held = new HeldReads();
  const [one, other] = [held.read('one'), held.read('other')];
  await held.end();
  await held.end();
  expect(await Promise.all([one, other])).toEqual([1, 2]);
});
