import { saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf } from '../harness/admit.js';
import { assetOnChain } from '../stages/minter-stage.js';
import { RefundStage, type Sold } from '../stages/refund-stage.js';

const TAKES_MS = 90_000;
const PATIENCE_MS = 60_000;
const OVERRIDE = { override: true };
const stage = RefundStage.forTests('override');
afterEach(async () => {
  stage.minting.solana.control.clearFaults();
  stage.minting.solana.control.resume();
  await stage.stopMinters();
});

async function minted(sale: string): Promise<Sold> {
  const sold = await stage.soldAndAsked(sale);
  await stage.startMinter();
  await stage.until(sold, 'minted');
  return sold;
}

it(
  'refuses to refund a transferable ticket that is minted, names it, and leaves everything as it was',
  async () => {
    const sold = await minted('refused');
    const answer = await stage.refund(sold, 'refund');
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'irrevocable', tickets: [sold.ticket], errors: [{ pointer: '/override' }] },
    });
    expect(await stage.refund(sold, 'refund')).toMatchObject({ text: answer.text, replayed: true });
    expect(await stage.refund(sold, 'refund', OVERRIDE)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/override' }] } });
    expect(await stage.refund(sold, 'no', { override: false })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/override' }] },
    });
    expect((await stage.demo.ask('order.get', { sale: sold.sale, order: sold.order })).body.status).toBe('confirmed');
    expect((await stage.demo.ask('sale.refunds-due', { sale: sold.sale })).body.refundsDue).toEqual([]);
    expect(await stage.minting.outstanding()).toBe(0);
  },
  TAKES_MS,
);

it(
  '[L1] [L2] makes a minted ticket void with an override, and sells and mints its unit again as another ticket with another asset',
  async () => {
    const sold = await minted('void');
    const { asset } = await stage.ticket(sold);
    expect((await stage.demo.ask('ticket.receipt', { sale: sold.sale, ticket: sold.ticket })).status).toBe(200);
    const refunded = await stage.refund(sold, 'refund', OVERRIDE);
    expect(refunded).toMatchObject({ status: 200, body: { status: 'refund-owed', tickets: [{ status: 'revoking' }] } });
    await stage.until(sold, 'void');
    expect(await stage.refund(sold, 'refund', OVERRIDE)).toMatchObject({ text: refunded.text, replayed: true });
    expect(await stage.story(sold)).toMatch(/ MintCompleted MintVoided$/);
    expect(await stage.ticket(sold)).toMatchObject({ status: 'void', asset });
    expect(await stage.demo.ask('ticket.receipt', { sale: sold.sale, ticket: sold.ticket })).toMatchObject({
      status: 409,
      body: { code: 'ticket-void' },
    });
    expect((await stage.demo.ask('payment.refunded', sold.payment, 'back')).body).toMatchObject({
      status: 'refunded',
      tickets: [{ status: 'void' }],
    });

    await stage.askToMintOnceMore(sold);
    await stage.minting.untilDone();
    expect(await stage.story(sold)).toMatch(/ MintCompleted MintVoided$/);

    const again = await stage.sellAgain(sold.sale, 'second');
    await stage.until(again, 'minted');
    const other = await stage.ticket(again);
    expect([again.ticket === sold.ticket, other.asset === asset]).toEqual([false, false]);
    for (const standing of [asset, other.asset]) expect(await assetOnChain(stage.minting.rpc, `${standing}`)).toMatchObject({ supply: 1n });
    expect((await stage.ticket(sold)).status).toBe('void');
    expect((await stage.demo.ask('sale.get', { sale: sold.sale })).body.units).toEqual({ opened: 1, available: 0, held: 0, sold: 1 });
  },
  TAKES_MS,
);

it(
  '[L2] cancels with an override a mint that had not begun, and there is no asset',
  async () => {
    const sold = await stage.soldAndAsked('not-begun');
    expect((await stage.refund(sold, 'first try')).body.code).toBe('irrevocable');
    await stage.refund(sold, 'refund', OVERRIDE);
    await stage.untilOutstanding(2);
    await stage.startMinter();
    await stage.until(sold, 'released');
    await stage.minting.untilDone();
    expect(await stage.story(sold)).toMatch(/^(MintPlanned )?MintCancelled$/);
  },
  TAKES_MS,
);

