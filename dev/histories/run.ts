import fc from 'fast-check';
import { checkHistories, type Finding } from './check.js';
import { type History, histories } from './history.js';
import type { HistoryLedger } from './ledger.js';

/** Histories in one log: enough that Postgres is rarely queried, and few enough that a batch takes a second. */
const BATCH = 250;
/** Time limit for shrinking a failing history. */
const SHRINK_MS = 60_000;

export interface Wish {
  readonly runs: number;
  readonly seed: number;
  /** The run stops after this many failing histories. */
  readonly mostFailures: number;
}

/** A failing history, shrunk as far as possible. */
export interface Failure {
  /** A run with this seed and this number of histories reproduces it as the last one. */
  readonly seed: number;
  readonly runs: number;
  readonly found: readonly string[];
  readonly smallest: History;
  readonly foundInSmallest: readonly string[];
}

export interface Report {
  readonly histories: number;
  readonly commits: number;
  readonly events: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
}

export type Progress = (done: { readonly histories: number; readonly commits: number; readonly failures: number }) => void;

/** Runs histories, and shrinks each one that fails. */
export async function runHistories(
  ledger: HistoryLedger,
  { runs, seed, mostFailures }: Wish,
  progress: Progress = () => undefined,
): Promise<Report> {
  const failures: Failure[] = [];
  const events = new Map<string, number>();
  let commits = 0;
  let drawnSoFar = 0;
  for (let begun = 0; begun < runs && failures.length < mostFailures; begun += BATCH) {
    const count = Math.min(BATCH, runs - begun);
    const batch = await checkHistories(ledger, drawn(seed + begun, count));
    commits += batch.commits;
    for (const [type, times] of batch.events) events.set(type, (events.get(type) ?? 0) + times);
    for (const [history, found] of [...byHistory(batch.findings)].slice(0, mostFailures - failures.length))
      failures.push(await smallest(ledger, seed + begun, history, found));
    drawnSoFar += count;
    progress({ histories: drawnSoFar, commits, failures: failures.length });
  }
  return { histories: drawnSoFar, commits, events, failures };
}

/** Each batch has its own seed, so that it can be drawn without those before it. */
const drawn = (seed: number, count: number): History[] => fc.sample(histories, { seed, numRuns: count });

function byHistory(findings: readonly Finding[]): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const finding of findings) found.set(finding.history, [...(found.get(finding.history) ?? []), finding.found]);
  return found;
}

/** Shrinks it alone on an empty ledger. If it passes alone, it depends on its batch, and is returned as drawn. */
async function smallest(ledger: HistoryLedger, seed: number, place: number, found: readonly string[]): Promise<Failure> {
  const alone = async (history: History): Promise<readonly string[]> =>
    (await checkHistories(ledger, [history])).findings.map((finding) => finding.found);
  const until = performance.now() + SHRINK_MS;
  const property = fc.asyncProperty(histories, async (history) => performance.now() > until || (await alone(history)).length === 0);
  const { counterexample } = await fc.check(property, { seed, path: `${place}`, numRuns: 1 });
  const [history = drawn(seed, place + 1).at(-1) as History] = counterexample ?? [];
  return { seed, runs: place + 1, found, smallest: history, foundInSmallest: await alone(history) };
}
