import { assetOnChain, newWallet } from '../stages/minter-stage.js';
import { RefundStage } from '../stages/refund-stage.js';

const TAKES_MS = 90_000;
const stage = RefundStage.forTests('refund');

it(
  '[L1] [L2] sells a refunded unit again only after its mint is cancelled, and never mints the first ticket',
  async () => {
    const sold = await stage.soldAndAsked('cancelled', { tickets: 'revocable' });
    const refunded = await stage.refund(sold, 'refund');
    expect(refunded.body).toMatchObject({ status: 'refund-owed', tickets: [{ status: 'revoking' }] });
    expect(await stage.demo.place('cancelled', { units: ['A-1'] }, 'too-early')).toMatchObject({
      status: 409,
      body: { code: 'unit-taken' },
    });
    await stage.untilOutstanding(2);
    await stage.startMinter();
    await stage.until(sold, 'released');
    await stage.minting.untilDone();
    expect(await stage.story(sold)).toMatch(/^(MintPlanned )?MintCancelled$/);
    expect((await stage.demo.ask('payment.refunded', sold.payment, 'back')).body.status).toBe('refunded');
    expect((await stage.demo.place('cancelled', { units: ['A-1'] }, 'again')).status).toBe(201);
  },
  TAKES_MS,
);

it(
  '[L1] [L2] burns the asset of a refunded revocable ticket, and only then sells its unit again',
  async () => {
    const sold = await stage.soldAndAsked('revocable', { tickets: 'revocable' });
    await stage.until(sold, 'minted');
    const [minted] = await stage.minting.ofType('revocable', 'MintCompleted');
    const { asset = '', wallet } = minted?.data ?? {};
    expect(await assetOnChain(stage.minting.rpc, asset)).toMatchObject({ supply: 1n, holders: [wallet] });
    await stage.refund(sold, 'refund');
    await stage.until(sold, 'released');
    expect(await stage.story(sold)).toMatch(/ MintCompleted MintRevokeSubmitted MintRevoked$/);
    expect(await assetOnChain(stage.minting.rpc, asset)).toMatchObject({ supply: 0n, holders: [] });
    expect((await stage.demo.ask('payment.refunded', sold.payment, 'back')).body.status).toBe('refunded');
    const again = await stage.demo.place('revocable', { units: ['A-1'] }, 'again');
    expect(again.status).toBe(201);
    expect((again.body.tickets as { ticket: string }[])[0]?.ticket).not.toBe(sold.ticket);
  },
  TAKES_MS,
);

it(
  '[L1] [L2] takes one minted ticket of an order back, and leaves the other with its holder',
  async () => {
    const sale = 'one-of-two';
    await stage.demo.open(sale, { seats: ['A-1', 'A-2'] }, { payment: 'webhook', tickets: 'revocable' });
    const placed = await stage.demo.place(sale, { units: ['A-1', 'A-2'] }, 'both');
    const order = `${placed.body.order}`;
    const payment = { sale, order, payment: 'pay-both', amount: '10000', currency: 'EUR' };
    const both = (placed.body.tickets as { ticket: string }[]).map(({ ticket }) => ({ sale, order, ticket, payment }));
    const [given, kept] = both as [(typeof both)[number], (typeof both)[number]];
    await stage.demo.ask('payment.confirm', payment, 'paid-both');
    await stage.demo.ask('ticket.mint', { sale, tickets: both.map(({ ticket }) => ticket), wallet: newWallet() }, 'mint-both');
    for (const sold of both) await stage.until(sold, 'minted');
    const refunded = await stage.refund(given, 'refund-one', { tickets: [given.ticket] });
    expect(refunded.body).toMatchObject({ status: 'confirmed', tickets: [{ status: 'revoking' }, { status: 'minting' }] });
    await stage.until(given, 'released');
    expect(await stage.story(given)).toMatch(/ MintCompleted MintRevokeSubmitted MintRevoked$/);
    expect((await stage.ticket(kept)).status).toBe('minted');
    expect((await stage.demo.ask('payment.refunded', { ...payment, amount: '5000' }, 'back-one')).body.status).toBe('confirmed');
    expect((await stage.demo.ask('sale.refunds-due', { sale })).body.refundsDue).toEqual([]);
    expect((await stage.demo.place(sale, { units: ['A-1'] }, 'again-one')).status).toBe(201);
  },
  TAKES_MS,
);
