import type { WriteStream } from 'node:tty';
import type { ReplayProgress } from './replay-ledger.js';

/** A terminal is redrawn at this interval; a file gets one line at this interval. */
const DRAW_MS = 100;
const LINE_MS = 2_000;
const BAR_CELLS = 24;
const MS_PER_SECOND = 1_000;

/** A progress bar with rate and remaining time on standard error: standard output holds only the result. */
export function progressBar(stream: WriteStream, startedAt: number): ReplayProgress {
  const every = stream.isTTY ? DRAW_MS : LINE_MS;
  let drawnAt = startedAt;
  return ({ sequence, target, events }) => {
    const now = performance.now();
    if (now - drawnAt < every && sequence < target) return;
    drawnAt = now;
    const seconds = (now - startedAt) / MS_PER_SECOND;
    const left = sequence === 0 ? 0 : (seconds * (target - sequence)) / sequence;
    const share = target === 0 ? 1 : sequence / target;
    const bar = '█'.repeat(Math.round(share * BAR_CELLS)).padEnd(BAR_CELLS, '░');
    const line = `replay ${bar} ${Math.floor(share * 100)} %  commit ${number(sequence)}/${number(target)}  ${number(events / seconds)} events/s  ${Math.ceil(left)} s left`;
    stream.write(stream.isTTY ? `\r${line}\u001b[K${sequence >= target ? '\n' : ''}` : `${line}\n`);
  };
}

export const number = (value: number): string => Math.round(value).toLocaleString('en-US');
