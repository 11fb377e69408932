import fc from 'fast-check';
import { z } from 'zod';
import { rfc3339 } from './moment.js';

const FIRST = Date.parse('0000-01-01T00:00:00+23:59');
const LAST = Date.parse('9999-12-31T23:59:59.999-23:59');

it('formats every time that RFC 3339 can express, without loss', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: FIRST, max: LAST }), fc.constantFrom(FIRST, LAST, -1, 0, FIRST + 1, LAST - 1)), (ms) => {
      const text = rfc3339(ms);
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)$/);
      expect(z.iso.datetime({ offset: true }).safeParse(text).success).toBe(true);
      expect(Date.parse(text)).toBe(ms);
    }),
  );
});

it.each([
  ['9999-12-31T23:59:59-12:00', '9999-12-31T12:00:59.000-23:59'],
  ['0001-01-01T00:00:00+14:00', '0000-12-31T10:00:00.000Z'],
  ['0000-01-01T00:00:00+14:00', '0000-01-01T09:59:00.000+23:59'],
  ['2027-01-31T19:00:00+01:00', '2027-01-31T18:00:00.000Z'],
])('formats %s as %s', (given, said) => expect(rfc3339(Date.parse(given))).toBe(said));

it('formats times further out in the expanded form', () => {
  expect(rfc3339(LAST + 1)).toBe('+010000-01-01T23:59:00.000Z');
  expect(rfc3339(FIRST - 1)).toBe('-000001-12-31T00:00:59.999Z');
});
