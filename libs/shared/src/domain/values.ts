import { holdsCardNumber, holdsEmail } from '../kernel/personal.js';

/**
 * Valid values, defined once for the intake, the domain and the tables of the ledger. A value that passes can be recorded, folded,
 * projected and shown. A recorded log may contain more, from versions that accepted more. Every `…Problem` describes the problem in a
 * few words, or returns `undefined`.
 */

/** Units in one order. */
export const MAX_UNITS_PER_ORDER = 100;
/** Units of one sale: the size that the fold of a sale is designed for. */
export const MAX_UNITS_PER_SALE = 100_000;
/** Rows of one sale: a stadium of 80,000 seats has about 3,000. */
export const MAX_ROWS = 5_000;
/** Ranges of one row: every aisle, and every change of category, starts another one. */
export const MAX_RANGES_PER_ROW = 100;
/** Areas of one sale: a venue has fewer of them than rows. */
export const MAX_AREAS = 1_000;
/** Categories of one sale, and types of ticket: each order looks up a few, each view shows all. */
export const MAX_CATEGORIES = 64;
export const MAX_TYPES = 64;
/** Prices of one sale: each type in each category. */
export const MAX_PRICES = MAX_CATEGORIES * MAX_TYPES;
/** Discount codes of one sale: a view shows all, and a change lists all. */
export const MAX_CODES = 1_000;
/** Items in one order: as many as the units of an order. */
export const MAX_ITEMS_PER_ORDER = MAX_UNITS_PER_ORDER;
/** Seats listed one by one: more are given as rows, so that the command fits a commit. */
export const MAX_LISTED_SEATS = 5_000;
/** With a row of 26 letters and a dash, a unit of 32 characters. */
export const MAX_SEAT_NUMBER = 99_999;
/** Seconds: a week. */
export const MAX_HOLD_SECONDS = 7 * 24 * 3_600;
/** Tickets in one request to mint: this many mint requests fit a commit. */
export const MAX_TICKETS_PER_REQUEST = 500;

/** Characters of a name that people read (UTF-16 units, as every JSON library of a caller counts or overcounts them). */
export const MAX_NAME_LENGTH = 120;

/**
 * Digits of minor units in one price: below 2^53, so that no caller's JSON library rounds it.
 * An order's total has two more, a sale's five more: `bigint` in code, decimal text in JSON, `numeric` in tables.
 */
export const MAX_PRICE_DIGITS = 15;
/** Minor units. */
export const MAX_PRICE_MINOR = 10n ** BigInt(MAX_PRICE_DIGITS) - 1n;
/** Minor units: the maximum price of one order. */
export const MAX_ORDER_TOTAL_MINOR = MAX_PRICE_MINOR * BigInt(MAX_UNITS_PER_ORDER);
/** Digits of minor units in a report of a payment provider: enough for every order, below 2^63. */
export const MAX_REPORTED_DIGITS = 18;

/** Milliseconds since 1970, UTC: the first and the last accepted instant. Every table, language and calendar supports more. */
export const EARLIEST_MS = Date.UTC(1970, 0, 1);
export const LATEST_MS = Date.UTC(9999, 0, 1) - 1;

const [EARLIEST, LATEST] = [new Date(EARLIEST_MS).toISOString(), new Date(LATEST_MS).toISOString()];
const TIME_ALLOWED = `must be from ${EARLIEST} to ${LATEST}; leave it out for no limit`;
/** For documents of the API, as JSON Schema: `formatMinimum` and `formatMaximum` are keywords of ajv-formats. */
export const TIME_RULE = {
  description: `An RFC 3339 time with an offset, from ${EARLIEST} to ${LATEST}. Leave it out for no limit.`,
  formatMinimum: EARLIEST,
  formatMaximum: LATEST,
} as const;

/** @param ms since 1970, UTC, with the offset applied. NaN is invalid. */
export const timeProblem = (ms: number): string | undefined => (ms >= EARLIEST_MS && ms <= LATEST_MS ? undefined : TIME_ALLOWED);

