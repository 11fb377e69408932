import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { projectFolder } from '../../dev/processes/project.js';
import { Caller } from '../harness/caller.js';
import { Log, startSelling } from '../harness/selling.js';

const run = promisify(execFile);
let log: Log;
let app: NestFastifyApplication;
let demo: Caller;

beforeAll(async () => {
  log = await Log.start('refunds');
  app = await startSelling(log.server);
  demo = await Caller.of(log.server, 'demo');
}, 180_000);
afterAll(async () => {
  await demo?.close();
  await app?.close();
  await log?.stop();
});

function admit(...args: string[]): Promise<{ readonly stdout: string }> {
  const { user, pass } = log.server.credentials('operator');
  const env = { PATH: process.env.PATH, NATS_URL: log.server.url, NATS_USER: user, NATS_PASSWORD: pass };
  return run(process.execPath, [join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js'), ...args], { env });
}

it('[L6] shows an operator what has to go back, and why', async () => {
  await demo.open('gala', { quota: 5 }, { payment: 'webhook' });
  expect((await admit('refunds', 'demo', 'gala')).stdout).toBe('nothing is owed\n');
  const placed = await demo.place('gala', { quantity: 1 });
  const payment = { sale: 'gala', order: placed.body.order, payment: 'pay-1', amount: '4999', currency: 'EUR' };
  await demo.ask('payment.confirm', payment, 'told');
  expect((await admit('refunds', 'demo', 'gala')).stdout).toMatch(
    / {2}pay-1 {2}ord_[a-z2-7]{26} {2}4999 EUR \(minor units\) {2}wrong-amount\n$/,
  );
  expect(JSON.parse((await admit('refunds', 'demo', 'gala', '--json')).stdout)).toMatchObject([{ payment: 'pay-1', amount: '4999' }]);
  await expect(admit('refunds', 'demo', 'nothing')).rejects.toMatchObject({ stderr: expect.stringContaining('There is no such sale') });
});
