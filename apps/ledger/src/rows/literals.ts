const NUL = '\u0000';
/** Replaces NUL, which Postgres text cannot hold. */
const REPLACEMENT = '\uFFFD';
const TIME = 'T';

/** A text that a column can hold. NULs can enter the log in foreign error texts, such as the reason of a failed mint. */
export const storable = (text: string): string => (text.includes(NUL) ? text.replaceAll(NUL, REPLACEMENT) : text);

/**
 * A time in the syntax of Postgres, which has no sign before a year: `toISOString`'s year -1 is 2 BC, and year 10000 has five digits.
 * @param ms since 1970, UTC
 */
export function timeLiteral(ms: number): string {
  const moment = new Date(ms);
  const year = moment.getUTCFullYear();
  const text = moment.toISOString();
  if (year > 0 && year < FIVE_DIGITS) return text;
  const digits = String(year > 0 ? year : 1 - year).padStart(YEAR_DIGITS, '0');
  return `${digits}-${text.slice(text.indexOf(TIME) - MONTH_AND_DAY)}${year > 0 ? '' : ' BC'}`;
}

const YEAR_DIGITS = 4;
const FIVE_DIGITS = 10_000;
/** The letters of `MM-DD`. */
const MONTH_AND_DAY = 5;
