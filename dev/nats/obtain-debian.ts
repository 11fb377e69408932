import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, stderrOf } from '../processes/errors.js';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const APT_MS = 120_000; // an index of 10 MB and a package of 5 MB on a slow line
const NETWORK_SECONDS = 10; // for each connection attempt, so that an unreachable archive fails soon

const run = promisify(execFile);

/** A program in packages of a Debian release. */
export interface DebianProgram {
  readonly suite: string;
  /** The program's, then those of libraries that it needs. */
  readonly packages: readonly string[];
  /** The program's path inside its package. */
  readonly path: readonly string[];
}

/** The first release whose nats-server is new enough; its binary is static and runs on older ones. */
export const NATS_SERVER: DebianProgram = { suite: 'forky', packages: ['nats-server'], path: ['usr', 'sbin', 'nats-server'] };

/** Fetches packages of another suite, verified by apt against Debian's keys, without changing the system's apt state. @returns the program's path */
export async function fetchDebianPackages(wanted: DebianProgram, folder: string, progress: (line: string) => void): Promise<string> {
  if (!/^ID=debian$/m.test(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''))
    throw new Error('this system is not Debian');
  const failures: string[] = [];
  for (const site of await archiveSites()) {
    try {
      return await fetchFrom(site, wanted, folder, progress);
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  throw new Error(failures.join('; ') || 'apt names no archive');
}

/** The archives in this machine's configuration; the main archive ends in /debian, unlike security and third-party ones. */
async function archiveSites(): Promise<string[]> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(SITE)'], { timeout: APT_MS });
  const sites = [...new Set(stdout.split('\n').map((line) => line.trim().replace(/\/$/, '')))].filter(Boolean);
  return sites.sort((a, b) => Number(b.endsWith('/debian')) - Number(a.endsWith('/debian')));
}

async function fetchFrom(site: string, wanted: DebianProgram, folder: string, progress: (line: string) => void): Promise<string> {
  const at = (...names: string[]): string => join(folder, 'apt', ...names);
  for (const name of ['lists/partial', 'cache/archives/partial', 'package']) await mkdir(at(name), { recursive: true });
  const signedBy = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : '';
  await writeFile(at('sources.list'), `deb ${signedBy}${site} ${wanted.suite} main\n`);
  const apt = (...args: string[]): Promise<unknown> =>
    run('apt-get', [...privateState(at), ...args], { timeout: APT_MS, cwd: at('package') }).catch(explain);
  const [name = ''] = wanted.packages;
  progress(`${name}: reading the package index of Debian ${wanted.suite}`);
  await apt('update');
  progress(`${name}: downloading ${wanted.packages.length === 1 ? 'the package' : `${wanted.packages.length} packages`}`);
  await apt('download', ...wanted.packages);
  const debs = (await readdir(at('package'))).filter((file) => file.endsWith('.deb'));
  if (debs.length < wanted.packages.length)
    throw new Error(`apt-get downloaded ${debs.length} of ${wanted.packages.length} packages from ${site}`);
  for (const deb of debs) await run('dpkg-deb', ['-x', at('package', deb), at('unpacked')], { timeout: APT_MS });
  return at('unpacked', ...wanted.path);
}

function privateState(at: (name: string) => string): string[] {
  const settings = {
    'Dir::Etc::sourcelist': at('sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': at('lists'),
    'Dir::Cache': at('cache'),
    'APT::Sandbox::User': 'root', // the sandbox user may have no access to the target folder
    'APT::Update::Error-Mode': 'any', // an index that fails to download is an error, not a warning
    'Acquire::Languages': 'none',
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': String(NETWORK_SECONDS),
    'Acquire::https::Timeout': String(NETWORK_SECONDS),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

function explain(error: unknown): never {
  const said = stderrOf(error)
    .split('\n')
    .filter((line) => line.startsWith('E:'))
    .join(' ');
  throw new Error(said || messageOf(error), { cause: error });
}
