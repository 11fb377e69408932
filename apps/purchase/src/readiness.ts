import { jetstream } from '@nats-io/jetstream';
import type { HealthChecks } from '#shared/platform/process/health.js';
import type { Decider } from './deciding/decider.js';
import type { PurchaseParts } from './parts.js';

const PROBE_TIMEOUT_MS = 2_000;
/** On TIMERS, which keeps one message per subject and whose loss loses nothing. */
const PROBE_SUBJECT = 'timer.set.probe';

/** Ready means that something can be stored: a full disk answers reads and lets publishes time out, so a real one is tried. */
export function readiness({ connection, edge, tenants }: PurchaseParts, decider: Decider): HealthChecks {
  const js = jetstream(connection, { timeout: PROBE_TIMEOUT_MS });
  return {
    log: async () => {
      await js.publish(PROBE_SUBJECT, '', { timeout: PROBE_TIMEOUT_MS });
    },
    edge: async () => {
      await edge.flush();
    },
    tenants: async () => {
      if (tenants.trouble !== undefined) throw tenants.trouble;
    },
    decider: async () => {
      if (decider.broken !== undefined) throw decider.broken;
    },
  };
}
