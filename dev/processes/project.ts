import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The only place under dev/ that reads the environment; all other code gets settings as arguments. */
export function environment(): Environment {
  return { ...process.env };
}

/** The folder of package.json, searched upwards: this file runs from dev/ under Jest and from dist/dev/ once built. */
export function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('No package.json above this program: run it inside the project folder.');
    folder = parent;
  }
  return folder;
}

/** The data folder of all embedded servers; ADMIT_HOME moves it, so that a second stack can run beside the first. */
export function homeFolder(): string {
  return resolve(environment().ADMIT_HOME || join(projectFolder(), '.admit'));
}

/** Downloads shared by all homes of this checkout. */
export function cacheFolder(): string {
  return join(projectFolder(), '.admit', 'cache');
}
