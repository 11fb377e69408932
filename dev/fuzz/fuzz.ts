import { seededRandom } from '../solana/faults/fault-switches.js';
import { Progress } from '../stack/progress.js';
import { startStack } from '../stack/start-stack.js';
import { clientSettings, DEMO_TENANT, OTHER_TENANT } from '../stack/wiring.js';
import { Strikes } from './strikes.js';
import { TenantCaller } from './tenant-caller.js';
import { Traffic } from './traffic.js';
import { type Verdict, verdictOf } from './verdict.js';

/** Mints are final within a second or two: an hour's mints must not wait for Solana's 13 s. */
const SLOT_MS = 100;
const FINALIZED_AFTER = 8;
/** No caller is rate-limited: limits have tests of their own. */
const UNHURRIED = { HTTP_TENANT_RATE: '1000000', HTTP_TENANT_BURST: '1000000' };
const MOST_STRIKES_EVERY_MS = 60_000;
const STRIKES_A_RUN = 5;
const SHOW_EVERY_MS = 30_000;

export interface FuzzReport extends Verdict {
  readonly seed: number;
  readonly requests: number;
  readonly acknowledged: number;
  readonly repeated: number;
  readonly statuses: ReadonlyMap<number, number>;
  readonly strikes: ReadonlyMap<string, number>;
}

/** Starts a whole stack, sends random requests while parts of it are killed, and checks that all promises hold. */
export async function fuzz(dataDir: string, lastsMs: number, seed: number, say: (line: string) => void): Promise<FuzzReport> {
  const settings = { purchase: UNHURRIED };
  const stack = await startStack({
    dataDir,
    slotMs: SLOT_MS,
    finalizedAfter: FINALIZED_AFTER,
    settings,
    progress: new Progress(process.stderr),
  });
  const callers = await Promise.all(
    ([DEMO_TENANT, OTHER_TENANT] as const).map((tenant) => TenantCaller.of(clientSettings(stack.wiring, tenant))),
  );
  try {
    const traffic = new Traffic(callers, seed, seededRandom(seed), say);
    const strikes = new Strikes(stack, Math.min(MOST_STRIKES_EVERY_MS, lastsMs / STRIKES_A_RUN), seededRandom(seed + 1));
    const end = AbortSignal.timeout(lastsMs);
    const shown = setInterval(() => say(progressOf(traffic, strikes)), SHOW_EVERY_MS);
    await Promise.all([traffic.run(end), strikes.run(end)]).finally(() => clearInterval(shown));
    await traffic.repeatAll();
    say(`${progressOf(traffic, strikes)}; waiting until everything that was asked for is done`);
    const verdict = await verdictOf(stack);
    const { acknowledged, failures, count, statuses } = traffic;
    const findings = [
      ...failures,
      ...acknowledged.differing.map((found) => `another answer to the same key: ${found}`),
      ...verdict.findings,
    ];
    const counts = { acknowledged: acknowledged.count, repeated: acknowledged.repeatedCount };
    return { ...verdict, findings, seed, requests: count, ...counts, statuses, strikes: strikes.counts };
  } finally {
    await Promise.all(callers.map((caller) => caller.close()));
    await stack.stop();
  }
}

function progressOf({ count, acknowledged, failures, statuses }: Traffic, { counts }: Strikes): string {
  const table = (map: ReadonlyMap<unknown, number>): string => [...map].map(([what, times]) => `${what} ×${times}`).join(', ');
  return `${count} requests (${table(statuses)}), ${acknowledged.count} acknowledged, ${acknowledged.repeatedCount} of them repeated, ${failures.length + acknowledged.differing.length} failures; ${table(counts)}`;
}
