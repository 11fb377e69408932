import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { environment, projectFolder } from '../processes/project.js';
import { waitFor } from '../processes/wait.js';

const BACK_MS = 180_000; // a crashed container restarts and its app reads the log, on a busy machine
const ASK_MS = 30_000;
const ASK_TRIES = 4; // on a busy machine engines sometimes miss the end of a command in a container (seen with 20.10)
const STEP_MS = 900_000; // the longest step builds the images
/** Characters of a failed command's output that are shown. */
const SHOWN_CHARACTERS = 4_000;

/** @returns undefined if a Docker engine and Compose answer; otherwise what is missing and how to get it */
export function lackOfDocker(): string | undefined {
  const how =
    'Install Docker Engine with Compose 2.24.4 or newer (https://docs.docker.com/engine/install), start it, and run the same command again.';
  if (spawnSync('docker', ['--version']).status !== 0) return `There is no program docker on the PATH. ${how}`;
  if (spawnSync('docker', ['info']).status !== 0)
    return `No Docker engine answers, or this user may not use it (docker info says why). ${how}`;
  return spawnSync('docker', ['compose', 'version']).status === 0 ? undefined : `docker compose is missing. ${how}`;
}

/** @returns standard output @throws Error with the end of all output if the command fails */
export async function docker(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  timeout: number = STEP_MS,
): Promise<string> {
  const child = spawn('docker', args, {
    cwd: projectFolder(),
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
  });
  let out = '';
  let all = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    all += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => (all += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with ${code}:\n${all.slice(-SHOWN_CHARACTERS)}`);
  return out;
}

/** Reads something in a container. @returns standard output */
export async function ask(id: string, ...command: readonly string[]): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await docker(['exec', id, ...command], {}, ASK_MS);
    } catch (error) {
      if (tries === ASK_TRIES) throw error;
    }
  }
}

interface Container {
  readonly Id: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Pid: number;
    readonly StartedAt: string;
    readonly Running: boolean;
    readonly Health?: { readonly Status: string };
  };
  readonly HostConfig: { readonly Memory: number; readonly NanoCpus: number };
}

/** One compose project: its files, its unique name, and its variables. */
export class ComposeProject {
  constructor(
    readonly name: string,
    private readonly files: readonly string[],
    readonly env: Readonly<Record<string, string>>,
  ) {}

  /** `docker compose …` of this project. */
  run(...args: readonly string[]): Promise<string> {
    return docker(['compose', '--project-name', this.name, ...this.files.flatMap((file) => ['--file', file]), ...args], this.env);
  }

  /** Runs a command in a new container of a service. */
  once(...args: readonly string[]): Promise<string> {
    return this.run('run', '--rm', '--no-deps', '-T', ...args);
  }

  async up(...args: readonly string[]): Promise<void> {
    await this.run('up', '--detach', '--wait', ...args);
  }

  /** Services with a running container. */
  async services(): Promise<readonly string[]> {
    return (await this.run('ps', '--services', '--status', 'running')).trim().split('\n').sort();
  }

  async containers(service: string): Promise<readonly Container[]> {
    const ids = (await this.run('ps', '--all', '--quiet', service)).trim().split('\n').filter(Boolean);
    return ids.length === 0 ? [] : (JSON.parse(await docker(['inspect', ...ids])) as Container[]);
  }

  /**
   * Kills the main process of a service's first container, as a crash would: the engine treats `docker kill` as a manual stop and does not
   * restart. The kill runs in a container with the engine's process table, because the engine may be on another machine.
   * @returns milliseconds until the engine has restarted it and it is healthy
   */
  async crash(service: string): Promise<number> {
    const isHealthy = async (): Promise<boolean> => (await this.containers(service))[0]?.State.Health?.Status === 'healthy';
    await waitFor(isHealthy, { what: `${service} is healthy`, timeoutMs: BACK_MS }); // it may have ended with the previous one
    const [before] = await this.containers(service);
    if (before === undefined) throw new Error(`${service} has no container.`);
    const began = performance.now();
    await docker([
      'run',
      '--rm',
      '--pid',
      'host',
      '--user',
      '0',
      '--entrypoint',
      'node',
      'admit-one',
      '-e',
      `process.kill(${before.State.Pid}, 'SIGKILL')`,
    ]);
    const isBack = async (): Promise<boolean> => {
      const now = (await this.containers(service)).find(({ Id }) => Id === before.Id);
      return now !== undefined && now.State.StartedAt !== before.State.StartedAt && now.State.Health?.Status === 'healthy';
    };
    await waitFor(isBack, { what: `${service} is killed, and back by itself`, timeoutMs: BACK_MS });
    return performance.now() - began;
  }

  /** Removes containers, networks and volumes. */
  async remove(): Promise<void> {
    await this.run('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '20');
  }
}

export const inProject = (path: string): string => join(projectFolder(), path);
