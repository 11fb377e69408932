import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, stderrOf } from '../processes/errors.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { freePort } from '../processes/ports.js';
import { projectFolder } from '../processes/project.js';
import { logOf, type StackContext } from './servers.js';
import {
  type App,
  clientSettings,
  type DevTenant,
  inherited,
  migrationSettings,
  type Served,
  type Settings,
  settingsOf,
  tenantSettings,
  treeSettings,
  type Wiring,
} from './wiring.js';

const APP_READY_MS = 60_000; // migrations, keys and the first replay on a busy machine
const APP_STOP_MS = 15_000; // it drains: finishes work in progress, acknowledges, closes
const PROBE_MS = 2_000;
const COMMAND_MS = 60_000;

/** 16,384 tickets in an account that the local chain copies with every mint. */
const SMALL_TREE = ['--depth', '14', '--buffer', '64', '--canopy', '8'];

const run = promisify(execFile);

export type AppSettings = Partial<Readonly<Record<Served, Settings>>>;

/** All running processes. Each can be killed on its own and restarts on the same port. */
export class Stack {
  private readonly overrides: Map<string, Settings>;
  private readonly ends: (() => Promise<void>)[] = [];

  constructor(
    private readonly started: ManagedProcess[],
    readonly wiring: Wiring,
    private readonly ground: StackContext,
    settings: AppSettings = {},
  ) {
    this.overrides = new Map(Object.entries(settings));
  }

  get parts(): readonly ManagedProcess[] {
    return this.started;
  }

  part(name: string): ManagedProcess {
    const found = this.started.find((part) => part.name === name);
    if (found === undefined) throw new Error(`There is no part "${name}"; there are ${this.started.map((part) => part.name).join(', ')}.`);
    return found;
  }

  /** The settings of a client, as in stack.env. */
  get clientSettings(): Settings {
    return clientSettings(this.wiring);
  }

  /** The settings with which the `admit` command, or an app started by hand, acts as this user. */
  settingsOf(who: Parameters<typeof settingsOf>[0]): Settings {
    return settingsOf(who, this.wiring);
  }

  /** Overrides a process's settings from its next launch on. */
  override(name: string, settings: Settings): void {
    this.overrides.set(name, settings);
  }

  /** Adds a second process of an app. */
  async add(app: App, name: string): Promise<ManagedProcess> {
    const ports = { HTTP_PORT: String(await freePort()), HEALTH_PORT: String(await freePort()) };
    return this.startApp(app, name, ports);
  }

  async startApp(app: Served, name: string = app, ports: Settings = {}): Promise<ManagedProcess> {
    const settings = (): Settings => ({ ...settingsOf(app, this.wiring), ...ports, ...this.overrides.get(name) });
    const part = new ManagedProcess({
      name,
      logFile: logOf(this.ground.dataDir, name),
      prepare: () => ({
        file: process.execPath,
        args: [program(app)],
        env: { ...inherited(this.ground.env), ...settings() },
      }),
      isReady: () => answersReady(Number(settings().HEALTH_PORT)),
      readyMs: APP_READY_MS,
      stopSignal: 'SIGTERM',
      stopMs: APP_STOP_MS,
      heal: true,
      say: this.ground.progress,
      changed: this.ground.noteFor(name),
    });
    this.ground.began(part);
    await part.start();
    return part;
  }

  /** Creates streams and consumers; changes nothing on a log that has them. */
  provision(): Promise<void> {
    return this.admit('provision', ['provision'], this.settingsOf('provision'));
  }

  /** Migrates the ledger database in a process of its own: the serving app has no login for it. */
  migrate(): Promise<void> {
    return this.admit('migrate', ['ledger', 'migrate'], migrationSettings(this.wiring));
  }

  /** Creates the first tree of compressed tickets if there is none. The minter has the payer's lamports from the faucet by now. */
  createTree(): Promise<void> {
    return this.admit('tree', ['mint', 'tree', 'create', '--if-missing', ...SMALL_TREE], treeSettings(this.wiring));
  }

  /** Creates a tenant with the credentials in stack.env; an existing tenant stays unchanged. */
  createTenant(tenant: DevTenant): Promise<void> {
    const command = ['tenant', 'create', tenant, '--if-missing', '--nats-password', '--free-mints'];
    return this.admit(`tenant-${tenant}`, command, tenantSettings(this.wiring, tenant));
  }

  private async admit(name: string, command: readonly string[], settings: Settings): Promise<void> {
    const log = logOf(this.ground.dataDir, name);
    try {
      const env = { ...inherited(this.ground.env), ...settings };
      const { stdout, stderr } = await run(process.execPath, [program('cli'), ...command], { env, timeout: COMMAND_MS });
      writeFileSync(log, stdout + stderr, { mode: 0o600 });
    } catch (error) {
      throw new Error(`admit ${command.join(' ')} did not succeed: ${stderrOf(error) || messageOf(error)}`, { cause: error });
    }
  }

  /** Registers a function that runs at stop, before the servers stop. */
  atEnd(end: () => Promise<void>): void {
    this.ends.push(end);
  }

  /** Stops apps first, so that they can finish their work, then the servers. */
  async stop(): Promise<void> {
    const servers = this.started.filter(({ name }) => isServer(name));
    const failures: unknown[] = [];
    await Promise.all(this.ends.map((end) => end()));
    for (const group of [this.started.filter((part) => !servers.includes(part)), servers]) {
      const ends = await Promise.allSettled(group.map((part) => part.stop()));
      failures.push(...ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : [])));
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join('\n'));
  }
}

async function answersReady(port: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(PROBE_MS) })).ok;
}

function program(app: Served | 'cli'): string {
  return join(projectFolder(), 'dist', 'apps', app, 'src', 'main.js');
}

function isServer(name: string): boolean {
  return ['nats', 'postgres', 'solana'].includes(name);
}
