import { UPCASTS, type Upcast, upcastFrom, versionOf } from './event-versions.js';

/** An invented history: version 2 adds a currency, version 3 renames the amount. */
const lifts: Record<string, readonly Upcast[]> = {
  ...UPCASTS,
  OrderPlaced: [
    ({ amount }: { amount: string }) => ({ amount, currency: 'EUR' }),
    ({ amount, currency }: { amount: string; currency: string }) => ({ total: { amount, currency } }),
  ],
};

describe('an older version of an event', () => {
  it.each([
    [1, { amount: '5' }],
    [2, { amount: '5', currency: 'EUR' }],
    [3, { total: { amount: '5', currency: 'EUR' } }],
  ])('is read as the latest version: version %d', (version, data) => {
    expect(upcastFrom('OrderPlaced', version, lifts)?.(data)).toEqual({ total: { amount: '5', currency: 'EUR' } });
    expect(versionOf('OrderPlaced', lifts)).toBe(3);
  });

  it.each([
    ['OrderPlaced', 4],
    ['OrderPlaced', 0],
    ['OrderEaten', 1],
    ['toString', 1],
  ])('is not invented: %s of version %d', (type, version) => {
    expect(upcastFrom(type, version, lifts)).toBeUndefined();
  });
});