/** Decimal text of minor units without sign, point or leading zeros, of at most so many digits. */
export const amountPattern = (digits: number): RegExp => new RegExp(`^(0|[1-9]\\d{0,${digits - 1}})$`);

/** Three capital letters: the form of a recorded currency and of one in a report. */
export const CURRENCY_PATTERN = /^[A-Z]{3}$/;
/** ISO 4217 currencies that people pay with. Only the intake checks this: Node's list grows, recorded sales stay valid. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** For documents of the API. */
export const CURRENCY_RULE = {
  description:
    'A currency of ISO 4217 that is in use, such as EUR. Amounts are in its minor units: "5000" is 50.00 EUR, 5000 JPY, 5.000 KWD.',
} as const;
export const REPORTED_CURRENCY_RULE = {
  description: 'Three capital letters. Money in another currency than that of the order pays nothing, and is due for refund.',
} as const;

export const currencyProblem = (text: string): string | undefined =>
  CURRENCIES.has(text) ? undefined : 'must be a currency of ISO 4217 that is in use, such as EUR';

/** Control characters, of which Postgres cannot store NUL; halves of a surrogate pair, which have no UTF-8; separators of lines and paragraphs. */
const NOT_TEXT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;
/** Unicode has no such characters, and XML cannot contain them: the picture of a ticket would not open. */
const NOT_IN_XML = /[\uFFFE\uFFFF]/;
/** Characters that change the direction of adjacent text: a text could look like another one. */
const TURNS_DIRECTION = /[\u202A-\u202E\u2066-\u2069]/u;
/** A letter, digit, sign or symbol. Some have no shape: fillers, blanks and default-ignorable characters. */
const SHOWN = /[\p{L}\p{N}\p{P}\p{S}]/gu;
const BLANK = /^(?:\p{Default_Ignorable_Code_Point}|[\u2800\u{13441}\u{13442}\u{1D159}])$/u;

/** For documents of the API. The pattern needs the flag `u`. */
export const NAME_RULE = {
  description: `1 to ${MAX_NAME_LENGTH} characters, at least one of which can be seen. No control characters, separators of lines or paragraphs, halves of surrogate pairs or characters that turn the direction of writing; nothing that looks like an e-mail address or a card number.`,
  pattern: `^[^${classOf(NOT_TEXT)}${classOf(TURNS_DIRECTION)}]*$`,
} as const;

/** The content of its brackets. */
function classOf({ source }: RegExp): string {
  return source.slice(1, -1);
}

/** Checks a text that people see: a name or a label. At least one of its characters must be visible. */
export function nameProblem(text: string, maxLength: number = MAX_NAME_LENGTH): string | undefined {
  if (text.length === 0) return 'must not be empty';
  if (text.length > maxLength) return `must be at most ${maxLength} characters`;
  if (NOT_TEXT.test(text) || NOT_IN_XML.test(text)) return 'must be of whole, printable characters';
  if (TURNS_DIRECTION.test(text)) return 'must not hold characters that turn the direction of writing (U+202A to U+202E, U+2066 to U+2069)';
  if (!hasVisible(text)) return 'must have a character that can be seen';
  return personalProblem(text);
}

function hasVisible(text: string): boolean {
  for (const [character] of text.matchAll(SHOWN)) if (!BLANK.test(character)) return true;
  return false;
}

/** No card number has fewer digits, and no e-mail address is a text without `@` or `%40`. */
const SHORTEST_CARD_NUMBER = 14;
const ASCII_ONLY = /^[\x20-\x7e]*$/;

/** The log is permanent: a text that a caller chooses must not look like an e-mail address or a card number. */
export function personalProblem(text: string): string | undefined {
  const plain = ASCII_ONLY.test(text) ? text : text.normalize('NFKC').replace(/\p{Pd}/gu, '-');
  if (plain.length >= SHORTEST_CARD_NUMBER && holdsCardNumber(plain))
    return 'looks like a card number, which must not enter the permanent log';
  return holdsEmail(plain) ? 'looks like an e-mail address, which must not enter the permanent log' : undefined;
}
