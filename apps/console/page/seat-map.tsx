import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count } from './format.js';
import { Badge, Table } from './parts.js';

export interface Unit {
  readonly unit: string;
  readonly label?: string;
  readonly category?: string;
  readonly state: 'available' | 'held' | 'sold';
}

const LARGEST_CELL = 18;
const SMALLEST_CELL = 3;
const TALLEST_MAP = 700;
/** A flat hall uses the width of a screen. */
const WIDEST = 2;
/** Longer ones are areas, or go on in the next line. */
const LONGEST_ROW = 120;
const ROWS_OF_TABLE = 50;
const STATES = ['available', 'held', 'sold'] as const;
const COLORS = { available: '--free', held: '--held', sold: '--sold' } as const;

/** `A` of `A-12`: the row, or the area. */
const rowOf = ({ unit }: Unit): string => unit.slice(0, Math.max(0, unit.lastIndexOf('-')));

/** Where each unit is, by its index. */
interface Layout {
  readonly cells: readonly { readonly x: number; readonly y: number }[];
  /** Pixels of a cell, with the gap to the next. */
  readonly cell: { readonly width: number; readonly height: number };
  readonly height: number;
}

function rowsOf(units: readonly Unit[]): readonly number[] {
  const lengths: number[] = [];
  let before: string | undefined;
  for (const unit of units) {
    const row = rowOf(unit);
    if (row === before && lengths.length > 0) lengths[lengths.length - 1] = (lengths.at(-1) ?? 0) + 1;
    else lengths.push(1);
    before = row;
  }
  return lengths;
}

/** Rows below each other, centred, in the largest cells in which they fit; a row that is longer than the map is wide goes on in the next line. */
function layoutOf(units: readonly Unit[], width: number): Layout {
  const rows = rowsOf(units);
  const longest = Math.min(Math.max(...rows), LONGEST_ROW);
  const columnsAt = (size: number): number => Math.max(1, Math.min(longest, Math.floor(width / size)));
  const linesAt = (size: number): number => rows.reduce((lines, length) => lines + Math.ceil(length / columnsAt(size)), 0);
  let height = LARGEST_CELL;
  while (height > SMALLEST_CELL && (Math.floor(width / height) < longest || linesAt(height) * height > TALLEST_MAP)) height -= 1;
  const columns = columnsAt(height);
  const cell = { height, width: Math.min(height * WIDEST, Math.max(height, Math.floor(width / columns))) };
  const left = Math.floor((width - columns * cell.width) / 2);
  let line = 0;
  const cells = rows.flatMap((length) => {
    const shift = Math.floor((columns - Math.min(columns, length)) / 2);
    const first = line;
    line += Math.ceil(length / columns);
    return Array.from({ length }, (_, place) => ({
      x: left + (shift + (place % columns)) * cell.width,
      y: (first + Math.floor(place / columns)) * cell.height,
    }));
  });
  return { cells, cell, height: line * cell.height };
}

/** The seat of the next line that is the nearest, or this one where there is none. */
function acrossLines({ cells }: Layout, from: number, step: 1 | -1): number {
  const at = cells[from];
  let to = from;
  while (cells[to]?.y === at?.y) to += step;
  const line = cells[to]?.y;
  if (at === undefined || line === undefined) return from;
  let nearest = to;
  const distance = (index: number): number => Math.abs((cells[index]?.x ?? 0) - at.x);
  for (; cells[to]?.y === line; to += step) if (distance(to) < distance(nearest)) nearest = to;
  return nearest;
}

/** Where each arrow key leads from a seat. */
const STEPS: Readonly<Record<string, (layout: Layout, from: number) => number>> = {
  ArrowLeft: (_, from) => Math.max(0, from - 1),
  ArrowRight: ({ cells }, from) => Math.min(cells.length - 1, from + 1),
  ArrowUp: (layout, from) => acrossLines(layout, from, -1),
  ArrowDown: (layout, from) => acrossLines(layout, from, 1),
};

