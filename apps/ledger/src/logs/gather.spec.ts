import { gather } from './gather.js';

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
