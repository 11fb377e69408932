import fc from 'fast-check';
import {
  amountPattern,
  currencyProblem,
  EARLIEST_MS,
  LATEST_MS,
  MAX_NAME_LENGTH,
  MAX_ORDER_TOTAL_MINOR,
  MAX_PRICE_DIGITS,
  MAX_PRICE_MINOR,
  MAX_REPORTED_DIGITS,
  nameProblem,
  personalProblem,
  timeProblem,
} from './values.js';

describe('[L11] a time', () => {
  it('fits from 1970 to the end of 9998 in UTC, whatever offset it was written with', () => {
    expect([EARLIEST_MS, LATEST_MS].map((ms) => [new Date(ms).toISOString(), timeProblem(ms)])).toEqual([
      ['1970-01-01T00:00:00.000Z', undefined],
      ['9998-12-31T23:59:59.999Z', undefined],
    ]);
  });

  it.each([
    '9999-12-31T23:59:59-12:00',
    '9999-01-01T00:00:00Z',
    '9998-12-31T23:59:59-00:01',
    '0001-01-01T00:00:00+14:00',
    '0000-01-01T00:00:00Z',
    '1970-01-01T00:00:00+00:01',
  ])('is rejected with the range: %s', (text) => {
    expect(timeProblem(Date.parse(text))).toBe(
      'must be from 1970-01-01T00:00:00.000Z to 9998-12-31T23:59:59.999Z; leave it out for no limit',
    );
  });

  it('does not fit where it is no number', () => expect(timeProblem(Number.NaN)).toBeDefined());
});

describe('an amount', () => {
  it('of a price is exact in every JSON library, and an order of such prices can be reported as paid', () => {
    expect(MAX_PRICE_MINOR <= BigInt(Number.MAX_SAFE_INTEGER)).toBe(true);
    expect([`${MAX_PRICE_MINOR}`, `${MAX_PRICE_MINOR + 1n}`].map((text) => amountPattern(MAX_PRICE_DIGITS).test(text))).toEqual([
      true,
      false,
    ]);
    expect(amountPattern(MAX_REPORTED_DIGITS).test(`${MAX_ORDER_TOTAL_MINOR}`)).toBe(true);
  });

  it.each(['', '-1', '+1', '01', '1.0', '1e3', ' 1', '1\n', '٣', '１', '1_000'])('is none: %j', (text) => {
    expect(amountPattern(MAX_PRICE_DIGITS).test(text)).toBe(false);
  });
});

describe('a currency', () => {
  it.each(['EUR', 'USD', 'JPY', 'KWD', 'CHF', 'INR'])('is in use: %s', (text) => expect(currencyProblem(text)).toBeUndefined());
  it.each(['ZZZ', 'XTS', 'XAU', 'DEM', 'eur', 'EURO', ''])('is not in use: %j', (text) => expect(currencyProblem(text)).toBeDefined());
});

describe('a name', () => {
  it.each([
    'Gala',
    ' Gala ',
    'Fête de la musique',
    'עברית עם \u200Fסימן',
    'مهرجان',
    '夏祭り 2027',
    '👩‍👩‍👧 Family day',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    '!',
    '٣',
    'e\u0301',
    'Loge Ä 12.5',
    'x'.repeat(MAX_NAME_LENGTH),
  ])('can be read: %s', (text) => {
    expect(nameProblem(text)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['a no-break space', '\u00A0'],
    ['an ideographic space', '\u3000'],
    ['a zero-width space', '\u200B'],
    ['a word joiner', '\u2060'],
    ['a byte order mark', '\uFEFF'],
    ['a soft hyphen', '\u00AD'],
    ['marks of direction', '\u200E\u200F\u061C'],
    ['a Hangul filler', '\u3164'],
    ['a halfwidth Hangul filler', '\uFFA0'],
    ['a blank of Braille', '\u2800'],
    ['a blank hieroglyph', '\u{13441}'],
    ['a null notehead', '\u{1D159}'],
    ['a variation selector', '\uFE0F'],
    ['tags', '\u{E0041}\u{E0042}'],
    ['a combining mark alone', '\u0301'],
    ['a letter for private use', '\uE000'],
    ['a mix of them', ' \u200B\u3164\u2800\uFE0F\u00AD '],
  ])('cannot be read where it is %s', (_, text) => {
    expect(nameProblem(text)).toBeDefined();
  });

  it.each([
    ['NUL', 'Ga\0la'],
    ['a line feed', 'Ga\nla'],
    ['a C1 control', 'Ga\u0085la'],
    ['a first half of a surrogate pair', 'Gala \uD83C'],
    ['a second half of a surrogate pair', '\uDF9F Gala'],
    ['a line separator', 'Ga\u2028la'],
    ['a code point that XML cannot contain', 'Ga\uFFFFla'],
    ['a byte order mark of the other order', 'Ga\uFFFEla'],
    ['an override of direction', 'Ga\u202Ela'],
    ['an isolate of direction', 'Ga\u2067la'],
    ['an e-mail address', 'Gala ann@example.org'],
    ['an e-mail address in wide letters', 'ａｎｎ＠ｅｘａｍｐｌｅ．ｏｒｇ'],
    ['an e-mail address of a domain in letters of its own', 'anna@büro.example'],
    ['a card number', 'Gala 4111 1111 1111 1111'],
    ['a card number between no-break spaces', '4111\u00A01111\u00A01111\u00A01111'],
    ['a card number between en dashes', '4111–1111–1111–1111'],
    ['a card number in wide digits', '４１１１１１１１１１１１１１１１'],
    ['too long', 'x'.repeat(MAX_NAME_LENGTH + 1)],
  ])('must not hold %s', (_, text) => {
    expect(nameProblem(text)).toBeDefined();
  });

  it('that fits has UTF-8, and no character that Postgres or XML refuses', () => {
    const notXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(fc.constantFrom('\uFFFD', '\uFFFE', '\uFFFF', 'a'), fc.string({ unit: 'binary', maxLength: 1 })),
          maxLength: 8,
        }),
        (text) => {
          if (nameProblem(text) !== undefined) return;
          expect([Buffer.from(text, 'utf8').toString('utf8'), text.includes('\0'), notXml.test(text)]).toEqual([text, false, false]);
        },
      ),
    );
  });
});

describe('what a caller chooses', () => {
  it.each([
    'gala-2027',
    'A-1',
    'b-42',
    '0193b1c2-7d3e-7f4a-8b5c-6d7e8f901234',
    'pi_3OqXYZ2eZvKYlo2C1a2B3c4D',
    '@home',
    'a@b',
  ])('may be %s', (text) => {
    expect(personalProblem(text)).toBeUndefined();
  });
  it.each([
    'ann@example.org',
    'ann%40example.org',
    'order:ann@example.org',
    '4111111111111111',
    '4111-1111-1111-1111',
    'card_4111 1111 1111 1111'.slice(5),
  ])('may not be %s', (text) => expect(personalProblem(text)).toBeDefined());
});
