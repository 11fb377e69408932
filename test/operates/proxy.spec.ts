import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../dev/processes/ports.js';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Stage } from '../stages/stage.js';

const WAIT_MS = 60_000;
const stage = Stage.forTests();

/** A purchase app of one sentence, on an address of this machine that only it has. */
async function answering(address: string, port: number): Promise<Server> {
  const server = createServer((_, response) => response.end(address));
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  stage.onClose(() => new Promise((resolve) => server.close(resolve)));
  return server;
}

/** The proxy with a name server that returns these addresses. */
async function startProxy(addresses: readonly string[], targetPort: number): Promise<string> {
  const port = await freePort();
  const names = `data:text/javascript,${encodeURIComponent(
    `import dns from 'node:dns/promises'; import { syncBuiltinESMExports } from 'node:module';
     dns.resolve4 = async () => ${JSON.stringify(addresses)}; syncBuiltinESMExports();`,
  )}`;
  const words = ['--import', names, join(projectFolder(), 'deploy', 'proxy.mjs'), 'purchase', `${targetPort}`, `${port}`];
  const proxy = spawn(process.execPath, words, { stdio: 'ignore' });
  stage.onClose(() => proxy.kill('SIGKILL'));
  const listens = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  await waitFor(listens, { what: 'the proxy listens', timeoutMs: WAIT_MS });
  return `http://127.0.0.1:${port}`;
}

const ask = async (url: string): Promise<string> => (await fetch(url, { headers: { connection: 'close' } })).text();

it('balances connections over every container of the app, and skips a stopped one', async () => {
  const port = await freePort();
  await answering('127.0.0.2', port);
  const second = await answering('127.0.0.3', port);
  const url = await startProxy(['127.0.0.2', '127.0.0.3', '127.0.0.4'], port); // no process listens at the last one
  const answers = [await ask(url), await ask(url), await ask(url), await ask(url), await ask(url), await ask(url)];
  expect(new Set(answers)).toEqual(new Set(['127.0.0.2', '127.0.0.3']));
  second.closeAllConnections();
  await new Promise((resolve) => second.close(resolve));
  expect([await ask(url), await ask(url), await ask(url)]).toEqual(['127.0.0.2', '127.0.0.2', '127.0.0.2']);
});
