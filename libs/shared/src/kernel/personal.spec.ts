import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { holdsCardNumber, holdsEmail } from './personal.js';

describe('a card number', () => {
  it.each([
    ['Visa', '4111111111111111'],
    ['Visa of 19 digits', '4000000000000000006'],
    ['Mastercard', '5555555555554444'],
    ['Mastercard of the second range', '2223003122003222'],
    ['American Express', '378282246310005'],
    ['Diners Club', '36227206271667'],
    ['JCB', '3566002020360505'],
    ['Discover', '6011111111111117'],
    ['UnionPay', '6200000000000005'],
    ['in groups', '4111 1111 1111 1111'],
    ['in groups with dashes', '4111-1111-1111-1111'],
    ['in groups with underscores', '4111_1111_1111_1111'],
    ['of American Express in groups', '3782 822463 10005'],
    ['with a word before it', 'card:4111111111111111'],
    ['in groups with words around it', 'pay:4111-1111-1111-1111/now'],
    ['in groups behind a word', 'gala 4111 1111 1111 1111'],
    ['in groups between words', 'card-4111-1111-1111-1111-main'],
    ['with a number behind it', 'order/5555555555554444/1'],
  ])('is detected: %s', (_, text) => {
    expect(holdsCardNumber(text)).toBe(true);
  });

  it.each([
    ['a wrong check digit', '4111111111111112'],
    ['no network', '1111111111111117'],
    ['a length that its network does not have', '41111111111116'],
    ['the time in milliseconds', '1795305600000'],
    ['the time in microseconds', '1795305600000000'],
    ['the time in nanoseconds', '1795305600000000000'],
    ['a day and a time', '20271122010203'],
    ['a day, a time and milliseconds', '20271122010203004'],
    ['an identifier of a snowflake', '1860000000000000000'],
    ['digits that are part of a longer number', '94111111111111111'],
    ['digits that are part of a word', 'x4111111111111111'],
    ['groups that are part of more groups', '1-4111-1111-1111-1111'],
    ['a ULID', '01JD9Z6Y3K4111111111111111'],
    ['hexadecimal digits', '4111111111111111a'],
    ['an e-mail address', 'ann@example.org'],
    ['nothing', ''],
  ])('is not detected in %s', (_, text) => {
    expect(holdsCardNumber(text)).toBe(false);
  });

  it('is detected in no UUID, however it is written', () => {
    for (let tries = 0; tries < 100_000; tries++) {
      const uuid = randomUUID();
      if (holdsCardNumber(uuid) || holdsCardNumber(uuid.replaceAll('-', ''))) throw new Error(`${uuid} is taken for a card number`);
    }
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 32, maxLength: 32 });
    const asUuid = (text: string): string => text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    fc.assert(fc.property(digits, (text) => !holdsCardNumber(text) && !holdsCardNumber(asUuid(text))));
  });

  it('is detected in about one of ten numbers of its form, and in no number with another prefix', () => {
    const share = (start: string): number =>
      Array.from({ length: 1_000 }, (_, index) => `${start}${String(index).padStart(16 - start.length, '0')}`).filter(holdsCardNumber)
        .length;
    expect(share('4')).toBe(100);
    for (const start of ['0', '1', '7', '8', '9', '21', '28', '31', '50', '56', '60', '61', '63', '66'])
      expect([start, share(start)]).toEqual([start, 0]);
  });
});

describe('an e-mail address', () => {
  it.each([
    'ann@example.org',
    'ann.smith+tickets@mail.example.co.uk',
    'order-1-ann@example.org',
    'ann@example.org/1',
    'mailto:Ann@Example.ORG',
    'ann%40example.org',
  ])('is detected in %s', (text) => {
    expect(holdsEmail(text)).toBe(true);
  });

  it.each([
    '',
    '@',
    'a@b',
    'cart@1',
    'order@v1.2',
    '@scope/name',
    'seat A-1 @ 20:15',
    'a@b@c',
    'user@',
    '@example.org',
    'a @example.org',
  ])('is not detected in %j', (text) => {
    expect(holdsEmail(text)).toBe(false);
  });

  it('is searched for in linear time, in any text', () => {
    const before = process.cpuUsage(); // CPU time, because the clock also counts other processes
    for (const text of ['a@'.repeat(127), `a@${'a.'.repeat(126)}`, `a@${'-'.repeat(250)}`, '4111-'.repeat(51)])
      [holdsEmail(text), holdsCardNumber(text)];
    expect(process.cpuUsage(before).user).toBeLessThan(100_000); // microseconds
  });
});
