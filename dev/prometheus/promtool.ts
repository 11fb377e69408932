import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type DebianProgram, fetchDebianPackages } from '../nats/obtain-debian.js';
import { messageOf } from '../processes/errors.js';
import { cacheFolder, type Environment, environment } from '../processes/project.js';

/** The oldest release that supports the rules; programs built for it run on newer releases. */
const PROMTOOL: DebianProgram = { suite: 'bookworm', packages: ['prometheus'], path: ['usr', 'bin', 'promtool'] };
/** Reading rules takes milliseconds; the first start of a program of 100 MB some seconds. */
const RUN_MS = 60_000;
const run = promisify(execFile);

/** Finds or downloads promtool: $PROMTOOL, PATH, cache, Debian's package. @returns its path */
export async function obtainPromtool(env: Environment = environment(), cache = cacheFolder()): Promise<string> {
  const cached = join(cache, `promtool-${process.platform}-${process.arch}`);
  const onPath = (env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'promtool'));
  const found = [...(env.PROMTOOL ? [env.PROMTOOL] : []), ...onPath, cached].find((path) => existsSync(path));
  if (found !== undefined) return found;
  try {
    return await fetchInto(cached);
  } catch (cause) {
    throw new Error(
      [
        `No promtool could be found or fetched (${messageOf(cause)}). What to do, any one of these:`,
        '  - install Prometheus (Debian: apt-get install prometheus), so that promtool is on PATH,',
        '  - set PROMTOOL to the path of the program,',
        '  - or connect this machine to the Debian archive and start again.',
      ].join('\n'),
      { cause },
    );
  }
}

/** Downloads into a temporary folder and renames it. */
async function fetchInto(cached: string): Promise<string> {
  await mkdir(join(cached, '..'), { recursive: true });
  const folder = await mkdtemp(`${cached}-draft-`);
  try {
    const whole = join(folder, 'promtool');
    await copyFile(await fetchDebianPackages(PROMTOOL, folder, () => undefined), whole);
    await chmod(whole, 0o755);
    await run(whole, ['--version'], { timeout: RUN_MS });
    await rename(whole, cached);
    return cached;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** promtool's output, and whether it succeeded. */
export async function promtool(...args: string[]): Promise<{ readonly ok: boolean; readonly said: string }> {
  const path = await obtainPromtool();
  return run(path, args, { timeout: RUN_MS }).then(
    ({ stdout, stderr }) => ({ ok: true, said: stdout + stderr }),
    (thrown: { stdout?: string; stderr?: string }) => ({
      ok: false,
      said: `${thrown.stdout ?? ''}${thrown.stderr ?? ''}` || messageOf(thrown),
    }),
  );
}
