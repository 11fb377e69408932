export interface Difference {
  readonly what: string;
  readonly wanted: unknown;
  readonly found: unknown;
}

/** Every member of `wanted` with another value in `found`. Other members of `found` are ignored. */
export function differences(name: string, wanted: object, found: object): Difference[] {
  const has = found as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).flatMap(([member, value]) => {
    const other = has[member];
    const same = JSON.stringify(sorted(value)) === JSON.stringify(sorted(other)) || (other === undefined && isEmpty(value));
    return same ? [] : [{ what: `${name}.${member}`, wanted: value, found: other }];
  });
}

/** Servers omit members that are false, zero or empty. */
const isEmpty = (value: unknown): boolean => value === false || value === 0 || value === '';

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
