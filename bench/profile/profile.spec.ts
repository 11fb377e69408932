import { gzipSync } from 'node:zlib';
import { Function as GoFunction, Line, Location, Profile, Sample, StringTable } from 'pprof-format';
import { flameSvg } from './flame.js';
import { stacksOfGo } from './go-profile.js';
import { stacksOfNode } from './node-profile.js';
import { partOfPurchase, partOfServer } from './parts.js';
import { sharesOf, totalOf } from './stacks.js';

const frame = (id: number, functionName: string, url: string, ...children: number[]) => ({
  id,
  callFrame: { functionName, url },
  children,
});
const MS = 1_000;
const node = {
  nodes: [
    frame(1, '(root)', '', 2, 3, 4),
    frame(2, '(idle)', ''),
    frame(3, 'serve', 'file:///any/dist/apps/purchase/src/requests/intake.js', 5),
    frame(4, '(garbage collector)', ''),
    frame(5, 'hash', 'node:internal/crypto/hash', 6),
    frame(6, 'oneShotDigest', ''),
  ],
  startTime: 1_000 * MS,
  samples: [3, 3, 6, 2, 4, 3],
  timeDeltas: [10 * MS, 10 * MS, 20 * MS, 30 * MS, 40 * MS, 50 * MS],
};

describe('a profile of Node', () => {
  it('has the stacks of the measured time alone, without idle time and without folders of the machine', () => {
    const stacks = stacksOfNode(node, 1_015 * MS, 1_115 * MS);
    expect(stacks.map(({ frames, weight }) => [frames.map(({ name }) => name).join(' '), weight])).toEqual([
      ['serve', 20],
      ['serve hash oneShotDigest', 30],
      ['(garbage collector)', 50],
    ]);
    expect(stacks[0]?.frames[0]?.file).toBe('apps/purchase/src/requests/intake.js');
  });

  it('counts native code for the function that calls it, and adds up to the whole', () => {
    const shares = sharesOf(stacksOfNode(node, 1_015 * MS, 1_115 * MS), partOfPurchase);
    expect([...shares]).toEqual([
      ['garbage collection', 0.5],
      ['hashing', 0.3],
      ['reading and validating requests', 0.2],
    ]);
  });
});

describe('a profile of Go', () => {
  it('has stacks from the outermost function on, in milliseconds of processor time', () => {
    const stringTable = new StringTable();
    const named = (id: number, name: string) => new GoFunction({ id, name: stringTable.dedup(name) });
    const functions = [named(1, 'github.com/nats-io/nats-server/v2/server.(*client).readLoop'), named(2, 'syscall.Fdatasync')];
    const location = functions.map(({ id }) => new Location({ id, line: [new Line({ functionId: id })] }));
    const sample = [new Sample({ locationId: [2, 1], value: [1, 10_000_000] })];
    const bytes = gzipSync(new Profile({ stringTable, function: functions, location, sample }).encode());
    const stacks = stacksOfGo(bytes);
    expect(stacks).toEqual([
      {
        frames: [
          { file: 'server', name: '(*client).readLoop' },
          { file: 'syscall', name: 'Fdatasync' },
        ],
        weight: 10,
      },
    ]);
    expect(sharesOf(stacks, partOfServer)).toEqual(new Map([['fsync', 1]]));
  });
});

describe('a flame graph', () => {
  it('is one SVG document in which a caller is as wide as what it calls', () => {
    const stacks = stacksOfNode(node, 0, Number.MAX_SAFE_INTEGER);
    const svg = flameSvg('purchase <64>', stacks, partOfPurchase);
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity|<64>/);
    const share = (name: string): number => Number(new RegExp(`<title>${name} ([\\d.]+) %`).exec(svg)?.[1]);
    expect(share('all')).toBe(100);
    expect(share('hash')).toBe(share('oneShotDigest'));
    expect(share('hash')).toBeCloseTo((30 / totalOf(stacks)) * 100, 1);
  });
});
