import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { Fault } from '#shared/kernel/fault.js';

/** Only the project's image has this file. Other containers, such as those for development, are treated like a machine. */
const IMAGE_MARK = '/etc/admit-one-image';
const MOUNTS = '/proc/self/mountinfo';
/** In memory: also lost with the container. */
const IN_MEMORY = new Set(['tmpfs', 'ramfs', 'rootfs']);

export interface Surroundings {
  /** True in a container of the project's image, which is removed when its command ends. */
  readonly inContainer: boolean;
  /** The text of /proc/self/mountinfo. */
  readonly mounts: string;
}

export const surroundings = (): Surroundings => ({
  inContainer: existsSync(IMAGE_MARK),
  mounts: existsSync(MOUNTS) ? readFileSync(MOUNTS, 'utf8') : '',
});

/**
 * In a container only a mounted volume outlives the container, so a backup anywhere else would be lost when the command ends.
 * @throws Fault `configuration` when the folder is on no volume
 */
export function assertLasts(folder: string, { inContainer, mounts }: Surroundings = surroundings()): void {
  if (!inContainer) return;
  const { point, type } = mountOf(presentPart(resolve(folder)), mounts);
  if (point !== '/' && !IN_MEMORY.has(type)) return;
  const where = IN_MEMORY.has(type) ? `${point} is in memory` : 'no volume is mounted there';
  throw new Fault('configuration', {
    problems: [
      `${folder} would be gone with this container: ${where}. Mount a volume and put the backup into it (compose mounts /backups)`,
    ],
  });
}

/** The deepest existing folder of a path, with links resolved. */
function presentPart(path: string): string {
  return existsSync(path) || dirname(path) === path ? realpathSync(path) : presentPart(dirname(path));
}

interface Mount {
  readonly point: string;
  readonly type: string;
}

/** The deepest mount above a path; of several at one path the last, which hides the others. */
function mountOf(path: string, mounts: string): Mount {
  let found: Mount = { point: '/', type: '' };
  for (const line of mounts.split('\n')) {
    // <id> <parent> <device> <root> <mount point> <options> [<tag> …] - <type> <source> <options>
    const [before = '', after = ''] = line.split(' - ');
    const point = unescaped(before.split(' ')[4] ?? '');
    const isAbove = point === '/' || path === point || path.startsWith(`${point}${sep}`);
    if (point !== '' && isAbove && point.length >= found.point.length) found = { point, type: after.split(' ')[0] ?? '' };
  }
  return found;
}

/** The kernel writes space, tab, line feed and backslash in octal. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
