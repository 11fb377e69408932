import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../../dev/processes/ports.js';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { Stage } from '../stages/stage.js';

const READY_MS = 120_000;
const STOP_MS = 60_000;

/** An app as a separate process, which reads NODE_EXTRA_CA_CERTS at its start. */
export async function startApp(stage: Stage, app: string, settings: Readonly<Record<string, string>>): Promise<string> {
  const [http, health] = [await freePort(), await freePort()];
  const ports = { HTTP_PORT: `${http}`, HEALTH_PORT: `${health}` };
  const child: ChildProcess = spawn(process.execPath, [join(projectFolder(), `dist/apps/${app}/src/main.js`)], {
    env: { PATH: process.env.PATH, ...settings, ...ports },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  stage.onClose(async () => {
    child.kill('SIGTERM');
    await waitFor(() => child.exitCode !== null || child.signalCode !== null, { what: `${app} ends`, timeoutMs: STOP_MS });
  });
  const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${health}/health/ready`)).ok;
  await waitFor(isReady, {
    what: `${app} is ready`,
    timeoutMs: READY_MS,
    hopeless: () => (child.exitCode === null ? undefined : output),
  });
  return `http://127.0.0.1:${http}`;
}
