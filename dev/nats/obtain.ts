import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { isAtLeast, OLDEST_NATS_SERVER } from '#shared/platform/topology/server-lacks.js';
import { messageOf } from '../processes/errors.js';
import { cacheFolder, type Environment, environment } from '../processes/project.js';
import { fetchDebianPackages, NATS_SERVER } from './obtain-debian.js';
import { fetchRelease } from './obtain-release.js';

const VERSION_CHECK_MS = 10_000; // printing a version takes milliseconds; a wrong binary may wait for input for ever

const SUFFIX = process.platform === 'win32' ? '.exe' : '';
const PROGRAM = `nats-server${SUFFIX}`;

const run = promisify(execFile);

export interface NatsBinary {
  readonly path: string;
  readonly version: string;
  readonly from: string;
}

export interface Obtaining {
  readonly cacheDir?: string;
  readonly env?: Environment;
  readonly progress?: (line: string) => void;
  /** Sources to try when the machine has no binary. */
  readonly fetches?: readonly NamedFetch[];
}

/** A source that downloads: it puts a binary into `folder` and returns its path, or throws with the reason. */
export interface NamedFetch {
  readonly name: string;
  readonly fetch: (folder: string, progress: (line: string) => void) => Promise<string>;
}

const FETCHES: readonly NamedFetch[] = [
  { name: 'the official release archive', fetch: fetchRelease },
  { name: 'the package of Debian forky', fetch: (folder, progress) => fetchDebianPackages(NATS_SERVER, folder, progress) },
];

/** Finds or fetches a nats-server that is new enough; the order is: $NATS_SERVER, PATH, cache, release archive, Debian package. */
export async function obtainNatsServer(options: Obtaining = {}): Promise<NatsBinary> {
  const env = options.env ?? environment();
  const progress = options.progress ?? (() => undefined);
  const named = env.NATS_SERVER;
  if (named) return accept(named, '$NATS_SERVER');

  const failures: string[] = [];
  const cached = join(options.cacheDir ?? cacheFolder(), `nats-server-${process.platform}-${process.arch}${SUFFIX}`);
  const there = await firstThere(env.PATH ?? '', cached, failures);
  if (there !== undefined) return there;
  for (const { name, fetch } of options.fetches ?? FETCHES) {
    try {
      progress(`nats-server: trying ${name}`);
      return await intoCache(cached, name, (folder) => fetch(folder, progress));
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new Error(explain(failures));
}

async function firstThere(path: string, cached: string, failures: string[]): Promise<NatsBinary | undefined> {
  const candidates = [
    ...path
      .split(delimiter)
      .filter(Boolean)
      .map((folder) => ({ file: join(folder, PROGRAM), from: 'PATH' })),
    { file: cached, from: 'the cache' },
  ];
  for (const { file, from } of candidates) {
    if (!(await isExecutable(file))) continue;
    try {
      return await accept(file, from);
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  return undefined;
}

async function accept(path: string, from: string): Promise<NatsBinary> {
  const { stdout } = await run(path, ['--version'], { timeout: VERSION_CHECK_MS }).catch((error: unknown) => {
    throw new Error(`${from}: ${path} does not run (${messageOf(error)}).`, { cause: error });
  });
  const version = /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${from}: ${path} does not tell its version.`);
  if (!isAtLeast(version, OLDEST_NATS_SERVER))
    throw new Error(`${from}: ${path} is version ${version}; ${OLDEST_NATS_SERVER} or newer is needed.`);
  return { path, version, from };
}

/** Fetches into a temporary folder and renames it: concurrent or interrupted runs leave only complete binaries. */
async function intoCache(cached: string, from: string, fetch: (folder: string) => Promise<string>): Promise<NatsBinary> {
  await mkdir(join(cached, '..'), { recursive: true });
  const folder = await mkdtemp(`${cached}-draft-`);
  try {
    const fetched = await fetch(folder);
    const accepted = await accept(fetched, from);
    await rename(fetched, cached);
    return { ...accepted, path: cached };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false, // absent or not executable here: try the next source
  );
}

function explain(failures: readonly string[]): string {
  return [
    `No nats-server ${OLDEST_NATS_SERVER} or newer could be found or fetched. Tried:`,
    ...failures.map((failure) => `  - ${failure}`),
    'What to do, any one of these:',
    '  - install it (https://docs.nats.io/running-a-nats-service/introduction/installation) so that it is on PATH,',
    '  - set NATS_SERVER to the path of the binary,',
    '  - set NATS_URL to a running server with JetStream instead,',
    '  - or connect this machine to the network (github.com, or the Debian archive) and start again.',
  ].join('\n');
}
