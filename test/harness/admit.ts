import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Broker } from '../../dev/nats/server.js';
import { projectFolder } from '../../dev/processes/project.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** The user that runs `admit` against this server: by default the operator. */
export function operatorOf(server: Broker, who = 'operator'): Readonly<Record<string, string>> {
  const { user, pass } = server.credentials(who);
  return { NATS_URL: server.url, NATS_USER: user, NATS_PASSWORD: pass };
}

/** Runs `admit …` as an operator would, in a separate process with only these settings. */
export function admit(settings: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
  const main = join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: { PATH: process.env.PATH, ...settings } }, (thrown, out, error) => {
      resolve({ code: thrown === null ? 0 : Number(thrown.code ?? -1), out, error });
    });
  });
}
