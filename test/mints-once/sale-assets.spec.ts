import { newWallet } from '../stages/minter-stage.js';
import { startSelling } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const RESTARTS_MS = 60_000;
/** An address that was derived from a program's: off the curve. */
const SMART_WALLET = 'HKUPAjYNSpLcpVKTLQc7ma9cJSjLhUJsr6PBRZqxWBHJ';
const NO_KEY = { status: 400, body: { errors: [{ pointer: '/wallet', detail: expect.stringContaining('no key signs') }] } };
const shop = Shop.forTests('sale-assets');
const open = (sale: string, more: object = {}) => {
  const terms = { sale, name: 'Gala', units: { quota: 10 }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request', ...more };
  return shop.demo.askUntilSettled('sale.open', terms, `open-${sale}`);
};

describe('a wallet without a private key', () => {
  it('is refused without using the idempotency key, unless its sale allows smart wallets', async () => {
    await open('keys');
    const asked = { sale: 'keys', buyer: 'b-1', quantity: 1, wallet: SMART_WALLET };
    const before = await shop.log.lastSequences();
    expect(await shop.demo.ask('order.place', asked, 'smart')).toMatchObject(NO_KEY);
    expect(await shop.demoWeb.post('/v1/sales/keys/orders', { buyer: 'b-1', quantity: 1, wallet: SMART_WALLET }, 'smart')).toMatchObject(
      NO_KEY,
    );
    expect(await shop.log.lastSequences()).toEqual(before);
    const placed = await shop.demo.askUntilSettled('order.place', { ...asked, wallet: newWallet() }, 'smart');
    expect(placed).toMatchObject({ status: 201 });
    const [{ ticket }] = placed.body.tickets as [{ ticket: string }];
    expect(await shop.demo.ask('ticket.mint', { sale: 'keys', tickets: [ticket], wallet: SMART_WALLET }, 'mint')).toMatchObject(NO_KEY);
  });

  it('holds tickets of a sale that allows smart wallets, and its mint requests state that', async () => {
    expect(await open('smart', { smartWallets: true })).toMatchObject({ status: 201, body: { smartWallets: true, asset: 'token-2022' } });
    const placed = await shop.demo.askUntilSettled(
      'order.place',
      { sale: 'smart', buyer: 'b-1', quantity: 1, wallet: SMART_WALLET },
      'placed',
    );
    expect(placed).toMatchObject({ status: 201, body: { wallet: SMART_WALLET } });
    const [{ ticket }] = placed.body.tickets as [{ ticket: string }];
    expect(
      await shop.demo.askUntilSettled('ticket.mint', { sale: 'smart', tickets: [ticket], wallet: SMART_WALLET }, 'asked'),
    ).toMatchObject({ status: 200 });
    const system = '11111111111111111111111111111111';
    expect(await shop.demo.ask('order.place', { sale: 'smart', buyer: 'b-1', quantity: 1, wallet: system }, 'none')).toMatchObject({
      status: 400,
    });
  });
});

describe('compressed assets', () => {
  it(
    'are refused if the operator does not offer them, and a sale that chose them keeps them',
    async () => {
      const refused = { status: 403, body: { code: 'asset-not-offered', errors: [{ pointer: '/asset' }] } };
      expect(await open('leaves', { asset: 'compressed' })).toMatchObject(refused);
      expect(await open('plain', { asset: 'token-2022' })).toMatchObject({ status: 201, body: { asset: 'token-2022' } });
      const restartWith = async (environment: Record<string, string>): Promise<void> => {
        await shop.app.close();
        shop.app = await startSelling(shop.log.server, undefined, environment);
      };
      await restartWith({ SALE_ASSETS: 'token-2022,compressed' });
      expect(await open('leaves', { asset: 'compressed' })).toMatchObject({ status: 201, body: { asset: 'compressed' } });
      const change = await shop.demo.ask('sale.change', { sale: 'leaves', asset: 'token-2022' }, 'change');
      expect(change).toMatchObject({ status: 400, body: { errors: [{ pointer: '/asset', detail: 'is not known here' }, {}] } });
      await restartWith({});
      expect(await open('others', { asset: 'compressed' })).toMatchObject({ status: 403 });
      expect(await open('leaves', { asset: 'compressed' })).toMatchObject({ status: 201, replayed: true });
    },
    2 * RESTARTS_MS,
  );
});
