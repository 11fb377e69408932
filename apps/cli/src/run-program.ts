import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const COULD_NOT = 2;

/**
 * Runs a program of an app as a process of its own, which is told what `env` says and nothing else. The channel between the two says nothing
 * but that we are there: a program that may run for long ends when it closes.
 * @returns its exit code
 */
export async function runProgram(
  program: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
  nodeFlags: readonly string[] = [],
): Promise<number> {
  const file = fileURLToPath(new URL(`../../${program}`, import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags, file, ...flags], { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? COULD_NOT;
}
