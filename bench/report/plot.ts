import type { Spread } from '../measure/statistics.js';
import type { BarPlot, LinePlot, Plot } from './result.js';
import { shown } from './table.js';

const WIDTH = 860;
const HEIGHT = 400;
const FRAME = { left: 76, right: 48, top: 76, bottom: 74 } as const;
const INNER_WIDTH = WIDTH - FRAME.left - FRAME.right;
const INNER_HEIGHT = HEIGHT - FRAME.top - FRAME.bottom;
/** Colours for people with colour blindness, and by order in print (Okabe and Ito). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#6b6b6b'];
const TICKS = 5;
const GROUP_FILL = 0.78;
/** Room above the highest value, for its number. */
const HEADROOM = 1.08;
const CHARACTER_PX = 6.6;
const LABEL_LINE_PX = 15;
/** A number in the usual size is wider than such a bar. */
const NARROW_BAR_PX = 30;
const LEGEND_GAP_PX = 34;

/** One plot as an SVG document: no scripts, no fonts of its own; a white ground, so that it reads in dark pages too. */
export function svgOf(plot: Plot): string {
  const body = plot.kind === 'bars' ? bars(plot) : lines(plot);
  const names = plot.kind === 'bars' ? plot.series : plot.series.map(({ label }) => label);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escaped(plot.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(FRAME.left, 26, plot.title, 'font-size="15" font-weight="600"'),
    ...legend(names),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function bars({ groups, series, unit, mark }: BarPlot): string[] {
  const values = groups.flatMap((group) => group.values.flatMap((value) => (value === undefined ? [] : [value.max])));
  const axis = axisTo(Math.max(...values, mark?.at ?? 0) * HEADROOM);
  const slot = INNER_WIDTH / groups.length;
  const width = (slot * GROUP_FILL) / series.length;
  const drawn = groups.flatMap((group, index) => {
    const left = FRAME.left + slot * index + (slot * (1 - GROUP_FILL)) / 2;
    return [
      ...wrapped(group.label, slot).map((line, row) =>
        text(FRAME.left + slot * (index + 0.5), HEIGHT - FRAME.bottom + 20 + row * LABEL_LINE_PX, line, 'text-anchor="middle"'),
      ),
      ...group.values.flatMap((value, at) => (value === undefined ? [] : bar(left + width * at, width, value, axis.y, colour(at)))),
    ];
  });
  return [...grid(axis, unit), ...drawn, ...(mark === undefined ? [] : markAcross(axis.y(mark.at), mark.label))];
}

/** A bar up to the median, a whisker from the lowest to the highest round, and the median as a number. */
function bar(x: number, width: number, { median, min, max }: Spread, y: (value: number) => number, fill: string): string[] {
  const middle = x + width / 2;
  const inset = Math.min(2, width / 8);
  const whisker = `M${px(middle)} ${px(y(min))}V${px(y(max))}M${px(middle - 4)} ${px(y(min))}h8M${px(middle - 4)} ${px(y(max))}h8`;
  return [
    `<rect x="${px(x + inset)}" y="${px(y(median))}" width="${px(width - 2 * inset)}" height="${px(y(0) - y(median))}" fill="${fill}"/>`,
    ...(min === max ? [] : [`<path d="${whisker}" stroke="#222222" fill="none"/>`]),
    text(middle, y(max) - 6, shown(median), `text-anchor="middle" font-size="${width < NARROW_BAR_PX ? 9 : 11}"`),
  ];
}

function lines({ series, unit, xUnit, logX = false }: LinePlot): string[] {
  const points = series.flatMap((one) => one.points);
  const axis = axisTo(Math.max(...points.map(([, y]) => y)) * HEADROOM);
  const [from, to] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const place = (x: number): number => (logX ? Math.log10(Math.max(x, 1)) : x);
  const span = place(to) - place(from) || 1;
  const xOf = (x: number): number => FRAME.left + ((place(x) - place(from)) / span) * INNER_WIDTH;
  const marks = logX ? [...new Set(points.map(([x]) => x))] : axisTo(to).ticks.filter((tick) => tick >= from);
  const drawn = series.flatMap(({ points: own }, index) => {
    const path = own.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${px(xOf(x))} ${px(axis.y(y))}`).join('');
    const dots =
      own.length > DOTTED ? [] : own.map(([x, y]) => `<circle cx="${px(xOf(x))}" cy="${px(axis.y(y))}" r="3" fill="${colour(index)}"/>`);
    return [`<path d="${path}" stroke="${colour(index)}" stroke-width="${own.length > DOTTED ? 1.2 : 2}" fill="none"/>`, ...dots];
  });
  return [
    ...grid(axis, unit),
    ...marks.map((tick) => text(xOf(tick), HEIGHT - FRAME.bottom + 20, grouped(tick), 'text-anchor="middle"')),
    text(FRAME.left + INNER_WIDTH / 2, HEIGHT - FRAME.bottom + 42, xUnit, 'text-anchor="middle"'),
    ...drawn,
  ];
}

/** Lines with more points than this are drawn without dots. */
const DOTTED = 24;

interface Axis {
  readonly ticks: readonly number[];
  readonly y: (value: number) => number;
}

/** From 0 to a round number at or above the highest value. */
export function axisTo(highest: number): Axis {
  const rough = (highest > 0 ? highest : 1) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => rough <= factor * power) ?? 10);
  const count = Math.ceil((highest > 0 ? highest : 1) / step);
  const ticks = Array.from({ length: count + 1 }, (_, index) => index * step);
  return { ticks, y: (value) => FRAME.top + INNER_HEIGHT * (1 - value / (count * step)) };
}

function grid({ ticks, y }: Axis, unit: string): string[] {
  return [
    ...ticks.flatMap((tick) => [
      `<line x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${px(y(tick))}" y2="${px(y(tick))}" stroke="${tick === 0 ? '#444444' : '#dddddd'}"/>`,
      text(FRAME.left - 8, y(tick) + 4, grouped(tick), 'text-anchor="end"'),
    ]),
    text(FRAME.left - 8, FRAME.top - 12, unit, 'text-anchor="end" fill="#444444"'),
  ];
}

/** A dashed line; its label stands in the row of the legend, where no bar covers it. */
const markAcross = (y: number, label: string): string[] => [
  `<line x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${px(y)}" y2="${px(y)}" ${MARK}/>`,
  `<line x1="${px(WIDTH - FRAME.right - label.length * CHARACTER_PX - 36)}" x2="${px(WIDTH - FRAME.right - label.length * CHARACTER_PX - 6)}" y1="44" y2="44" ${MARK}/>`,
  text(WIDTH - FRAME.right, 48, label, 'text-anchor="end"'),
];
const MARK = 'stroke="#d55e00" stroke-dasharray="6 4"';

/** Breaks a label between words into lines that fit. */
function wrapped(label: string, width: number): string[] {
  const most = Math.floor(width / CHARACTER_PX);
  const lines: string[] = [];
  for (const word of label.split(' ')) {
    const joined = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && joined.length <= most) lines.pop();
    lines.push(lines.length === 0 || joined.length <= most ? joined : word);
  }
  return lines;
}

function legend(names: readonly string[]): string[] {
  if (names.length < 2) return [];
  let x = FRAME.left;
  return names.flatMap((name, index) => {
    const at = x;
    x += name.length * CHARACTER_PX + LEGEND_GAP_PX;
    return [`<rect x="${px(at)}" y="38" width="12" height="12" fill="${colour(index)}"/>`, text(at + 18, 48, name)];
  });
}

const colour = (index: number): string => COLOURS[index % COLOURS.length] as string;
export const px = (value: number): string => value.toFixed(1);
const grouped = (value: number): string =>
  Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4)));

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${px(x)}" y="${px(y)}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(content)}</text>`;
}

export const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
