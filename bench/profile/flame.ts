import { escaped, px } from '../report/plot.js';
import type { PartOf, Stack } from './stacks.js';

const WIDTH = 1_200;
const ROW_PX = 17;
const TOP_PX = 84;
const LEGEND_PER_ROW = 4;
/** Narrower boxes are left out, so that a file stays below 200 KB. */
const NARROWEST_PX = 2;
const CHARACTER_PX = 6.2;
const COLOURS = [
  '#8ecae6',
  '#ffb703',
  '#b5e48c',
  '#f4a6c0',
  '#cdb4db',
  '#f28482',
  '#e9d8a6',
  '#a3c4bc',
  '#ffd6a5',
  '#bdb2ff',
  '#d9d9d9',
  '#99d98c',
  '#f6bd60',
];

interface Box {
  readonly name: string;
  weight: number;
  readonly parts: Map<string, number>;
  readonly above: Map<string, Box>;
}

/** A flame graph: the width of a function is its share of the samples, its callers are below it, its colour is the part that most of it belongs to. */
export function flameSvg(title: string, stacks: readonly Stack[], partOf: PartOf): string {
  const root = boxOf('all');
  for (const stack of stacks) add(root, stack, partOf(stack.frames));
  const scale = WIDTH / root.weight;
  const colours = new Map(
    [...root.parts].sort(([, left], [, right]) => right - left).map(([part], index) => [part, COLOURS[index % COLOURS.length] as string]),
  );
  const height = TOP_PX + (depthOf(root, NARROWEST_PX / scale) + 1) * ROW_PX;
  const boxes: string[] = [];
  draw(root, 0, height - ROW_PX);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title><rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="8" y="20" font-size="15" font-weight="600">${escaped(title)}</text>`,
    ...[...colours].map(([part, colour], index) => legend(part, colour, index, (root.parts.get(part) ?? 0) / root.weight)),
    ...boxes,
    '</svg>',
    '',
  ].join('\n');

  function draw({ name, weight, parts, above }: Box, x: number, y: number): void {
    const width = weight * scale;
    if (width < NARROWEST_PX) return;
    const [[main] = ['']] = [...parts].sort(([, left], [, right]) => right - left);
    const most = Math.floor(width / CHARACTER_PX) - 1;
    const label = most < 3 ? '' : `<text x="${px(x + 3)}" y="${px(y + 12)}">${escaped(name.slice(0, most))}</text>`;
    boxes.push(
      `<g><title>${escaped(name)} ${((weight / root.weight) * 100).toFixed(1)} %</title><rect x="${px(x)}" y="${px(y)}" width="${px(width - 0.5)}" height="${ROW_PX - 1}" fill="${colours.get(main)}"/>${label}</g>`,
    );
    let left = x;
    for (const box of [...above.values()].sort((one, other) => other.weight - one.weight)) {
      draw(box, left, y - ROW_PX);
      left += box.weight * scale;
    }
  }
}

function add(root: Box, { frames, weight }: Stack, part: string): void {
  let box = root;
  count(box, part, weight);
  for (const { name } of frames) {
    let next = box.above.get(name);
    if (next === undefined) {
      next = boxOf(name);
      box.above.set(name, next);
    }
    box = next;
    count(box, part, weight);
  }
}

function count(box: Box, part: string, weight: number): void {
  box.weight += weight;
  box.parts.set(part, (box.parts.get(part) ?? 0) + weight);
}

const boxOf = (name: string): Box => ({ name, weight: 0, parts: new Map(), above: new Map() });

function depthOf({ weight, above }: Box, least: number): number {
  if (weight < least) return 0;
  return 1 + Math.max(0, ...[...above.values()].map((box) => depthOf(box, least)));
}

function legend(part: string, colour: string, index: number, share: number): string {
  const x = 8 + (index % LEGEND_PER_ROW) * (WIDTH / LEGEND_PER_ROW);
  const y = 30 + Math.floor(index / LEGEND_PER_ROW) * 14;
  return `<rect x="${px(x)}" y="${px(y)}" width="10" height="10" fill="${colour}"/><text x="${px(x + 15)}" y="${px(y + 9)}">${escaped(part)} ${(share * 100).toFixed(0)} %</text>`;
}
