import fc from 'fast-check';
import { spreadOf } from '../measure/statistics.js';
import { axisTo, svgOf } from './plot.js';
import type { BarPlot, LinePlot } from './result.js';

const bars: BarPlot = {
  kind: 'bars',
  title: 'Orders & "others" <b>',
  unit: '/s',
  series: ['one', 'two'],
  groups: [
    { label: 'a', values: [spreadOf([100, 120, 140]), spreadOf([60])] },
    { label: 'b', values: [spreadOf([240]), undefined] },
  ],
  mark: { at: 200, label: 'target' },
};
const lines: LinePlot = {
  kind: 'lines',
  title: 'Growth',
  unit: 'ms',
  xUnit: 'tickets',
  logX: true,
  series: [
    {
      label: 'purchase',
      points: [
        [10_000, 0.4],
        [1_000_000, 0.5],
      ],
    },
  ],
};

const heights = (svg: string): number[] =>
  [...svg.matchAll(/<rect [^>]*height="([\d.]+)" fill="#[0-9a-f]+"\/>/g)].map(([, height]) => Number(height));

describe('a plot', () => {
  it.each([
    ['bars', bars],
    ['lines', lines],
  ])('of %s is one SVG document with only valid numbers', (_, plot) => {
    const svg = svgOf(plot);
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('escapes special characters in its texts', () => {
    expect(svgOf(bars)).toContain('Orders &amp; &quot;others&quot; &lt;b&gt;');
  });

  it('draws bars as high as their medians, and whiskers only where rounds differ', () => {
    const svg = svgOf(bars);
    const [a, smaller, b] = heights(svg).slice(-3);
    expect((a as number) / (b as number)).toBeCloseTo(120 / 240, 1);
    expect((smaller as number) / (b as number)).toBeCloseTo(60 / 240, 1);
    expect(svg.match(/<path /g)).toHaveLength(1);
  });

  it('has an axis from 0 to a value at or above the highest, in a few steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (highest) => {
        const { ticks, y } = axisTo(highest);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest * 0.999_999);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(y(0)).toBeGreaterThan(y(highest));
      }),
    );
  });
});
