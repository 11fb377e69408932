import { type ChildProcess, spawn } from 'node:child_process';

// A shell that waits for its standard input to end, which happens when we die in whatever way, and then ends our child: first
// kindly, after five seconds by force. One megabyte a child, and no server outlives a test run that was killed.
const SCRIPT =
  'while read -r _; do :; done; kill -"$2" "$1" 2>/dev/null; i=0; while kill -0 "$1" 2>/dev/null && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done; kill -9 "$1" 2>/dev/null';

export class ParentDeathWatcher {
  private readonly shell: ChildProcess | undefined;

  constructor(pid: number, signal: 'SIGTERM' | 'SIGINT') {
    if (process.platform === 'win32') return; // no shell to hold it: pid files alone find what is left there
    this.shell = spawn('/bin/sh', ['-c', SCRIPT, 'leash', String(pid), signal.slice(3)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.shell.on('error', () => undefined); // without a shell the pid files of leftovers.ts remain
    this.shell.stdin?.on('error', () => undefined);
    this.shell.unref();
    const input = this.shell.stdin;
    if (input && 'unref' in input && typeof input.unref === 'function') input.unref();
  }

  release(): void {
    this.shell?.kill('SIGKILL');
  }
}
