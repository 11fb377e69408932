import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../../dev/processes/project.js';
import { Shop } from '../stages/shop.js';

const run = promisify(execFile);

const shop = Shop.forTests('refunds');

function admit(...args: string[]): Promise<{ readonly stdout: string }> {
  const { user, pass } = shop.log.server.credentials('operator');
  const env = { PATH: process.env.PATH, NATS_URL: shop.log.server.url, NATS_USER: user, NATS_PASSWORD: pass };
  return run(process.execPath, [join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js'), ...args], { env });
}

it('[L6] lists refunds due and unmatched reports for an operator, with the reason', async () => {
  await shop.demo.open('gala', { quota: 5 }, { payment: 'webhook' });
  expect((await admit('refunds', 'demo', 'gala')).stdout).toBe('no refund is due\n');
  const placed = await shop.demo.place('gala', { quantity: 1 });
  const payment = { sale: 'gala', order: placed.body.order, payment: 'pay-1', amount: '4999', currency: 'EUR' };
  await shop.demo.ask('payment.confirm', payment, 'told');
  expect((await admit('refunds', 'demo', 'gala')).stdout).toMatch(
    / {2}pay-1 {2}ord_[a-z2-7]{26} {2}4999 EUR \(minor units\) {2}wrong-amount\n$/,
  );
  expect(JSON.parse((await admit('refunds', 'demo', 'gala', '--json')).stdout)).toMatchObject({
    refundsDue: [{ payment: 'pay-1', amount: '4999' }],
    problems: [],
  });
  await shop.demo.ask('payment.refunded', { ...payment, payment: 'pay-2', amount: '7', currency: 'USD' }, 'told-too');
  expect((await admit('refunds', 'demo', 'gala')).stdout).toMatch(
    / {2}pay-2 {2}ord_[a-z2-7]{26} {2}7 USD \(minor units\) {2}not-received\n$/,
  );
  await expect(admit('refunds', 'demo', 'nothing')).rejects.toMatchObject({ stderr: expect.stringContaining('There is no such sale') });
});
