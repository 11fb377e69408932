import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { trustedAuthorities } from '../process/environment.js';

const COULD_NOT = 2;

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
  { nodeFlags = [], asked = async () => undefined }: { readonly nodeFlags?: readonly string[]; readonly asked?: () => Promise<void> } = {},
): Promise<number> {
  const file = fileURLToPath(new URL(`../../../../../apps/${program}`, import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags, file, ...flags], {
    env: { ...trustedAuthorities(), ...env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
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
