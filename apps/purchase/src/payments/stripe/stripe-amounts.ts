/**
 * Decimal digits of Stripe's amounts, if not 2 (https://docs.stripe.com/currencies). ISK, UGX, HUF and TWD have 2: the first two for
 * compatibility; the last two must be whole only in payouts.
 */
const STRIPE_DIGITS: Readonly<Record<string, number>> = {
  ...digits(0, ['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF']),
  ...digits(3, ['BHD', 'JOD', 'KWD', 'OMR', 'TND']),
};

/** Decimal digits of ISO 4217, if not 2. This service's amounts use them: `5000` is 50.00 EUR, 5000 JPY, 5000 ISK, 5.000 KWD. */
const ISO_DIGITS: Readonly<Record<string, number>> = {
  ...digits(0, ['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF']),
  ...digits(3, ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']),
  ...digits(4, ['CLF', 'UYW']),
};

const USUAL_DIGITS = 2;

function digits(count: number, currencies: readonly string[]): Record<string, number> {
  return Object.fromEntries(currencies.map((currency) => [currency, count]));
}

/**
 * Converts an amount of Stripe to minor units of ISO 4217. `undefined`: it is no whole number of them, such as 50.5 ISK. @param amount a
 * whole number in Stripe's unit @param currency three capital letters
 */
export function isoAmount(amount: number, currency: string): string | undefined {
  const shift = (ISO_DIGITS[currency] ?? USUAL_DIGITS) - (STRIPE_DIGITS[currency] ?? USUAL_DIGITS);
  if (shift >= 0) return `${BigInt(amount) * 10n ** BigInt(shift)}`;
  const divisor = 10n ** BigInt(-shift);
  return BigInt(amount) % divisor === 0n ? `${BigInt(amount) / divisor}` : undefined;
}

/** Converts minor units of ISO 4217 to Stripe's amount. `undefined`: Stripe has no such amount. */
export function stripeAmount(minor: string, currency: string): number | undefined {
  const shift = (STRIPE_DIGITS[currency] ?? USUAL_DIGITS) - (ISO_DIGITS[currency] ?? USUAL_DIGITS);
  if (shift >= 0) return Number(BigInt(minor) * 10n ** BigInt(shift));
  const divisor = 10n ** BigInt(-shift);
  return BigInt(minor) % divisor === 0n ? Number(BigInt(minor) / divisor) : undefined;
}
