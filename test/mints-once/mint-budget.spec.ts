import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Caller } from '../harness/caller.js';
import { newWallet } from '../stages/minter-stage.js';
import { RefundStage } from '../stages/refund-stage.js';

/** One payer pays every mint of all tenants: the spending of a sale is bounded, and minting without payment needs the operator's grant. */

const PATIENCE_MS = 60_000;
const FREE = { price: { amount: '0', currency: 'EUR' }, payment: 'none', mint: 'on-confirm', tickets: 'revocable' };
const stage = RefundStage.forTests('mint-budget');
const minted = async (sale: string): Promise<number> => (await stage.minting.ofType(sale, 'MintCompleted')).length;

it('[L13] ends repeated placing, minting and cancelling in a free sale at its budget, with a refusal that names it', async () => {
  await stage.startMinter();
  expect((await stage.demo.open('cycle', { quota: 2 }, FREE)).status).toBe(201);
  for (let cycle = 1; cycle <= 4; cycle += 1) {
    const placed = await stage.demo.place('cycle', { quantity: 1, buyer: `b-${cycle}`, wallet: newWallet() });
    expect(placed.status).toBe(201);
    await waitFor(async () => (await minted('cycle')) === cycle, { what: 'the ticket is minted', timeoutMs: PATIENCE_MS });
    expect((await stage.demo.ask('order.cancel', { sale: 'cycle', order: placed.body.order }, `cancel-${cycle}`)).status).toBe(200);
    const isFree = async (): Promise<boolean> => {
      const { units } = (await stage.demo.ask('sale.get', { sale: 'cycle' })).body as { units?: { available: number } };
      return units?.available === 2;
    };
    await waitFor(isFree, { what: 'the unit is free again', timeoutMs: PATIENCE_MS });
  }
  const refused = await stage.demo.place('cycle', { quantity: 1, buyer: 'b-5', wallet: newWallet() });
  expect(refused).toMatchObject({ status: 409, body: { code: 'mint-budget-spent', budget: 4, used: 4 } });
  expect(await minted('cycle')).toBe(4);
});

it('[L13] opens a sale that mints without a payment only for a tenant with the grant, and keeps decisions made under it', async () => {
  const register = await TenantRegister.on(stage.minting.admin);
  await register.withdraw('acme', 'free-mints');
  const acme = await stage.keep(Caller.of(stage.minting.server, 'acme'));
  await waitFor(async () => (await acme.ask('sale.get', { sale: 'none' })).status === 404, {
    what: 'it is let in',
    timeoutMs: PATIENCE_MS,
  });
  const isWithdrawn = async (): Promise<boolean> => (await acme.open(`before-${Date.now()}`, { quota: 2 }, FREE)).status === 403;
  await waitFor(isWithdrawn, { what: 'the grant is withdrawn', timeoutMs: PATIENCE_MS });
  const refused = await acme.open('gala', { quota: 2 }, FREE);
  expect(refused).toMatchObject({ status: 403, body: { code: 'free-mints-not-granted', errors: [{ pointer: '/mint' }] } });
  expect(refused.body.title).toContain('admit tenant grant');
  expect((await acme.open('paid', { quota: 2 }, { payment: 'webhook', mint: 'on-confirm' })).status).toBe(201);
  expect((await acme.open('asked', { quota: 2 }, { ...FREE, mint: 'on-request' })).status).toBe(201);

  await register.grant('acme', 'free-mints');
  await waitFor(async () => (await acme.open('gala', { quota: 2 }, FREE)).status === 201, { what: 'the same key', timeoutMs: PATIENCE_MS });
  await register.withdraw('acme', 'free-mints');
  let others = 0;
  const isRefused = async (): Promise<boolean> => (await acme.open(`other-${others++}`, { quota: 2 }, FREE)).status === 403;
  await waitFor(isRefused, { what: 'the grant is gone', timeoutMs: PATIENCE_MS });
  expect(await acme.open('gala', { quota: 2 }, FREE)).toMatchObject({ status: 201, replayed: true });
});
