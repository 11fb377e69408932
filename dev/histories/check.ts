import { decodeCommit } from '#shared/event-store/commit.js';
import { SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';
import type { History } from './history.js';
import type { HistoryLedger } from './ledger.js';
import { listedBy, unlisted } from './listed.js';
import { HistoryLog } from './log.js';
import { differences } from './model.js';
import { play } from './play.js';
import type { Selling } from './selling.js';

/** The failures of one history: its index in the batch, and the findings as sentences. */
export interface Finding {
  readonly history: number;
  readonly found: string;
}

/** The results of a batch, whatever was found. */
export interface Batch {
  readonly findings: readonly Finding[];
  readonly commits: number;
  /** The number of events written, by type. */
  readonly events: ReadonlyMap<string, number>;
}

/** Runs histories through decide, log, ledger and replay: all in one log and one ledger, each with its own tenants. */
export async function checkHistories(ledger: HistoryLedger, batch: readonly History[]): Promise<Batch> {
  const log = new HistoryLog();
  const played = await Promise.all(batch.map((one, history) => playOne(one, log, history)));
  const read = readFrom(log);
  const listed = await listedBy(log);
  const findings = played.flatMap(({ history, found, sellings }) => [
    ...found,
    ...sellings.flatMap(({ fold }) => {
      const same = stateOf(fold) === stateOf(read.folds.get(fold.subject));
      return same ? [] : [{ history, found: `${fold.subject}: decided on another state than the log tells` }];
    }),
    ...sellings.flatMap((selling) => unlisted(selling, listed).map((found) => ({ history, found }))),
  ]);
  return { findings: [...findings, ...(await inLedger(ledger, log, played))], commits: log.messages.length, events: read.events };
}

interface Played {
  readonly history: number;
  readonly sellings: readonly Selling[];
  readonly found: readonly Finding[];
}

async function playOne(one: History, log: HistoryLog, history: number): Promise<Played> {
  try {
    return { history, sellings: await play(one, log, `h${history}`), found: [] };
  } catch (thrown) {
    const found = `a command could not be decided: ${thrown instanceof Error ? thrown.stack : String(thrown)}`;
    return { history, sellings: [], found: [{ history, found }] };
  }
}

/** Errors in the ledger or in its replay. */
async function inLedger(ledger: HistoryLedger, log: HistoryLog, played: readonly Played[]): Promise<readonly Finding[]> {
  const halts = await ledger.project(log);
  const halted = new Set(halts.map(({ tenant }) => tenant));
  const { result, difference } = await ledger.replay(log);
  const replayed =
    result === 'equal'
      ? []
      : [{ history: historyOf(difference?.row.tenant ?? ''), found: `the replay is ${result}: ${JSON.stringify(difference)}` }];
  const rows = await ledger.read();
  const differing = played.flatMap(({ history, sellings }) =>
    sellings
      .filter(({ tenant }) => !halted.has(tenant))
      .flatMap((selling) => differences(selling, rows).map((found) => ({ history, found: `${selling.sale}: ${found}` }))),
  );
  return [
    ...halts.map(({ tenant, reason }) => ({ history: historyOf(tenant), found: `the ledger halted: ${reason}` })),
    ...replayed,
    ...differing,
  ];
}

/** From the log alone: each sale's state, and the number of events by type. */
function readFrom(log: HistoryLog): { readonly folds: ReadonlyMap<string, SaleAggregate>; readonly events: ReadonlyMap<string, number> } {
  const aggregates = new Map<string, SaleAggregate>();
  const events = new Map<string, number>();
  for (const { subject, sequence, body } of log.messages) {
    const commit = decodeCommit(subject, sequence, body);
    for (const { type } of commit.events) events.set(type, (events.get(type) ?? 0) + 1);
    if (!subject.includes('.sale.')) continue;
    const fold = aggregates.get(subject) ?? new SaleAggregate(subject);
    aggregates.set(subject, fold);
    fold.apply(commit);
  }
  return { folds: aggregates, events };
}

/**
 * The state as a snapshot would store it, without the clock, which commands without effect move too; empty for a sale that was not opened.
 */
const stateOf = (fold: SaleAggregate | undefined): string => JSON.stringify(fold?.snapshot().map((part) => ({ ...part, clock: 0 })) ?? []);

const historyOf = (tenant: string): number => Number(/^h(\d+)-/.exec(tenant)?.[1] ?? -1);
