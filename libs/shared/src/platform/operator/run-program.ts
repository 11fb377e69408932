import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { trustedAuthorities } from '../process/environment.js';

const COULD_NOT = 2;

export interface ProgramOptions {
  readonly nodeFlags?: readonly string[];
  /** The one action for which the program has no permission. */
  readonly asked?: () => Promise<void>;
  /** Receives what the program prints; absent: it prints where this process does. */
  readonly output?: (text: string, stream: 'stdout' | 'stderr') => void;
}

/**
 * Runs a program of an app as a separate process with `env` as its environment, and the authorities that this one trusts. The IPC channel shows that the parent is alive: a
 * long-running program ends when the channel closes. Through it the program may request one action for which it has no permission.
 * @returns its exit code
 * @throws the errors of `asked`; the channel is then closed
 */
export async function runProgram(
  program: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
  { nodeFlags = [], asked = async () => undefined, output }: ProgramOptions = {},
): Promise<number> {
  const file = fileURLToPath(new URL(`../../../../../apps/${program}`, import.meta.url));
  const printed = output === undefined ? 'inherit' : 'pipe';
  const child = spawn(process.execPath, [...nodeFlags, file, ...flags], {
    env: { ...trustedAuthorities(), ...env },
    stdio: ['inherit', printed, printed, 'ipc'],
  });
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (text: string) => output?.(text, stream));
  const ended = once(child, output === undefined ? 'exit' : 'close'); // `close`: everything printed was received
  const refused = new Promise<never>((_, reject) => {
    child.on('message', (question) => {
      asked()
        .then(() => child.connected && child.send(question))
        .catch(reject);
    });
  });
  try {
    const [code] = (await Promise.race([ended, refused])) as [number | null];
    return code ?? COULD_NOT;
  } finally {
    if (child.connected) child.disconnect();
    await ended;
  }
}
