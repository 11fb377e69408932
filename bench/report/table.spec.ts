import { spreadOf } from '../measure/statistics.js';
import { printed, shown } from './table.js';

describe('a printed result', () => {
  it('names the durability of every row, and whether each target is reached', () => {
    const text = printed({
      title: 'Orders',
      rows: [
        {
          label: 'ours',
          durability: 'EVENTS: sync_interval always',
          figures: { perSecond: spreadOf([90, 100, 110]), busy: spreadOf([0.95]) },
        },
        { label: 'peer', durability: 'Redis: appendfsync everysec', figures: { perSecond: spreadOf([50]) } },
      ],
      targets: [
        { what: 'twice the peer', reached: true, measured: '2.00' },
        { what: 'thrice the peer', reached: false, measured: '2.00' },
      ],
      plots: [],
    });
    expect(text).toContain('EVENTS: sync_interval always (ours)');
    expect(text).toContain('Redis: appendfsync everysec (peer)');
    expect(text).toMatch(/ours +100 \(90\.0\.\.110\) +95/);
    expect(text).toMatch(/^reached {2}twice the peer: 2\.00$/m);
    expect(text).toMatch(/^MISSED {3}thrice the peer: 2\.00$/m);
  });

  it.each([
    [0, '0'],
    [0.01234, '0.012'],
    [1.234, '1.23'],
    [12.34, '12.3'],
    [123.4, '123'],
    [123_456, '123456'],
  ])('shows %d as %s', (value, text) => {
    expect(shown(value)).toBe(text);
  });
});
