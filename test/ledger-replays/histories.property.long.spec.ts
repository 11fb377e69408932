import { join } from 'node:path';
import { HistoryLedger } from '../../dev/histories/ledger.js';
import { runHistories } from '../../dev/histories/run.js';
import { newPostgres } from '../stages/postgres.js';
import { Stage } from '../stages/stage.js';

/** The same histories every time; `npm run test:histories` runs others. */
const SEED = 20_279;
const RUNS = 1_000;
const LONG_MS = 300_000;
/** Those that need a chain of rare steps. */
const RARE = [
  'DisputeOpened',
  'DisputeWon',
  'DisputeLost',
  'PaymentReportSetAside',
  'RevocationsRequested',
  'MintCompleted',
  'MintCancelled',
];

const stage = Stage.forTests();

it(
  '[L7] [L9] [L11] in any history of callers, payment providers, minters and time, no ledger halts, its replay is equal, and it matches a model',
  async () => {
    const postgres = await stage.keep(newPostgres(join(stage.folder('histories'), 'postgres')));
    const ledger = await stage.keep(HistoryLedger.on(postgres));
    const { histories, failures, events } = await runHistories(ledger, { runs: RUNS, seed: SEED, mostFailures: 1 });
    expect(failures).toEqual([]);
    expect(histories).toBe(RUNS);
    expect(RARE.filter((type) => !events.has(type))).toEqual([]); // the histories lead there
  },
  LONG_MS,
);
