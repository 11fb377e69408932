import { parseEnv } from 'node:util';
import { freePort } from '../processes/ports.js';
import type { Settings } from '../stack/wiring.js';
import { ask, ComposeProject, inProject } from './engine.js';

const SECONDS = 1_000;
const REQUESTS = 24; // connections that the proxy should spread over the containers

/** Prints a step and its duration. */
export type Step = <T>(what: string, work: () => Promise<T>) => Promise<T>;

export const step: Step = async (what, work) => {
  const began = performance.now();
  const result = await work();
  const said = typeof result === 'string' ? `: ${result}` : '';
  process.stdout.write(`  ✓ ${what}${said} (${((performance.now() - began) / SECONDS).toFixed(1)} s)\n`);
  return result;
};

/** A project with its own name on free ports, so that a user's project and data are not touched. */
export async function projectOf(
  scene: string,
  overlays: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ComposeProject> {
  const names = ['NATS', 'NATS_2', 'NATS_3', 'HTTP', 'LEDGER', 'CONSOLE', 'SOLANA', 'SOLANA_WS', 'RECEIVER'];
  const taken = new Set<number>();
  while (taken.size < names.length) taken.add(await freePort());
  const ports = [...taken].map((port, at) => [`ADMIT_${names[at]}_PORT`, `${port}`] as const);
  const files = ['docker-compose.yml', ...overlays].map(inProject);
  return new ComposeProject(`admit-one-test-${scene}`, files, { ...Object.fromEntries(ports), ...env });
}

/** The settings of a client, as deploy/README.md shows how to get them. */
export async function clientSettings(project: ComposeProject, tenant = 'stack'): Promise<Settings> {
  const text = await project.once('setup', 'cat', `/setup/secrets/${tenant}.env`);
  return parseEnv(text.replaceAll(/^export /gm, '')) as Settings;
}

export const replay = async (project: ComposeProject): Promise<string> =>
  lastLine(await project.run('run', '--rm', '-T', 'admit', 'replay'));

/** A backup on its volume, and a replay of it in the container. */
export async function backUp(project: ComposeProject, folder: string): Promise<string> {
  await project.run('run', '--rm', '-T', 'admit', 'log', 'backup', folder);
  return lastLine(await project.run('run', '--rm', '-T', 'admit', 'replay', '--from-backup', folder));
}

/** Connections through the proxy reach every container of the app. @returns the number of requests that each answered */
export async function shareOut(project: ComposeProject, service: string, url: string): Promise<string> {
  const before = await answered(project, service);
  for (let at = 0; at < REQUESTS; at++) {
    const response = await fetch(`${url}/v1/sales/none`, { headers: { connection: 'close', authorization: 'Bearer none' } });
    await response.text();
  }
  const counts = (await answered(project, service)).map((count, at) => count - (before[at] ?? 0));
  if (counts.length < 2 || counts.some((count) => count === 0))
    throw new Error(`Not every container of ${service} was asked: ${counts.join(', ')}`);
  return counts.join(' + ');
}

const COUNT = `const page = await (await fetch('http://127.0.0.1:3100/metrics')).text();
  console.log([...page.matchAll(/^admit_http_(?:answers|rejected)_total\\{.*\\} (\\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0));`;

async function answered(project: ComposeProject, service: string): Promise<readonly number[]> {
  const containers = await project.containers(service);
  return Promise.all(containers.map(async ({ Id }) => Number(await ask(Id, 'node', '--input-type=module', '-e', COUNT))));
}

/** Every long-running container has limits of memory and processor. */
export async function limited(project: ComposeProject): Promise<string> {
  const services = await project.services();
  const containers = (
    await Promise.all(services.map(async (name) => (await project.containers(name)).map((one) => ({ name, ...one.HostConfig }))))
  ).flat();
  const free = containers.filter(({ Memory, NanoCpus }) => Memory === 0 || NanoCpus === 0).map(({ name }) => name);
  if (free.length > 0) throw new Error(`Without a limit of memory or processor: ${free.join(', ')}`);
  return `${containers.length} containers`;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
