/** Detects, by form, personal data that the permanent log must not hold. A match may be something else by chance. */

/** The card networks: number prefixes and lengths. */
const NETWORKS: readonly (readonly [start: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [16, 19]], // Visa
  [/^5[1-5]/, [16]], // Mastercard
  [/^2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)/, [16]], // Mastercard, 222100 to 272099
  [/^3[47]/, [15]], // American Express
  [/^3(?:0[0-5]|[689])/, [14]], // Diners Club
  [/^35/, [16]], // JCB
  [/^6(?:011|4[4-9]|5)/, [16, 19]], // Discover
  [/^62/, [16, 17, 18, 19]], // UnionPay
];
/**
 * Digits without separators, or in the groups printed on cards. An adjacent digit, letter or group of digits makes it part of something
 * else.
 */
const TOGETHER = /(?<![A-Za-z0-9])\d{14,19}(?![A-Za-z0-9])/g;
const IN_GROUPS = /(?<![A-Za-z0-9]|\d[-_. ])\d{4}([-_. ])(?:\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{6}\1\d{4,5})(?![A-Za-z0-9]|[-_. ]\d)/g;
/** A character, an at sign (literal or percent-encoded), and a domain that ends in letters. */
const EMAIL = /[^\s@](?:@|%40)(?:[\p{L}\p{M}\p{N}-]{1,63}\.)+[\p{L}\p{M}]{2}/iu;

/** True when a text contains a payment card number: of a known network, with its length and a valid check digit (Luhn). */
export function holdsCardNumber(text: string): boolean {
  const found = [...text.matchAll(TOGETHER), ...text.matchAll(IN_GROUPS)].map(([digits]) => digits.replace(/\D/g, ''));
  return found.some(
    (digits) => NETWORKS.some(([start, lengths]) => start.test(digits) && lengths.includes(digits.length)) && isLuhn(digits),
  );
}

export const holdsEmail = (text: string): boolean => EMAIL.test(text);

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const value = place % 2 === 1 ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