function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, set] = useState(0);
  useEffect(() => {
    if (place.current === null) return undefined;
    const watch = new ResizeObserver(([entry]) => set(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  return { place, width };
}

/** Follows the system's change between light and dark. */
function useScheme(): boolean {
  const query = useMemo(() => matchMedia('(prefers-color-scheme: dark)'), []);
  const [isDark, set] = useState(query.matches);
  useEffect(() => {
    const read = (): void => set(query.matches);
    query.addEventListener('change', read);
    return () => query.removeEventListener('change', read);
  }, []);
  return isDark;
}

/** What a canvas shows: only seats that changed are drawn again. */
interface Drawn {
  readonly layout: Layout;
  readonly isDark: boolean;
  readonly states: readonly Unit['state'][];
}

function draw(
  canvas: HTMLCanvasElement,
  units: readonly Unit[],
  width: number,
  next: Omit<Drawn, 'states'>,
  before: Drawn | undefined,
): Drawn {
  const { cells, cell, height } = next.layout;
  const isNew = before?.layout !== next.layout || before.isDark !== next.isDark;
  const states = units.map(({ state }) => state);
  const context = canvas.getContext('2d');
  if (context === null) return { ...next, states };
  const scale = devicePixelRatio || 1;
  if (isNew) {
    canvas.width = width * scale;
    canvas.height = height * scale;
    context.scale(scale, scale);
  }
  const style = getComputedStyle(document.documentElement);
  const gap = cell.height > 8 ? 2 : 1;
  for (const state of STATES) {
    context.fillStyle = style.getPropertyValue(COLORS[state]);
    context.beginPath();
    for (const [index, { x, y }] of cells.entries())
      if (states[index] === state && (isNew || before.states[index] !== state)) context.rect(x, y, cell.width - gap, cell.height - gap);
    context.fill();
  }
  return { ...next, states };
}

const describe = ({ unit, label, category, state }: Unit): string =>
  [label ?? unit, ...(category === undefined ? [] : [category]), state === 'available' ? 'free' : state].join(', ');

/** Every unit as a cell, and the same as a table beside it. */
export function SeatMap({ units }: { readonly units: readonly Unit[] }) {
  const { place, width } = useWidth();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<Drawn | undefined>(undefined);
  const [chosen, choose] = useState<number>();
  const isDark = useScheme();
  const plan = `${units.length} ${units[0]?.unit} ${units.at(-1)?.unit}`; // states change often, the plan of a sale hardly ever
  const layout = useMemo(() => (width === 0 ? undefined : layoutOf(units, width)), [plan, width]);
  useEffect(() => {
    if (canvas.current !== null && layout !== undefined)
      drawn.current = draw(canvas.current, units, width, { layout, isDark }, drawn.current);
  }, [units, layout, isDark]);
  const at = ({ offsetX, offsetY }: MouseEvent): number | undefined => {
    if (layout === undefined) return undefined;
    const { cells, cell } = layout;
    const found = cells.findIndex(({ x, y }) => offsetX >= x && offsetX < x + cell.width && offsetY >= y && offsetY < y + cell.height);
    return found < 0 ? undefined : found;
  };
  const move = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined || layout === undefined) return;
    event.preventDefault();
    choose((before) => (before === undefined ? 0 : step(layout, before)));
  };
  const unit = chosen === undefined ? undefined : units[chosen];
  const mark = chosen === undefined ? undefined : layout?.cells[chosen];
  return (
    <section class="card" aria-labelledby="seats">
      <h2 id="seats">Seats and places</h2>
      <p class="legend">
        {STATES.map((state) => (
          <span key={state}>
            <span class={`dot ${state === 'available' ? 'free' : state}`} /> {state === 'available' ? 'free' : state}
          </span>
        ))}
        <output aria-live="polite">{unit === undefined ? 'Point at a seat, or use the arrow keys.' : describe(unit)}</output>
      </p>
      <div
        ref={place}
        class="map"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move from seat to seat
        tabIndex={0}
        aria-label={`Map of ${count(units.length)} seats. Arrow keys move; the table below has the same.`}
        onKeyDown={move}
      >
        <canvas
          ref={canvas}
          style={{ width: `${width}px`, height: `${layout?.height ?? 0}px` }}
          onMouseMove={(event) => choose(at(event))}
          onMouseLeave={() => choose(undefined)}
          onMouseDown={(event) => choose(at(event))}
        />
        {mark !== undefined && layout !== undefined && (
          <span
            class="mark"
            style={{ left: `${mark.x}px`, top: `${mark.y}px`, width: `${layout.cell.width}px`, height: `${layout.cell.height}px` }}
          />
        )}
      </div>
      <UnitTable units={units} />
    </section>
  );
}

function UnitTable({ units }: { readonly units: readonly Unit[] }) {
  const [query, setQuery] = useState('');
  const [state, setState] = useState('');
  const [page, setPage] = useState(0);
  const found = useMemo(() => {
    const text = query.toLowerCase();
    return units.filter((unit) => (state === '' || unit.state === state) && (text === '' || describe(unit).toLowerCase().includes(text)));
  }, [units, query, state]);
  const pages = Math.max(1, Math.ceil(found.length / ROWS_OF_TABLE));
  const shown = Math.min(page, pages - 1);
  return (
    <details>
      <summary>The same as a table</summary>
      <div class="controls">
        <label>
          Search <input type="search" value={query} onInput={({ currentTarget }) => setQuery(currentTarget.value)} />
        </label>
        <label>
          State{' '}
          <select value={state} onChange={({ currentTarget }) => setState(currentTarget.value)}>
            <option value="">all</option>
            <option value="available">free</option>
            <option value="held">held</option>
            <option value="sold">sold</option>
          </select>
        </label>
        <span class="quiet">{count(found.length)} found</span>
      </div>
      <Table caption="Seats and places" heads={['Seat', 'Unit', 'Category', 'State']}>
        {found.slice(shown * ROWS_OF_TABLE, (shown + 1) * ROWS_OF_TABLE).map((unit) => (
          <tr key={unit.unit}>
            <th scope="row">{unit.label ?? unit.unit}</th>
            <td>{unit.unit}</td>
            <td>{unit.category ?? ''}</td>
            <td>
              <Badge>{unit.state === 'available' ? 'free' : unit.state}</Badge>
            </td>
          </tr>
        ))}
      </Table>
      <div class="controls">
        <button type="button" disabled={shown === 0} onClick={() => setPage(shown - 1)}>
          Back
        </button>
        <span>
          {shown + 1} of {pages}
        </span>
        <button type="button" disabled={shown >= pages - 1} onClick={() => setPage(shown + 1)}>
          Next
        </button>
      </div>
    </details>
  );
}