it(
  '[L1] [L2] waits with an override for a mint that may still land, and makes its one asset void',
  async () => {
    const { control } = stage.minting.solana;
    control.setFault('drop', { probability: 1 });
    const sold = await stage.soldAndAsked('racing');
    await stage.startMinter();
    await waitFor(async () => (await stage.story(sold)).includes('MintSubmitted'), { what: 'it is submitted', timeoutMs: PATIENCE_MS });
    control.pause(); // it lives on, however long the rest takes
    await stage.refund(sold, 'refund', OVERRIDE);
    await stage.untilOutstanding(2);
    expect(await stage.demo.place(sold.sale, { units: ['A-1'] }, 'too-early')).toMatchObject({ body: { code: 'unit-taken' } });
    const before = control.report().transactions;
    control.clearFaults();
    await waitFor(() => control.report().transactions > before, { what: 'it lands after all', timeoutMs: PATIENCE_MS });
    control.resume();
    await stage.until(sold, 'void');
    await stage.minting.untilDone();
    expect(await stage.story(sold)).toMatch(/ MintCompleted MintVoided$/);
    expect(await stage.minting.ofType(sold.sale, 'MintCompleted')).toHaveLength(1);
  },
  TAKES_MS,
);

it(
  '[L1] writes one void ticket if two minters work at once',
  async () => {
    const sold = await minted('two');
    await stage.startMinter();
    await stage.refund(sold, 'refund', OVERRIDE);
    await stage.minting.forgetDeliveries(); // the command in work at one minter is redelivered to the other as well
    await stage.until(sold, 'void');
    await stage.minting.untilDone();
    expect(await stage.minting.ofType(sold.sale, 'MintVoided')).toHaveLength(1);
  },
  TAKES_MS,
);

it(
  '[L6] makes a ticket void whose payment the provider refunded, since no operator could decide',
  async () => {
    const sold = await minted('told');
    expect((await stage.demo.ask('payment.refunded', sold.payment, 'back')).body).toMatchObject({
      status: 'refunded',
      tickets: [{ status: 'revoking' }],
    });
    await stage.until(sold, 'void');
    expect((await stage.demo.place(sold.sale, { units: ['A-1'] }, 'again')).status).toBe(201);
  },
  TAKES_MS,
);

it(
  "[L6] ends an earlier version's revocation without an override: a dead letter explains it, and an override completes it",
  async () => {
    const sold = await minted('of-old');
    const { order, ticket } = sold;
    const store = await JetStreamEventStore.on(stage.minting.admin);
    const subject = saleSubject('demo', sold.sale);
    const events = [
      { type: 'RefundOwed', data: { order, payment: 'pay-first', amount: '5000', currency: 'EUR', reason: 'requested' } },
      { type: 'RevocationsRequested', data: { order, tickets: [{ ticket, unit: 'A-1' }] } },
    ].map((event) => ({ ...event, at: Date.now() }));
    await store.append(subject, await store.head(subject), events as unknown as Parameters<typeof store.append>[2]);
    const deadLetters = async (): Promise<string> => (await admit(operatorOf(stage.minting.server), 'dead', 'ls')).out;
    await waitFor(async () => (await deadLetters()).includes(`${ticket}.revoke`), { what: 'it is a dead letter', timeoutMs: PATIENCE_MS });
    await stage.minting.untilDone();
    expect(await deadLetters()).toContain('irrevocable');
    const hint = await admit(operatorOf(stage.minting.server), 'mint', 'redrive', 'demo', ticket);
    expect([hint.code, hint.out]).toEqual([1, expect.stringContaining(`"order": "${order}", "override": true`)]);
    expect((await stage.ticket(sold)).status).toBe('revoking');

    expect((await stage.refund(sold, 'again')).body.status).toBe('refund-owed');
    expect(await stage.minting.outstanding()).toBe(0);
    await stage.refund(sold, 'overridden', OVERRIDE);
    await stage.until(sold, 'void');
    expect((await stage.demo.place(sold.sale, { units: ['A-1'] }, 'second')).status).toBe(201);
    expect((await admit(operatorOf(stage.minting.server), 'mint', 'redrive', 'demo', ticket)).out).toContain('nothing to do');
  },
  TAKES_MS,
);
