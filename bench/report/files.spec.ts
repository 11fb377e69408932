import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import { spreadOf } from '../measure/statistics.js';
import { readResult, updateDocument, writePage, writeResult } from './files.js';
import type { Plot, Recorded } from './result.js';

const plot: Plot = { kind: 'bars', title: 'Orders', unit: '/s', series: ['orders'], groups: [{ label: 'a', values: [spreadOf([1])] }] };
const recorded = (plots: readonly Plot[]): Recorded => ({
  bench: 'orders',
  commit: 'abc',
  startedAt: '2026-11-30T00:00:00.000Z',
  tookSeconds: 1 / 3,
  sizes: { pairs: 5, seconds: 4, size: 0, seed: 1, quick: false },
  machine: { processors: 2, model: 'any', memoryMiB: 1, kernel: 'any' },
  conditions: { fsyncPerSecond: 1, fsyncMs: spreadOf([1]), othersShare: 0, calibration: 1 },
  versions: { node: '20' },
  result: { title: 'Orders', rows: [], targets: [], plots },
});

describe('the page of all results', () => {
  it('shows the plots, targets, conditions and warnings of the benches that have a result', () => {
    const folder = temporaryFolder('bench-page');
    try {
      const result = recorded([plot]);
      const warned = { ...result, conditions: { ...result.conditions, warning: 'Other programs use 40 % of the processors.' } };
      const targets = [{ what: 'twice | thrice', reached: false, measured: '1.5' }];
      writeResult(folder.path, { ...warned, result: { ...warned.result, targets } });
      writePage(folder.path, ['orders', 'http']);
      const page = readFileSync(join(folder.path, 'README.md'), 'utf8');
      expect(page).toContain('![Orders](orders-1.svg)');
      expect(page).toContain('| [orders](#orders) | twice \\| thrice | **no** | 1.5 | `abc` |');
      expect(page).toContain('**Warning.** Other programs use 40 % of the processors.');
      expect(page).not.toMatch(/http|undefined|NaN/);
    } finally {
      folder.remove();
    }
  });
});

describe('a document with places for plots', () => {
  it('shows the plots of the benches that have a result, once, however often it is updated', () => {
    const folder = temporaryFolder('bench-document');
    const document = join(folder.path, 'performance.md');
    try {
      writeFileSync(document, 'Orders.\n\n<!-- plot orders-1 -->\n\nHTTP.\n\n<!-- plot http-1 -->\n');
      writeResult(join(folder.path, 'results'), recorded([plot]));
      for (let times = 0; times < 2; times += 1) updateDocument(document, join(folder.path, 'results'), ['orders', 'http']);
      const shown = '<!-- plot orders-1 -->\n![Orders](results/orders-1.svg)';
      expect(readFileSync(document, 'utf8')).toBe(`Orders.\n\n${shown}\n\nHTTP.\n\n<!-- plot http-1 -->\n`);
    } finally {
      folder.remove();
    }
  });
});

describe('a document with places for tables', () => {
  const wrong = { what: 'twice | thrice', reached: false, measured: '1.5', ifMissed: 'The disk is slow.' };
  const right = { what: 'once', reached: true, measured: '1', ifMissed: 'never shown' };
  const rows = [{ label: 'hashing', durability: 'fsync', figures: { 'at 64Ms': spreadOf([0.25]), 'at 256Ms': spreadOf([1, 2, 3]) } }];

  it('shows targets with the reason of those that were missed, and rows without a rate, once', () => {
    const folder = temporaryFolder('bench-tables');
    const [document, results] = [join(folder.path, 'performance.md'), join(folder.path, 'results')];
    try {
      const places =
        'Targets.\n\n<!-- targets -->\n<!-- end -->\n\nParts.\n\n<!-- table orders -->\n<!-- end -->\n\n<!-- table http -->\n<!-- end -->\n';
      writeFileSync(document, places);
      updateDocument(document, results, ['orders', 'http']);
      expect(readFileSync(document, 'utf8')).toBe(places);
      const { result, ...rest } = recorded([]);
      writeResult(results, { ...rest, result: { ...result, rows, targets: [wrong, right] } });
      for (let times = 0; times < 2; times += 1) updateDocument(document, results, ['orders', 'http']);
      const link = '[orders](results/README.md#orders)';
      const targets = [
        '| bench | target | measured | reached |',
        '|---|---|---|---|',
        `| ${link} | twice \\| thrice | 1.5 | **no.** The disk is slow. |`,
        `| ${link} | once | 1 | yes |`,
      ];
      const parts = ['| | at 64 ms | at 256 ms |', '|---|---|---|', '| hashing | 0.250 | 2.00 (1.00..3.00) |'];
      expect(readFileSync(document, 'utf8')).toBe(
        places
          .replace('<!-- targets -->', ['<!-- targets -->', ...targets].join('\n'))
          .replace('<!-- table orders -->', ['<!-- table orders -->', ...parts].join('\n')),
      );
      writePage(results, ['orders']);
      expect(readFileSync(join(results, 'README.md'), 'utf8')).toContain(parts.join('\n'));
    } finally {
      folder.remove();
    }
  });
});

describe('the files of a result', () => {
  it('are read as they were written, and replace the plots of an earlier run', () => {
    const folder = temporaryFolder('bench-files');
    try {
      writeResult(folder.path, recorded([plot, plot]));
      writeResult(folder.path, recorded([plot]));
      expect(readdirSync(folder.path).sort()).toEqual(['orders-1.svg', 'orders.json']);
      expect(readResult(folder.path, 'orders')).toMatchObject({ commit: 'abc', tookSeconds: 0.333333 });
      expect(readResult(folder.path, 'http')).toBeUndefined();
    } finally {
      folder.remove();
    }
  });
});
