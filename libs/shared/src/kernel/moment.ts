/** The widest offsets of RFC 3339: by them it says some hours more than the years 0000 to 9999. */
const WIDEST_OFFSET = '23:59';
const WIDEST_OFFSET_MS = (23 * 60 + 59) * 60_000;
/** Without a zone. */
const LETTERS = 'YYYY-MM-DDTHH:MM:SS.mmm'.length;
const LAST_YEAR = 9_999;

/**
 * A time as RFC 3339 says it. What lies outside of the years 0000 to 9999 in UTC is told in the zone in which it lies inside: whoever gave such a
 * time gave it with an offset. Further out there are no RFC 3339 times, and nothing accepts any; there it is the expanded form of ISO 8601.
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
