import { parseArgs } from 'node:util';
import { Fault } from '#shared/kernel/fault.js';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import type { ReplayOptions } from './replay-ledger.js';

/** The arguments of the replay's process. */
export interface ReplayOrder {
  readonly options: ReplayOptions;
  readonly json: boolean;
  readonly promote: boolean;
  readonly trustLog: boolean;
}

/** @throws Fault `configuration` with every problem */
export function replayOrder(argv: readonly string[]): ReplayOrder {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { tenant: { type: 'string' }, until: { type: 'string' }, 'log-is-past': flag, json: flag, promote: flag, 'trust-log': flag },
  });
  const { tenant, until, 'log-is-past': logIsPast, json, promote, 'trust-log': trustLog } = values;
  const problems = [
    ...(tenant === undefined || TENANT_PATTERN.test(tenant) ? [] : [`--tenant ${tenant}: not the name of a tenant`]),
    ...(until === undefined || /^[1-9]\d{0,15}$/.test(until) ? [] : [`--until ${until}: not a stream sequence`]),
    ...(promote && until !== undefined ? ['--promote with --until: an older ledger cannot replace the live one'] : []),
    ...(promote && logIsPast ? ['--promote with --log-is-past: an older ledger cannot replace the live one'] : []),
    ...(trustLog && !promote ? ['--trust-log goes with --promote'] : []),
  ];
  if (problems.length > 0) throw new Fault('configuration', { problems });
  const wanted = {
    ...(tenant !== undefined && { tenant }),
    ...(until !== undefined && { until: Number(until) }),
    ...(logIsPast && { logIsPast }),
  };
  return { options: wanted, json, promote, trustLog };
}
