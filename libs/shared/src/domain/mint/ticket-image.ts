import { hashFields, sha256 } from '../../kernel/hash.js';
import { type Described, metadataPath } from './metadata-document.js';

type Pictured = Pick<Described, 'tenant' | 'sale' | 'ticket' | 'unit' | 'label' | 'category' | 'type' | 'name'>;

/** Pixels of each side: wallets show a square completely. */
const SIDE = 600;
const MARGIN = 48;
/** Letters of the name that fit one line, even if all of them are wide. */
const LINE_LETTERS = 20;
/** The lines of a name of 120 letters if every word leaves half of its line empty. */
const MOST_LINES = 12;
const [LARGE_PX, SMALL_PX] = [44, 26];
const DEGREES = 360;

/**
 * The picture of a ticket: its sale, category, type and label. Its bytes depend on these alone and must never change. The address of a
 * picture contains its hash, and documents with a planned hash contain that address.
 */
export function ticketImage({ tenant, sale, unit, label, category, type, name }: Pictured): string {
  const hue = hashFields('picture', tenant, sale).readUInt16BE(0) % DEGREES;
  const lines = linesOf(name);
  const size = lines.length > 5 ? SMALL_PX : LARGE_PX;
  const title = lines.map((line, at) => textAt(MARGIN + (at + 1) * size * 1.25, size, 'bold', line));
  const kind = [category, type].filter((one) => one !== undefined).join(' · ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}" viewBox="0 0 ${SIDE} ${SIDE}">`,
    `<rect width="${SIDE}" height="${SIDE}" fill="hsl(${hue},45%,22%)"/>`,
    `<path d="M0 ${SIDE - 190}H${SIDE}" stroke="#fff" stroke-width="4" stroke-dasharray="4 16" stroke-linecap="round"/>`,
    ...title,
    ...(kind === '' ? [] : [textAt(SIDE - 116, SMALL_PX, 'normal', shortened(kind))]),
    textAt(SIDE - MARGIN, LARGE_PX, 'bold', shortened(label ?? unit)),
    '</svg>',
  ].join('');
}

/** `<mark>/<ticket>/<hash>.svg`: the path after the prefix of URIs. */
export const imagePath = (of: Pictured): string => `${metadataPath(of.tenant, of.ticket)}/${sha256(ticketImage(of))}.svg`;

const textAt = (y: number, size: number, weight: string, text: string): string =>
  `<text x="${MARGIN}" y="${y}" font-family="sans-serif" font-size="${size}" font-weight="${weight}" fill="#fff">${escaped(text)}</text>`;

function linesOf(name: string): string[] {
  const lines: string[] = [];
  for (const word of name.split(' ').flatMap(piecesOf)) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= LINE_LETTERS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.slice(0, MOST_LINES);
}

/** Splits a word that is wider than a line. */
function piecesOf(word: string): string[] {
  const pieces = [''];
  for (const letter of word) {
    const last = pieces.at(-1) ?? '';
    if (widthOf(last + letter) <= LINE_LETTERS) pieces[pieces.length - 1] = last + letter;
    else pieces.push(letter);
  }
  return pieces;
}

function shortened(text: string): string {
  const [first = '', ...more] = piecesOf(text);
  return more.length === 0 ? first : `${[...first].slice(0, -1).join('')}…`;
}

/** East Asian letters and emoji take two columns. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{3ffff}]/u;
const widthOf = (text: string): number => [...text].reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0);

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
/** Characters that XML cannot contain do not occur here: names and labels are printable. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
