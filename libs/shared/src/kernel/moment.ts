/** The largest offset in RFC 3339; with offsets, it can express some hours beyond the years 0000 to 9999. */
const WIDEST_OFFSET = '23:59';
const WIDEST_OFFSET_MS = (23 * 60 + 59) * 60_000;
/** Without a zone. */
const LETTERS = 'YYYY-MM-DDTHH:MM:SS.mmm'.length;
const LAST_YEAR = 9_999;

/**
 * Formats a time in RFC 3339. Times outside the years 0000 to 9999 in UTC get the offset that brings them inside, as in the input they
 * came from. Beyond that RFC 3339 has no form and no input accepts it; the result is the expanded form of ISO 8601.
 * @param ms since 1970, UTC
 */
export function rfc3339(ms: number): string {
  const year = yearOf(ms);
  if (year >= 0 && year <= LAST_YEAR) return new Date(ms).toISOString();
  const towards = year < 0 ? 1 : -1;
  const local = ms + towards * WIDEST_OFFSET_MS;
  if (yearOf(local) < 0 || yearOf(local) > LAST_YEAR) return new Date(ms).toISOString();
  return `${new Date(local).toISOString().slice(0, LETTERS)}${year < 0 ? '+' : '-'}${WIDEST_OFFSET}`;
}

const yearOf = (ms: number): number => new Date(ms).getUTCFullYear();
