/** Below this size a rewrite saves too little. */
const WORTH_REWRITING_BYTES = 1024 * 1024;
/** More than the slots that blockhashes and views need. */
const KEPT_SLOT_LINES = 1_024;
const NEWLINE = 0x0a;
const SLOT_LINE = Buffer.from('{"kind":"slot"');

/**
 * An idle chain writes 10 MB of slot lines a day, of which only the newest matter, because transactions carry their own slot. @returns
 * the journal without the other lines, or null when these are less than half of it
 */
export function withoutIdleSlots(journal: Buffer): Buffer | null {
  if (journal.length < WORTH_REWRITING_BYTES) return null;
  const slotLines: [start: number, end: number][] = [];
  for (let start = 0; start < journal.length; ) {
    const end = journal.indexOf(NEWLINE, start) + 1;
    if (journal.subarray(start, start + SLOT_LINE.length).equals(SLOT_LINE)) slotLines.push([start, end]);
    start = end;
  }
  const idle = slotLines.slice(0, -KEPT_SLOT_LINES);
  const idleBytes = idle.reduce((sum, [start, end]) => sum + end - start, 0);
  if (idleBytes < journal.length / 2) return null;
  const kept: Buffer[] = [];
  let from = 0;
  for (const [start, end] of idle) {
    kept.push(journal.subarray(from, start));
    from = end;
  }
  kept.push(journal.subarray(from));
  return Buffer.concat(kept);
}
