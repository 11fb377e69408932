import { EARLIEST_MS, LATEST_MS, MAX_HOLD_SECONDS, MAX_NAME_LENGTH, MAX_PRICE_MINOR, MAX_UNITS_PER_SALE } from '#shared/domain/values.js';
import { opening } from './bad-requests.js';

const iso = (ms: number): string => new Date(ms).toISOString();
const HOUR_MS = 3_600_000;
/** The same instant, written with another offset. */
const shifted = (ms: number, hours: number): string =>
  iso(ms + hours * HOUR_MS).replace('Z', `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`);

interface Range {
  readonly member: string;
  /** RFC 6901 */
  readonly pointer: string;
  /** The last values that fit, at both ends. */
  readonly inside: readonly unknown[];
  /** The first that do not. */
  readonly outside: readonly unknown[];
  /** An opening with such a value. */
  readonly with: (value: unknown) => object;
}

const ofOpening = (member: string, inside: readonly unknown[], outside: readonly unknown[]): Range => ({
  ...{ member, pointer: `/${member}`, inside, outside },
  with: (value) => opening({ payment: 'webhook', [member]: value }),
});
const ofPrice = (member: string, inside: readonly unknown[], outside: readonly unknown[]): Range => ({
  ...{ member, pointer: `/price/${member}`, inside, outside },
  with: (value) => opening({ payment: 'webhook', price: { amount: '5000', currency: 'EUR', [member]: value } }),
});

/** Every range that `values.ts` sets for an opening, at both of its edges. */
export const RANGES: readonly Range[] = [
  ofOpening('opensAt', [iso(EARLIEST_MS), shifted(EARLIEST_MS, 14)], [iso(EARLIEST_MS - 1), '0001-01-01T00:00:00+14:00']),
  ofOpening('closesAt', [iso(LATEST_MS), shifted(LATEST_MS, -12)], [iso(LATEST_MS + 1), '9999-12-31T23:59:59-12:00']),
  ofOpening(
    'name',
    ['a', '\u{1F3AB}', 'n'.repeat(MAX_NAME_LENGTH), '\u{1F3AB}'.repeat(MAX_NAME_LENGTH / 2)],
    [
      '',
      ' ',
      '\u200b',
      'n'.repeat(MAX_NAME_LENGTH + 1),
      'a\u0000',
      'a\u2028b',
      'a\u202eb',
      '\u2066',
      'ann@example.org',
      '4111111111111111',
    ],
  ),
  ofPrice('currency', ['EUR', 'JPY', 'KWD'], ['ZZZ', 'eur', 'EURO', 'EU', '']),
  ofPrice('amount', ['0', '1', `${MAX_PRICE_MINOR}`], [`${MAX_PRICE_MINOR + 1n}`, '-1', '00', '']),
  ofOpening('holdSeconds', [1, MAX_HOLD_SECONDS], [0, MAX_HOLD_SECONDS + 1]),
  ofOpening('maxPerBuyer', [1, MAX_UNITS_PER_SALE], [0, MAX_UNITS_PER_SALE + 1]),
  ofOpening('units', [{ quota: 1 }, { quota: MAX_UNITS_PER_SALE }], []),
  { ...ofOpening('quota', [], [0, MAX_UNITS_PER_SALE + 1]), pointer: '/units/quota', with: (quota) => opening({ units: { quota } }) },
];

/** For generators. */
export const EDGE_MEMBERS = RANGES.map(({ member }) => member);
export const EDGE_VALUES = RANGES.flatMap(({ inside, outside }) => [...inside, ...outside]);
