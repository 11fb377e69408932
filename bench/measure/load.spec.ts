import { closedLoop, countedLoop, Latencies, openLoop } from './load.js';
import { randomOf } from './statistics.js';

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a closed loop', () => {
  it('keeps as many calls in flight as asked for, and counts those inside the measured time', async () => {
    let inFlight = 0;
    let most = 0;
    let calls = 0;
    const sample = await closedLoop({ inFlight: 5, durationMs: 60, warmUpMs: 20 }, async () => {
      inFlight += 1;
      calls += 1;
      most = Math.max(most, inFlight);
      await soon();
      inFlight -= 1;
    });
    expect(most).toBe(5);
    expect(sample.count).toBeGreaterThan(0);
    expect(sample.count).toBeLessThan(calls);
  });

  it('ends with the error of a call', async () => {
    const failing = closedLoop({ inFlight: 2, durationMs: 1_000, warmUpMs: 0 }, () => Promise.reject(new Error('refused')));
    await expect(failing).rejects.toThrow('refused');
  });
});

describe('an open loop', () => {
  it('starts calls at their times although none has been answered', async () => {
    const waiting: (() => void)[] = [];
    const load = openLoop({ perSecond: 500, durationMs: 200, warmUpMs: 0, random: randomOf(1) }, () => {
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 20) for (const answer of waiting) answer();
        if (waiting.length > 20) resolve();
      });
    });
    const { maxMs } = await load;
    expect(waiting.length).toBeGreaterThanOrEqual(20);
    expect(maxMs).toBeGreaterThan(1); // the first waited for the twentieth
  });

  it('ends with the error of a call', async () => {
    const load = { perSecond: 1_000, durationMs: 1_000, warmUpMs: 0, random: randomOf(1) };
    await expect(openLoop(load, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});

describe('a counted loop', () => {
  it('makes each call once', async () => {
    const made: number[] = [];
    const { count } = await countedLoop({ inFlight: 3, calls: 10 }, async (number) => {
      made.push(number);
      await soon();
    });
    expect(made).toEqual(Array.from({ length: 10 }, (_, number) => number));
    expect(count).toBe(10);
  });
});

describe('latencies', () => {
  it('are reported by percentile in milliseconds, within three digits', () => {
    const latencies = new Latencies();
    for (let ms = 1; ms <= 1_000; ms += 1) latencies.record(ms);
    expect(latencies.count).toBe(1_000);
    expect(latencies.at(50) / 500).toBeCloseTo(1, 2);
    expect(latencies.at(99) / 990).toBeCloseTo(1, 2);
  });
});
