import { build, type Histogram } from 'hdr-histogram-js';
import { type CpuUse, meterCpu, type Processes } from './cpu.js';

const MICROS_PER_MS = 1_000;
const MS_PER_SECOND = 1_000;
const LONGEST_MICROS = 600_000_000;

/** One measurement under one load. */
export interface Sample {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly count: number;
  /** Processor time for each counted call, by process. */
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly busy: number;
  readonly others: number;
}

export interface Load {
  readonly inFlight: number;
  readonly durationMs: number;
  /** Until the code is compiled and every connection is open; such calls do not count. */
  readonly warmUpMs: number;
  /** The processes whose time is counted. */
  readonly processes?: Processes;
}

/** Closed loop: this many calls in flight all the time. Counts the calls that end inside the measured time. */
export async function closedLoop(load: Load, call: (lane: number) => Promise<void>): Promise<Sample> {
  const window = new Window(load);
  const lane = async (number: number): Promise<void> => {
    for (let now = performance.now(); now < window.end; ) {
      await call(number);
      const after = performance.now();
      window.record(now, after);
      now = after;
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, (_, number) => lane(number)));
  return window.sample();
}

export interface Count {
  readonly inFlight: number;
  readonly calls: number;
  readonly processes?: Processes;
}

/** A fixed number of calls, as many in flight as given: every call counts. */
export async function countedLoop({ inFlight, calls, processes = {} }: Count, call: (number: number) => Promise<void>): Promise<Sample> {
  const latencies = new Latencies();
  const stop = meterCpu(processes);
  const startedAt = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < calls) {
      const from = performance.now();
      await call(next++);
      latencies.record(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return sampleOf(latencies, calls, performance.now() - startedAt, stop());
}

export interface OpenLoad extends Omit<Load, 'inFlight'> {
  readonly perSecond: number;
  /** Numbers in [0, 1): the distances between arrivals are exponential, as for independent buyers. */
  readonly random: () => number;
}

/**
 * Open loop: calls start at their times, whether earlier ones have ended or not. A latency counts from the time at which the call was due,
 * so that a stall counts for every waiting call.
 */
export async function openLoop(load: OpenLoad, call: (number: number) => Promise<void>): Promise<Sample> {
  const window = new Window(load);
  const calls: Promise<void>[] = [];
  let failure: unknown;
  let due = performance.now();
  for (let number = 0; due < window.end && failure === undefined; number += 1) {
    const wait = Math.floor(due - performance.now()); // a timer has whole milliseconds: early is better than late, which would count as latency
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const startedAt = Math.min(due, performance.now());
    calls.push(
      call(number).then(
        () => window.record(startedAt, performance.now()),
        (error: unknown) => {
          failure ??= error;
        },
      ),
    );
    due += (-Math.log(1 - load.random()) / load.perSecond) * MS_PER_SECOND;
  }
  await Promise.all(calls);
  if (failure !== undefined) throw failure;
  return window.sample();
}

/** Percentiles of latencies in milliseconds; three significant digits. */
export class Latencies {
  private readonly histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_MICROS,
    numberOfSignificantValueDigits: 3,
  });

  record(ms: number): void {
    this.histogram.recordValue(Math.min(LONGEST_MICROS, Math.max(1, Math.round(ms * MICROS_PER_MS))));
  }

  get count(): number {
    return this.histogram.totalCount;
  }

  at(percentile: number): number {
    return this.histogram.getValueAtPercentile(percentile) / MICROS_PER_MS;
  }
}

/** The measured time of a load: calls that end before it are warm-up, and calls that end after it do not count. */
class Window {
  readonly end: number;
  private readonly start: number;
  private readonly latencies = new Latencies();
  private ended = 0;
  private readonly cpu: Promise<CpuUse>;

  constructor({ durationMs, warmUpMs, processes = {} }: Omit<Load, 'inFlight'>) {
    this.start = performance.now() + warmUpMs;
    this.end = this.start + durationMs;
    this.cpu = new Promise((resolve, reject) => {
      setTimeout(() => {
        try {
          const stop = meterCpu(processes);
          setTimeout(() => resolve(stop()), durationMs);
        } catch (error) {
          reject(error as Error);
        }
      }, warmUpMs);
    });
    this.cpu.catch(() => undefined); // reported by sample()
  }

  record(from: number, to: number): void {
    if (from >= this.start) this.latencies.record(to - from);
    if (to >= this.start && to < this.end) this.ended += 1;
  }

  async sample(): Promise<Sample> {
    const use = await this.cpu;
    if (this.ended === 0) throw new Error('No call ended inside the measured time: measure longer (--seconds).');
    return sampleOf(this.latencies, this.ended, this.end - this.start, use);
  }
}

function sampleOf(latencies: Latencies, count: number, ms: number, { byProcess, busy, others }: CpuUse): Sample {
  return {
    perSecond: (count / ms) * MS_PER_SECOND,
    p50Ms: latencies.at(50),
    p99Ms: latencies.at(99),
    maxMs: latencies.at(100),
    count,
    cpuMs: Object.fromEntries(Object.entries(byProcess).map(([name, spent]) => [name, spent / count])),
    busy,
    others,
  };
}
