/** A terminal is redrawn at this interval; a file gets one line at this interval. */
const DRAW_MS = 100;
const LINE_MS = 2_000;
const BAR_CELLS = 24;
const MS_PER_SECOND = 1_000;

/** A progress bar with rate and remaining time on standard error: standard output holds only the result. */
export function progressOf(what: string, unit: string, stream: NodeJS.WriteStream = process.stderr): (done: number, of: number) => void {
  const startedAt = performance.now();
  const every = stream.isTTY ? DRAW_MS : LINE_MS;
  let drawnAt = startedAt;
  return (done, of) => {
    const now = performance.now();
    const ends = stream.isTTY && done >= of; // the result begins on a line of its own
    if (now - drawnAt < every && !ends) return;
    drawnAt = now;
    const rate = (done * MS_PER_SECOND) / (now - startedAt);
    const left = rate === 0 ? '?' : `${Math.ceil((of - done) / rate)}`;
    const share = of === 0 ? 1 : done / of;
    const bar = '█'.repeat(Math.round(share * BAR_CELLS)).padEnd(BAR_CELLS, '░');
    const line = `${what} ${bar} ${Math.floor(share * 100)} %  ${number(done)}/${number(of)} ${unit}  ${number(rate)} ${unit}/s  ${left} s left`;
    stream.write(stream.isTTY ? `\r${line}\u001b[K${ends ? '\n' : ''}` : `${line}\n`);
  };
}

export const number = (value: number): string => Math.round(value).toLocaleString('en-US');
