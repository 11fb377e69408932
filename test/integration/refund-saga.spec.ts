import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readEnvironment } from '#shared/platform/environment.js';
import { createLogger } from '#shared/platform/logger.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Caller } from '../harness/caller.js';
import { apiKeyOf, startSelling } from '../harness/selling.js';
import { assetOnChain, type MinterStage, newWallet, openMinterStage } from './minter-stage.js';

const PATIENCE_MS = 30_000;
let stage: MinterStage;
let selling: NestFastifyApplication;
let minter: Awaited<ReturnType<typeof startMinter>> | undefined;
let demo: Caller;

beforeAll(async () => {
  stage = await openMinterStage('refund');
  await (await TenantRegister.on(stage.admin)).create('demo', { apiKey: apiKeyOf('demo'), hasNatsPassword: true });
  selling = await startSelling(stage.server);
  demo = await Caller.of(stage.server, 'demo');
}, 180_000);
afterAll(async () => {
  await demo?.close();
  await minter?.close();
  await selling?.close();
  await stage?.close();
}, 30_000);

async function mint(): Promise<void> {
  const environment = readEnvironment(stage.environment);
  minter = await startMinter(environment, createLogger('minter', 'silent'));
}

/** An order of one seat, paid for, whose ticket is asked to be minted. */
async function soldAndAsked(
  sale: string,
  terms: object = {},
): Promise<{ readonly order: string; readonly ticket: string; readonly payment: object }> {
  await demo.open(sale, { seats: ['A-1'] }, { payment: 'webhook', ...terms });
  const placed = await demo.place(sale, { units: ['A-1'] }, 'buy');
  const order = `${placed.body.order}`;
  expect(placed.status).toBe(201);
  const ticket = `${(placed.body.tickets as { ticket: string }[])[0]?.ticket}`;
  const payment = { sale, order, payment: 'pay-1', amount: '5000', currency: 'EUR' };
  await demo.ask('payment.confirm', payment, 'paid');
  expect((await demo.ask('ticket.mint', { sale, tickets: [ticket], wallet: newWallet() }, 'mint')).status).toBe(200);
  return { order, ticket, payment };
}

const statusOf = async (sale: string, ticket: string): Promise<unknown> => (await demo.ask('ticket.get', { sale, ticket })).body.status;

it('[L1] [L2] sells a refunded unit again only after its mint is cancelled, and never mints the first ticket', async () => {
  const { order, ticket, payment } = await soldAndAsked('cancelled');
  const refunded = await demo.ask('order.refund', { sale: 'cancelled', order }, 'refund');
  expect(refunded.body).toMatchObject({ status: 'refund-owed', tickets: [{ status: 'revoking' }] });
  expect(await demo.place('cancelled', { units: ['A-1'] }, 'too-early')).toMatchObject({ status: 409, body: { code: 'unit-taken' } });
  await waitFor(async () => (await stage.outstanding()) === 2, { what: 'mint and revocation are asked for', timeoutMs: PATIENCE_MS });
  await mint();
  await waitFor(async () => (await statusOf('cancelled', ticket)) === 'released', {
    what: 'the unit is given back',
    timeoutMs: PATIENCE_MS,
  });
  await stage.untilDone();
  expect((await stage.events('cancelled')).map(({ type }) => type).at(-1)).toBe('MintCancelled');
  expect((await stage.ofType('cancelled', 'MintSubmitted')).length).toBe(0);
  expect((await demo.ask('payment.refunded', payment, 'back')).body.status).toBe('refunded');
  expect((await demo.place('cancelled', { units: ['A-1'] }, 'again')).status).toBe(201);
}, 90_000);

it('[L1] keeps the unit of a minted ticket sold while its asset stands, and forgets nothing of the refund', async () => {
  const { order, ticket, payment } = await soldAndAsked('minted');
  await waitFor(async () => (await statusOf('minted', ticket)) === 'minted', { what: 'the ticket is minted', timeoutMs: PATIENCE_MS });
  const refunded = await demo.ask('order.refund', { sale: 'minted', order }, 'refund');
  expect(refunded.body).toMatchObject({ status: 'refund-owed', tickets: [{ status: 'revoking' }] });
  await waitFor(async () => (await stage.outstanding()) === 1, { what: 'the revocation is asked for', timeoutMs: PATIENCE_MS });
  expect((await demo.ask('payment.refunded', payment, 'back')).body.status).toBe('refunded');
  expect(await demo.place('minted', { units: ['A-1'] }, 'again')).toMatchObject({ status: 409, body: { code: 'unit-taken' } });
  expect(await stage.outstanding()).toBe(1);
}, 90_000);

it('[L1] [L2] burns the asset of a refunded revocable ticket, and only then sells its unit again', async () => {
  const { order, ticket, payment } = await soldAndAsked('revocable', { tickets: 'revocable' });
  await waitFor(async () => (await statusOf('revocable', ticket)) === 'minted', { what: 'the ticket is minted', timeoutMs: PATIENCE_MS });
  const [minted] = await stage.ofType('revocable', 'MintCompleted');
  expect(await assetOnChain(stage.rpc, minted?.data.asset ?? '')).toMatchObject({ supply: 1n, holders: [minted?.data.wallet] });
  await demo.ask('order.refund', { sale: 'revocable', order }, 'refund');
  await waitFor(async () => (await statusOf('revocable', ticket)) === 'released', {
    what: 'the unit is given back',
    timeoutMs: PATIENCE_MS,
  });
  expect((await stage.events('revocable')).map(({ type }) => type).slice(-2)).toEqual(['MintRevokeSubmitted', 'MintRevoked']);
  expect(await assetOnChain(stage.rpc, minted?.data.asset ?? '')).toMatchObject({ supply: 0n, holders: [] });
  expect((await demo.ask('payment.refunded', payment, 'back')).body.status).toBe('refunded');
  const again = await demo.place('revocable', { units: ['A-1'] }, 'again');
  expect(again.status).toBe(201);
  expect((again.body.tickets as { ticket: string }[])[0]?.ticket).not.toBe(ticket);
}, 90_000);
