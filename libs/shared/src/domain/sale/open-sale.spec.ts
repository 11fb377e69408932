import type { UnitId } from '../../kernel/ids.js';
import { OpenSale } from './commands.js';
import { mintsUnpaid } from './open-sale.js';

describe('a sale', () => {
  it.each([
    [{ payment: 'none', mint: 'on-confirm' }, true],
    [{ payment: 'none' }, true],
    [{ payment: 'none', price: { amount: '0', currency: 'EUR' } }, false],
    [{ payment: 'webhook', mint: 'on-confirm', price: { amount: '0', currency: 'EUR' } }, true],
    [{ payment: 'webhook', mint: 'on-confirm' }, false],
    [{ payment: 'none', mint: 'on-request' }, false],
  ])('that is opened with %j mints without a payment: %s', (more, unpaid) => {
    const body = { sale: 'gala', name: 'Gala', units: { seats: ['A-1' as UnitId] }, price: { amount: '5000', currency: 'EUR' }, ...more };
    expect(mintsUnpaid(OpenSale.parse(body))).toBe(unpaid);
  });
});
