import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { fetchDebianPackages } from '../../dev/nats/obtain-debian.js';
import { messageOf } from '../../dev/processes/errors.js';
import { ManagedProcess, ManagedServer } from '../../dev/processes/managed-process.js';
import { freePort } from '../../dev/processes/ports.js';
import { cacheFolder, type Environment, environment } from '../../dev/processes/project.js';

const READY_MS = 30_000;
const STOP_MS = 10_000;
const PROBE_MS = 1_000;
/** Names of the program: Valkey is the fork that Debian ships beside Redis. */
const NAMES = ['redis-server', 'valkey-server'];
/** Debian's program, and the libraries that a small image lacks. `redis-server` itself is a link into redis-tools. */
const DEBIAN = {
  suite: 'bookworm',
  packages: ['redis-tools', 'libatomic1', 'libhiredis0.14', 'libjemalloc2', 'liblua5.1-0', 'liblzf1', 'libssl3', 'lua-bitop', 'lua-cjson'],
  path: ['usr', 'bin', 'redis-check-rdb'],
} as const;
const PROGRAM = 'redis-server';
const run = promisify(execFile);

export interface RedisBinary {
  readonly path: string;
  readonly env: Environment;
}

export type AppendFsync = 'always' | 'everysec';

export class RedisServer extends ManagedServer {
  constructor(
    part: ManagedProcess,
    readonly port: number,
    readonly version: string,
  ) {
    super(part);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }
}

/** Starts Redis with an append-only file, as BullMQ asks for: nothing is evicted, no snapshots beside the file. */
export async function startRedis(dataDir: string, appendfsync: AppendFsync, say: (line: string) => void): Promise<RedisServer> {
  const binary = await obtainRedis(say);
  await mkdir(dataDir, { recursive: true });
  const port = await freePort();
  const settings = {
    port: `${port}`,
    bind: '127.0.0.1',
    dir: dataDir,
    save: '',
    appendonly: 'yes',
    appendfsync,
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const part = new ManagedProcess({
    name: 'redis',
    logFile: join(dataDir, 'redis.log'),
    prepare: () => ({ file: binary.path, args, env: binary.env }),
    isReady: () => answersPing(port),
    readyMs: READY_MS,
    stopSignal: 'SIGTERM',
    stopMs: STOP_MS,
    heal: false,
  });
  await part.start();
  const { stdout } = await run(binary.path, ['--version'], { env: binary.env });
  return new RedisServer(part, port, /v=(\S+)/.exec(stdout)?.[1] ?? 'unknown');
}

/** Finds or fetches a Redis: $REDIS_SERVER, PATH, cache, Debian's package. @throws Error with the action to take */
async function obtainRedis(say: (line: string) => void): Promise<RedisBinary> {
  const env = environment();
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const installed = [...(env.REDIS_SERVER ? [env.REDIS_SERVER] : []), ...onPath].find((path) => existsSync(path));
  if (installed !== undefined) return { path: installed, env };
  const cached = join(cacheFolder(), `redis-${process.platform}-${process.arch}`);
  try {
    if (!existsSync(cached)) await fetchInto(cached, say);
    const libraries = (await run('find', [join(cached, 'usr', 'lib'), '-mindepth', '1', '-maxdepth', '1', '-type', 'd'])).stdout;
    return { path: join(cached, 'usr', 'bin', PROGRAM), env: { ...env, LD_LIBRARY_PATH: libraries.trim().split('\n').join(':') } };
  } catch (cause) {
    throw new Error(
      [
        `No redis-server could be found or fetched (${messageOf(cause)}). What to do, any one of these:`,
        '  - install it (Debian: apt-get install redis-server; macOS: brew install redis), so that it is on PATH,',
        '  - set REDIS_SERVER to the path of redis-server or valkey-server,',
        '  - or connect this machine to the Debian archive and start again.',
      ].join('\n'),
      { cause },
    );
  }
}

/** Unpacked into a temporary folder, tried, and renamed: interrupted runs leave no partial installation. */
async function fetchInto(cached: string, say: (line: string) => void): Promise<void> {
  await mkdir(join(cached, '..'), { recursive: true });
  const draft = await mkdtemp(`${cached}-draft-`);
  try {
    const program = await fetchDebianPackages(DEBIAN, draft, say);
    const unpacked = join(program, ...DEBIAN.path.map(() => '..'));
    await rename(program, join(unpacked, 'usr', 'bin', PROGRAM)); // the program's behaviour depends on its name
    await rename(unpacked, cached);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: PROBE_MS }, () => socket.write('PING\r\n'));
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
