/** A terminal is drawn anew this often; a file gets a line this often. */
const DRAW_MS = 100;
const LINE_MS = 2_000;
const MS_PER_SECOND = 1_000;

/** Share, rate and time left on standard error: standard output is for the result alone. */
export function progressOf(what: string, unit: string, stream: NodeJS.WriteStream = process.stderr): (done: number, of: number) => void {
  const startedAt = performance.now();
  const every = stream.isTTY ? DRAW_MS : LINE_MS;
  let drawnAt = startedAt;
  return (done, of) => {
    const now = performance.now();
    if (now - drawnAt < every) return;
    drawnAt = now;
    const rate = (done * MS_PER_SECOND) / (now - startedAt);
    const left = rate === 0 ? '?' : `${Math.ceil((of - done) / rate)}`;
    const line = `${what} ${Math.floor((done / of) * 100)} %  ${number(done)}/${number(of)} ${unit}  ${number(rate)} ${unit}/s  ${left} s left`;
    stream.write(stream.isTTY ? `\r${line}\u001b[K` : `${line}\n`);
  };
}

export const number = (value: number): string => Math.round(value).toLocaleString('en-US');
