const MS_PER_SECOND = 1_000;
const SECONDS: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
];

/** Minor units as money: `5000`, `EUR` → `50.00 EUR`, by the number of digits that the currency has. */
export function money(minor: string, currency: string): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const isNegative = minor.startsWith('-');
  const figures = minor.replace('-', '').padStart(digits + 1, '0');
  const whole = BigInt(figures.slice(0, figures.length - digits)).toLocaleString('en-US');
  const rest = digits === 0 ? '' : `.${figures.slice(-digits)}`;
  return `${isNegative ? '−' : ''}${whole}${rest} ${currency}`;
}

export const count = (value: number | bigint): string => value.toLocaleString('en-US');

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const scaled = value / 1024 ** power;
  return `${scaled >= 100 || power === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`;
}

/** How long ago, in its largest unit. */
export function age(time: string | number, now: number): string {
  const seconds = Math.max(0, (now - (typeof time === 'number' ? time : Date.parse(time))) / MS_PER_SECOND);
  const [size, unit] = SECONDS.find(([least]) => seconds >= least) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
}

export const clock = (time: string | number): string => {
  const at = new Date(time);
  const isToday = at.toDateString() === new Date().toDateString();
  const hours = at.toLocaleTimeString('en-GB');
  return isToday ? hours : `${at.toLocaleDateString('en-CA')} ${hours}`;
};

/** `tkt_abcdef…uvwxyz` */
export const short = (id: string, kept = 6): string => (id.length <= 2 * kept + 5 ? id : `${id.slice(0, kept + 4)}…${id.slice(-kept)}`);

/** JSON with indents; other text as it is. */
export function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json; // shown as it is
  }
}
