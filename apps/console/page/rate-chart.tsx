import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

const SECONDS = 120;
const HEIGHT = 150;
/** Pixels of the axis below: one line of text. */
const AXIS = 28;
const MS_PER_SECOND = 1_000;

const colorOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Orders placed in each of the last seconds. @param placed how many were placed since the page was opened */
export function RateChart({ placed }: { readonly placed: RefObject<number> }) {
  const place = useRef<HTMLDivElement>(null);
  const [now, setNow] = useState({ rate: 0, peak: 0 });
  useEffect(() => {
    const holder = place.current;
    if (holder === null) return undefined;
    const times = Array.from({ length: SECONDS }, (_, index) => Math.floor(Date.now() / MS_PER_SECOND) - SECONDS + 1 + index);
    const rates = Array.from({ length: SECONDS }, () => 0);
    let before = placed.current ?? 0;
    const axis = { stroke: () => colorOf('--quiet'), grid: { stroke: () => colorOf('--line'), width: 1 }, ticks: { show: false } };
    const chart = new UPlot(
      {
        width: holder.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] } },
        axes: [
          {
            ...axis,
            values: (_, splits) => splits.map((at) => new Date(at * MS_PER_SECOND).toLocaleTimeString('en-GB')),
            space: 70,
            size: AXIS,
          },
          { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] },
        ],
        series: [{}, { stroke: () => colorOf('--accent'), fill: () => colorOf('--accent-soft'), width: 2, points: { show: false } }],
      },
      [times, rates],
      holder,
    );
    const tick = setInterval(() => {
      const all = placed.current ?? 0;
      times.push(Math.floor(Date.now() / MS_PER_SECOND));
      rates.push(all - before);
      before = all;
      times.shift();
      rates.shift();
      chart.setData([times, rates]);
      setNow({ rate: rates.at(-1) ?? 0, peak: Math.max(...rates) });
    }, MS_PER_SECOND);
    const resized = new ResizeObserver(() => chart.setSize({ width: holder.clientWidth, height: HEIGHT }));
    resized.observe(holder);
    return () => {
      clearInterval(tick);
      resized.disconnect();
      chart.destroy();
    };
  }, []);
  return (
    <>
      <p class="rate">
        <strong>{now.rate}</strong> now, {now.peak} at most in two minutes
      </p>
      <div ref={place} class="chart" role="img" aria-label={`Orders per second: ${now.rate} now, ${now.peak} at most in two minutes`} />
    </>
  );
}
