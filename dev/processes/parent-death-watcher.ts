import { type ChildProcess, spawn } from 'node:child_process';

// A shell that waits for its standard input to end, which happens however this process dies. It then ends the child: SIGTERM first, SIGKILL after
// five seconds. It costs 1 MB for each child, and no server outlives a killed test run.
const SCRIPT =
  'while read -r _; do :; done; kill -"$2" "$1" 2>/dev/null; i=0; while kill -0 "$1" 2>/dev/null && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done; kill -9 "$1" 2>/dev/null';

export class ParentDeathWatcher {
  private readonly shell: ChildProcess | undefined;

  constructor(pid: number, signal: 'SIGTERM' | 'SIGINT') {
    if (process.platform === 'win32') return; // without a shell only the pid files identify orphans
    this.shell = spawn('/bin/sh', ['-c', SCRIPT, 'parent-death-watcher', String(pid), signal.slice(3)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.shell.on('error', () => undefined); // without a shell the pid files of orphan-reaper.ts remain
    this.shell.stdin?.on('error', () => undefined);
    this.shell.unref();
    const input = this.shell.stdin;
    if (input && 'unref' in input && typeof input.unref === 'function') input.unref();
  }

  release(): void {
    this.shell?.kill('SIGKILL');
  }
}
