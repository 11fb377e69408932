import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../dev/processes/project.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import { meterCpu } from './cpu.js';
import { type Spread, spreadOf } from './statistics.js';

const MS_PER_SECOND = 1_000;
const MEBIBYTE = 2 ** 20;
/** One page: the minimum that a store writes for a commit. */
const WRITE_BYTES = 4_096;
const FSYNC_PROBE_MS = 1_000;
const WATCH_MS = 1_000;
/** With a larger share of the processors used by other programs, absolute figures are too low; ratios of neighbours still hold. */
export const BUSY_SHARE = 0.1;
/** A loop without competition repeats its best time within this factor. */
const STEADY_FACTOR = 1.5;
const CALIBRATIONS = 20;
const CALIBRATION_STEPS = 2_000_000;

export interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly memoryMiB: number;
  readonly kernel: string;
}

export const machine = (): Machine => ({
  processors: availableParallelism(),
  model: cpus()[0]?.model ?? 'unknown',
  memoryMiB: Math.round(totalmem() / MEBIBYTE),
  kernel: `${process.platform} ${/^\d+\.\d+/.exec(release())?.[0] ?? ''}`,
});

/** The state of the machine before a bench. */
export interface Conditions {
  /** Writes of 4 KiB, each synced to disk before the next: the ceiling of every store that syncs one commit at a time. */
  readonly fsyncPerSecond: number;
  readonly fsyncMs: Spread;
  /** Of all processors, used by other programs during a second in which the bench was idle. */
  readonly othersShare: number;
  /** The median time of a short loop divided by its best: 1 on an idle machine. */
  readonly calibration: number;
  /** A warning if absolute figures are not reliable. */
  readonly warning?: string;
}

export async function conditions(): Promise<Conditions> {
  const stop = meterCpu({});
  await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  const othersShare = stop().others;
  const calibration = calibrate();
  const fsync = probeFsync();
  const isBusy = othersShare > BUSY_SHARE || calibration > STEADY_FACTOR;
  const percent = Math.round(othersShare * 100);
  return {
    ...fsync,
    othersShare,
    calibration,
    ...(isBusy && {
      warning: `Other programs use ${percent} % of the processors, and a loop takes ${calibration.toFixed(2)} times its best time: absolute figures are too low.`,
    }),
  };
}

function probeFsync(): Pick<Conditions, 'fsyncPerSecond' | 'fsyncMs'> {
  const folder = temporaryFolder('bench-fsync');
  const file = openSync(join(folder.path, 'probe'), 'w');
  try {
    const page = Buffer.alloc(WRITE_BYTES, 1);
    const taken: number[] = [];
    for (const end = performance.now() + FSYNC_PROBE_MS; performance.now() < end; ) {
      const startedAt = performance.now();
      writeSync(file, page);
      fdatasyncSync(file);
      taken.push(performance.now() - startedAt);
    }
    const fsyncMs = spreadOf(taken);
    return { fsyncPerSecond: MS_PER_SECOND / fsyncMs.median, fsyncMs: { ...fsyncMs, values: [] } };
  } finally {
    closeSync(file);
    folder.remove();
  }
}

function calibrate(): number {
  const times = Array.from({ length: CALIBRATIONS }, () => {
    const startedAt = performance.now();
    let sum = 0;
    for (let step = 0; step < CALIBRATION_STEPS; step += 1) sum = (sum * 31 + step) | 0;
    return performance.now() - startedAt + (sum === 0.5 ? 1 : 0); // the sum is used, so the loop is not optimized away
  });
  const { median, min } = spreadOf(times);
  return median / min;
}

/** Files without influence on a measurement. */
const NOT_MEASURED = [':!bench/results', ':!docs', ':!*.md'];

/** The last commit that changed measured code, so that results can be committed after it; `+` after it: with uncommitted changes. */
export function commitNow(): string {
  const git = (...words: readonly string[]): string =>
    execFileSync('git', [...words, '--', '.', ...NOT_MEASURED], { cwd: projectFolder(), encoding: 'utf8' }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('log', '-1', '--format=%h', '--abbrev=10')}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown'; // an archive without a repository
  }
}

/** The version of an installed package of the given folder's `node_modules`. */
export function packageVersion(name: string, folder = projectFolder()): string {
  return (JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as { readonly version: string }).version;
}
