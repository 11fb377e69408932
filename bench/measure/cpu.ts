import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { descendantsOf } from '../../dev/processes/process-table.js';

const MS_PER_SECOND = 1_000;
/** This module reads processor time only on Linux; elsewhere it reports none. */
const HAS_PROC = existsSync('/proc/self/stat');
const TICK_MS = HAS_PROC ? MS_PER_SECOND / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 0;
/** Fields of /proc/PID/stat after the name, which may contain spaces: user and system time, own and of ended children. */
const OWN_TIMES = [11, 12];
const WITH_CHILDREN = [11, 12, 13, 14];
/** Fields of the first line of /proc/stat: user, nice, system, irq and softirq are work; steal was taken by other machines. */
const WORK = [0, 1, 2, 5, 6];
const STEAL = 7;

/** Name to process id; a name may stand for several processes. */
export type Processes = Readonly<Record<string, number | readonly number[]>>;

export interface CpuUse {
  /** Milliseconds of processor time by name, children included; `caller` is this process, which makes the load. */
  readonly byProcess: Readonly<Record<string, number>>;
  /** The share of all processors that was busy, with any program. */
  readonly busy: number;
  /** The share of all processors that programs outside this bench used, or that the host took away. */
  readonly others: number;
}

const NOT_MEASURED: CpuUse = { byProcess: {}, busy: 0, others: 0 };

/** Counts from now on. The returned function ends the count. */
export function meterCpu(processes: Processes): () => CpuUse {
  if (!HAS_PROC) return () => NOT_MEASURED;
  const before = reading(processes);
  return () => {
    const after = reading(processes);
    const available = (after.at - before.at) * cpus().length;
    const byProcess = Object.fromEntries(
      Object.keys(after.byProcess).map((name) => [name, (after.byProcess[name] as number) - (before.byProcess[name] as number)]),
    );
    const ours = Object.values(byProcess).reduce((sum, ms) => sum + ms, 0);
    const worked = after.worked - before.worked;
    const stolen = after.stolen - before.stolen;
    const shareOf = (ms: number): number => Math.min(1, Math.max(0, ms / available));
    return { byProcess, busy: shareOf(worked + stolen), others: shareOf(worked + stolen - ours) };
  };
}

interface Reading {
  readonly at: number;
  readonly byProcess: Readonly<Record<string, number>>;
  readonly worked: number;
  readonly stolen: number;
}

function reading(processes: Processes): Reading {
  const machine = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/).slice(1).map(Number);
  const byProcess = Object.fromEntries(
    Object.entries(processes).map(([name, pids]) => [name, [pids].flat().reduce((sum, pid) => sum + treeMs(pid), 0)]),
  );
  return {
    at: performance.now(),
    byProcess: { ...byProcess, caller: ownMs() },
    worked: WORK.reduce((sum, field) => sum + (machine[field] as number), 0) * TICK_MS,
    stolen: (machine[STEAL] ?? 0) * TICK_MS,
  };
}

/** Of a process and its descendants. An ended child counts with the parent that waited for it. */
const treeMs = (pid: number): number => [pid, ...descendantsOf(pid)].reduce((sum, one) => sum + fieldsMs(one, WITH_CHILDREN), 0);

const ownMs = (): number => fieldsMs(process.pid, OWN_TIMES);

function fieldsMs(pid: number, fields: readonly number[]): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return 0; // it ended between listing and reading; its parent has its time
  }
  const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.reduce((sum, field) => sum + Number(values[field]), 0) * TICK_MS;
}
