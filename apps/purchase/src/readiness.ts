import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { HealthChecks } from '#shared/platform/process/health.js';
import type { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import type { CommandConsumers } from './deciding/command-consumers.js';
import type { Decider } from './deciding/decider.js';

const PROBE_TIMEOUT_MS = 2_000;
/** A subject on TIMERS, which keeps one message per subject; losing it has no effect. */
const PROBE_SUBJECT = 'timer.set.probe';

interface Watched {
  readonly connection: NatsConnection;
  readonly edge: NatsConnection;
  readonly tenants: TenantDirectory;
  readonly decider: Decider;
  readonly consumers: CommandConsumers;
}

/** Ready means that a message can be stored. A full disk answers reads and lets publishes time out, so this check publishes one. */
export function readiness({ connection, edge, tenants, decider, consumers }: Watched): HealthChecks {
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
    commands: async () => {
      consumers.assertCompared();
    },
  };
}
