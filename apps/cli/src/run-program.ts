import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const COULD_NOT = 2;

/**
 * Runs a program of an app as a process of its own, which is told what `env` says and nothing else. The channel between the two says that we
 * are there: a program that may run for long ends when it closes. Over it the program may ask for one thing that it has no right to do itself.
 * @returns its exit code
 * @throws whatever `asked` does; the channel is then closed
 */
export async function runProgram(
  program: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
  { nodeFlags = [], asked = async () => undefined }: { readonly nodeFlags?: readonly string[]; readonly asked?: () => Promise<void> } = {},
): Promise<number> {
  const file = fileURLToPath(new URL(`../../${program}`, import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags, file, ...flags], { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
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
