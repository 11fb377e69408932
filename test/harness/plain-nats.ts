import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { obtainNatsServer } from '../../dev/nats/obtain.js';
import { ManagedProcess } from '../../dev/processes/managed-process.js';
import { freePort } from '../../dev/processes/ports.js';

const START_MS = 60_000;
const STOP_MS = 10_000;

/** A server with a foreign configuration: the given lines, and a port. The caller stops it. */
export async function startPlainNats(folder: string, lines: readonly string[]): Promise<ManagedProcess & { readonly port: number }> {
  const port = await freePort();
  const config = join(folder, 'plain.conf');
  writeFileSync(config, [`listen: "127.0.0.1:${port}"`, ...lines, ''].join('\n'), { mode: 0o600 });
  return startNatsWith(config, port, folder);
}

export async function startNatsWith(config: string, port: number, folder: string): Promise<ManagedProcess & { readonly port: number }> {
  const { path: file } = await obtainNatsServer();
  const part = new ManagedProcess({
    name: 'plain-nats',
    logFile: join(folder, 'plain-nats.log'),
    prepare: () => ({ file, args: ['-c', config], env: {}, cwd: folder }),
    isReady: () => listens(port),
    readyMs: START_MS,
    stopSignal: 'SIGTERM',
    stopMs: STOP_MS,
    heal: false,
  });
  await part.start();
  return Object.assign(part, { port });
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
