import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, messageOf } from './errors.js';
import { logSize, logTail, openLog } from './log-file.js';
import { ParentDeathWatcher } from './parent-death-watcher.js';
import { descendantsOf, isAlive } from './process-table.js';
import { waitFor } from './wait.js';

const FIRST_BACKOFF_MS = 100; // a killed process restarts before its clients time out
const LONGEST_BACKOFF_MS = 5_000; // a process that cannot run is retried while an operator repairs the cause
const STABLE_MS = 20_000; // after this long without a crash the next restart uses the first backoff again
const GONE_MS = 10_000; // SIGKILL is immediate; a failing disk may hold a process in the kernel

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
}

export interface ProcessPlan {
  readonly name: string;
  readonly logFile: string;
  /** Called before every launch, including restarts: the place to clean up after a kill -9. */
  readonly prepare: () => Promise<Command> | Command;
  readonly isReady: () => Promise<boolean>;
  readonly readyMs: number;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly stopMs: number;
  /** Restart after an unexpected exit. */
  readonly heal: boolean;
  readonly say?: (line: string) => void;
  /** Called for every process that starts or exits; keeps the pid file. */
  readonly changed?: (pid: number | undefined, command?: Command) => void;
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly gone: Promise<void>;
  ended: string | undefined;
}

/** A managed process: starts it, waits until it is ready, restarts it after a crash, and stops it. */
export class ManagedProcess {
  private running: Running | undefined;
  private wanted = false;
  private giveUp = new AbortController();
  private healing: Promise<void> | undefined;
  private crashes = 0;

  constructor(private readonly plan: ProcessPlan) {}

  get name(): string {
    return this.plan.name;
  }

  get logFile(): string {
    return this.plan.logFile;
  }

  get pid(): number | undefined {
    return this.running?.ended === undefined ? this.running?.pid : undefined;
  }

  /** Returns when the process is ready; throws with the end of its log when it exits or stays unready. */
  async start(): Promise<void> {
    this.wanted = true;
    this.giveUp = new AbortController();
    try {
      await this.launch();
    } catch (error) {
      this.wanted = false;
      await this.end('SIGKILL');
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.wanted = false;
    this.giveUp.abort();
    await this.end(this.plan.stopSignal);
    await this.healing;
    await this.end(this.plan.stopSignal); // a restart in progress may have launched a process
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Kills the whole process tree at once, as a power cut does. With `heal` it restarts; otherwise it waits for restart(). */
  async kill9(): Promise<void> {
    if (!this.plan.heal) this.wanted = false;
    await this.end('SIGKILL');
  }

  /** Resolves when the process runs and responds (again). */
  async ready(timeoutMs: number): Promise<void> {
    const ready = async (): Promise<boolean> => this.pid !== undefined && (await this.plan.isReady());
    await waitFor(ready, { what: `${this.name} is ready`, timeoutMs });
  }

  private async launch(): Promise<void> {
    const command = await this.plan.prepare();
    const logStart = logSize(this.plan.logFile);
    const running = this.spawn(command);
    const startedAt = performance.now();
    const waiting = { what: `${this.name} did not start`, timeoutMs: this.plan.readyMs, hopeless: () => running.ended };
    await waitFor(() => this.plan.isReady(), waiting).catch((error: unknown) => {
      throw new Error(`${messageOf(error)}\n${indent(logTail(this.plan.logFile, logStart))}\n  (whole log: ${this.plan.logFile})`, {
        cause: error,
      });
    });
    if (running.ended !== undefined) throw new Error(`${this.name} ${running.ended} as soon as it was ready (log: ${this.plan.logFile})`);
    void running.gone.then(() => {
      if (performance.now() - startedAt > STABLE_MS) this.crashes = 0;
      if (!this.wanted || !this.plan.heal || this.healing !== undefined) return;
      this.healing = this.heal(running.ended ?? 'ended').finally(() => {
        this.healing = undefined;
      });
    });
  }

  private async heal(why: string): Promise<void> {
    for (let reason = why; this.wanted; ) {
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** this.crashes++, LONGEST_BACKOFF_MS);
      this.plan.say?.(`${this.name} ${reason}; starting it again in ${backoffMs} ms`);
      await pause(backoffMs, undefined, { signal: this.giveUp.signal }).catch(() => undefined); // stopped during the pause
      if (!this.wanted) return;
      try {
        await this.launch();
        this.plan.say?.(`${this.name} is back`);
        return;
      } catch (error) {
        await this.end('SIGKILL');
        reason = `did not come back (${messageOf(error)})`;
      }
    }
  }

  private spawn(command: Command): Running {
    const log = openLog(this.plan.logFile);
    const { file, args, env, cwd, uid, gid } = command;
    // A process group of its own: Ctrl-C in the terminal reaches only this process, which then stops the others in order.
    const ids = uid === undefined ? {} : { uid, gid: gid ?? uid };
    const child = spawn(file, [...args], {
      env,
      detached: true,
      stdio: ['ignore', log, log],
      ...(cwd === undefined ? {} : { cwd }),
      ...ids,
    });
    closeSync(log);
    const failed = new Promise<string>((resolve) => child.once('error', (error) => resolve(`could not be started: ${error.message}`)));
    const exited = new Promise<string>((resolve) =>
      child.once('exit', (code, signal) => resolve(signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`)),
    );
    const watcher = child.pid === undefined ? undefined : new ParentDeathWatcher(child.pid, this.plan.stopSignal);
    const gone = Promise.race([failed, exited]).then((why) => {
      running.ended = why;
      watcher?.release();
      this.plan.changed?.(undefined);
    });
    const running: Running = { child, pid: child.pid ?? -1, gone, ended: undefined };
    this.running = running;
    if (child.pid !== undefined) this.plan.changed?.(child.pid, command);
    return running;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const running = this.running;
    if (running === undefined || running.ended !== undefined) return;
    const tree = descendantsOf(running.pid); // before the parent exits: afterwards the descendants cannot be found
    running.child.kill(signal);
    if (signal !== 'SIGKILL' && (await settled(running.gone, this.plan.stopMs))) return;
    for (const pid of [running.pid, ...tree]) kill9(pid);
    if (!(await settled(running.gone, GONE_MS)))
      throw new Error(`${this.name} (process ${running.pid}) does not end, not even by SIGKILL.`);
    await waitFor(() => !tree.some(isAlive), { what: `the children of ${this.name} end`, timeoutMs: GONE_MS });
  }
}

export function kill9(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error; // already gone, as wanted
  }
}

async function settled(promise: Promise<void>, withinMs: number): Promise<boolean> {
  const stop = new AbortController();
  const late = pause(withinMs, false, { signal: stop.signal }).catch(() => false);
  const done = await Promise.race([promise.then(() => true), late]);
  stop.abort();
  return done;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  | ');
}

/** A server that consists of one process, with the process's kill, restart and stop. */
export abstract class ManagedServer {
  constructor(readonly part: ManagedProcess) {}

  get pid(): number | undefined {
    return this.part.pid;
  }

  kill9(): Promise<void> {
    return this.part.kill9();
  }

  restart(): Promise<void> {
    return this.part.restart();
  }

  stop(): Promise<void> {
    return this.part.stop();
  }
}
