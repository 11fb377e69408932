import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../../dev/processes/project.js';
import type { Stack } from '../../dev/stack/stack.js';

export interface Verdict {
  readonly code: number;
  /** The last line that `admit replay` printed. */
  readonly verdict: string;
}

/** Runs `admit replay` as an operator would, in a separate process. */
export function replayVerdict(stack: Stack): Promise<Verdict> {
  const env = { PATH: process.env.PATH, ...stack.settingsOf('operator') };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js'), 'replay'],
      { env },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? -1);
        resolve({ code, verdict: (stdout || stderr).trim().split('\n').at(-1) ?? '' });
      },
    );
  });
}
