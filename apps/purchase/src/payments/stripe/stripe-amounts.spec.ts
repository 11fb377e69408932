import fc from 'fast-check';
import { isoAmount, stripeAmount } from './stripe-amounts.js';

/** https://docs.stripe.com/currencies, and the minor units of ISO 4217. */
it.each([
  ['EUR', 5_000, '5000'],
  ['HUF', 5_000, '5000'], // 50.00 HUF; only payouts need whole HUF
  ['TWD', 5_000, '5000'],
  ['JPY', 5_000, '5000'],
  ['XOF', 1, '1'],
  ['KWD', 5_120, '5120'],
  ['TND', 10, '10'],
  ['ISK', 500, '5'], // Stripe: two decimals for compatibility, ISO: none
  ['UGX', 500, '5'],
  ['MGA', 5, '500'], // Stripe: none, ISO: two
  ['EUR', 0, '0'],
  ['JPY', Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ['MGA', Number.MAX_SAFE_INTEGER, '900719925474099100'],
])('converts %s %i of Stripe to %s minor units', (currency, amount, minor) => {
  expect([isoAmount(amount, currency), stripeAmount(minor, currency)]).toEqual([minor, amount]);
});

it.each([
  ['ISK', 550],
  ['UGX', 1],
])('refuses %s %i, which is no whole number of minor units', (currency, amount) => {
  expect(isoAmount(amount, currency)).toBeUndefined();
});

it('converts back every amount of Stripe, in every currency', () => {
  const currency = fc.constantFrom(...Intl.supportedValuesOf('currency'));
  fc.assert(
    fc.property(currency, fc.nat({ max: 10 ** 12 }), (of, minor) => {
      const amount = stripeAmount(`${minor}`, of);
      if (amount !== undefined) expect(isoAmount(amount, of)).toBe(`${minor}`);
    }),
  );
});
