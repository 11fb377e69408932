import { gather, restAfter } from './gather.js';

const bytesOf = (item: string): number => item.length;

async function* streamOf(...items: (string | Promise<string>)[]): AsyncGenerator<string> {
  for (const item of items) yield item;
}

async function batches(source: AsyncIterator<string>, maxCount = 100, maxBytes = 100): Promise<string[][]> {
  const list: string[][] = [];
  for await (const batch of gather(source, { maxCount, maxBytes, bytesOf })) list.push(batch);
  return list;
}

describe('gather', () => {
  it('groups the messages that have arrived', async () => {
    expect(await batches(streamOf('a', 'b', 'c'))).toEqual([['a', 'b', 'c']]);
    expect(await batches(streamOf())).toEqual([]);
  });

  it('does not wait for more', async () => {
    let come: (item: string) => void = () => undefined;
    const late = new Promise<string>((resolve) => {
      come = resolve;
    });
    const source = gather(streamOf('a', late), { maxCount: 9, maxBytes: 9, bytesOf })[Symbol.asyncIterator]();
    expect(await source.next()).toEqual({ done: false, value: ['a'] });
    come('b');
    expect(await source.next()).toEqual({ done: false, value: ['b'] });
  });

  it('rests after each batch, and hands on together what arrived meanwhile', async () => {
    const rests: [number, string][] = [];
    const later: ((item: string) => void)[] = [];
    const late = (): Promise<string> => new Promise((resolve) => later.push(resolve));
    const rest = async (workedMs: number, last: string): Promise<void> => {
      rests.push([workedMs, last]);
      for (const [index, come] of later.entries()) come(`late ${index}`);
    };
    const source = gather(streamOf('a', late(), late()), { maxCount: 9, maxBytes: 99, bytesOf, rest })[Symbol.asyncIterator]();
    expect(await source.next()).toEqual({ done: false, value: ['a'] });
    expect(await source.next()).toEqual({ done: false, value: ['late 0', 'late 1'] });
    expect(rests).toEqual([[expect.any(Number), 'a']]);
  });

  it('does not rest after a full batch: more waits already', async () => {
    const rest = (): Promise<void> => Promise.reject(new Error('rested'));
    const list: string[][] = [];
    for await (const batch of gather(streamOf('a', 'b', 'c'), { maxCount: 1, maxBytes: 9, bytesOf, rest })) list.push(batch);
    expect(list).toEqual([['a'], ['b'], ['c']]);
  });

  it('closes a batch at its count and at its bytes, whichever comes first', async () => {
    expect(await batches(streamOf('a', 'b', 'c', 'd', 'e'), 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(await batches(streamOf('aaa', 'b', 'ccccccc', 'd'), 100, 4)).toEqual([['aaa', 'b'], ['ccccccc'], ['d']]);
  });

  it("throws its source's error, after the messages before it", async () => {
    async function* failing(): AsyncGenerator<string> {
      yield 'a';
      throw new Error('lost');
    }
    const source = gather(failing(), { maxCount: 1, maxBytes: 9, bytesOf })[Symbol.asyncIterator]();
    expect(await source.next()).toEqual({ done: false, value: ['a'] });
    await expect(source.next()).rejects.toThrow('lost');
  });
});

describe('the rest after a batch', () => {
  it('is four times the work, at most half a second, while the consumer keeps up', () => {
    expect(restAfter(30, 0)).toBe(120);
    expect(restAfter(30, 2_000)).toBe(120);
    expect(restAfter(900, 100)).toBe(500);
  });

  it('shrinks with the lag, to none six seconds behind', () => {
    expect(restAfter(30, 4_000)).toBe(60);
    expect(restAfter(900, 5_000)).toBe(125);
    expect(restAfter(900, 6_000)).toBe(0);
    expect(restAfter(900, 3_600_000)).toBe(0);
  });

  it('is whole where the clock of the log is ahead', () => {
    expect(restAfter(30, -3_600_000)).toBe(120);
  });
});
