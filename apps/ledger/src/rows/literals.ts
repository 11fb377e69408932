const NUL = '\u0000';
/** Stands for a NUL, which no text of Postgres can hold. */
const REPLACEMENT = '\uFFFD';
const TIME = 'T';

/** A text as a column can hold it. A NUL reaches the log in what a foreign system said, such as the reason of a failed mint. */
export const storable = (text: string): string => (text.includes(NUL) ? text.replaceAll(NUL, REPLACEMENT) : text);

/**
 * A time as Postgres reads it. It knows no signs before a year: what `toISOString` writes as year -1 is 2 BC, and year 10000 has five digits.
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
