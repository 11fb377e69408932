import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Gauge } from 'prom-client';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { ASK_TIMEOUT_MS } from '#shared/platform/metrics/log-metrics.js';
import { blank, type MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import { PROJECTOR_STATES, type Projector } from './projection/projector.js';

const MS_PER_SECOND = 1_000;

/** The ledger's lag behind the log and the projector's state, read at each scrape. */
export async function showProjection(
  page: MetricsPage,
  connection: NatsConnection,
  projector: Pick<Projector, 'state' | 'checkpoint' | 'halted' | 'suspendedEvents'>,
): Promise<void> {
  const jsm = await jetstreamManager(connection, { timeout: ASK_TIMEOUT_MS, checkAPI: false });
  const registers = [page.registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const states = new Gauge({
    name: 'admit_ledger_state',
    help: '1 at the current state of the projector',
    labelNames: ['state'] as const,
    registers,
  });
  const checkpoint = gauge('admit_ledger_checkpoint', 'The newest commit that is in the ledger');
  const lagCommits = gauge('admit_ledger_lag_commits', 'Commits in the log that are not in the ledger');
  const lagSeconds = gauge('admit_ledger_lag_seconds', 'Age of the first of them');
  const halted = gauge('admit_ledger_halted_tenants', 'Tenants whose ledger is halted at a commit that cannot be applied');
  const suspended = gauge('admit_ledger_suspended_events', 'Events that operators have put into suspense, since they cannot be applied');
  const degraded = gauge('admit_ledger_degraded', '1 while a tenant is halted or an event is in suspense, else 0');
  page.gathers({
    part: 'projector',
    gauges: [states, halted, suspended, degraded],
    gather: async () => {
      halted.set(projector.halted.size);
      suspended.set(projector.suspendedEvents);
      degraded.set(projector.halted.size + projector.suspendedEvents > 0 ? 1 : 0);
      for (const state of PROJECTOR_STATES) states.set({ state }, projector.state === state ? 1 : 0);
    },
  });
  const lag = [checkpoint, lagCommits, lagSeconds];
  page.gathers({
    part: 'ledger lag',
    gauges: lag,
    gather: async () => {
      const { last_seq } = (await jsm.streams.info(EVENTS_STREAM)).state;
      if (!knowsItsPlace(projector)) return blank(lag);
      checkpoint.set(projector.checkpoint);
      lagCommits.set(Math.max(0, last_seq - projector.checkpoint));
      lagSeconds.set(projector.checkpoint >= last_seq ? 0 : await ageSeconds(jsm, projector.checkpoint + 1));
    },
  });
}

/** A standby has no position of its own: the active projector reports the lag. */
const knowsItsPlace = ({ state, checkpoint }: Pick<Projector, 'state' | 'checkpoint'>): boolean =>
  state === 'projecting' || (state === 'waiting' && checkpoint > 0);

async function ageSeconds(jsm: JetStreamManager, sequence: number): Promise<number> {
  const message = await jsm.streams.getMessage(EVENTS_STREAM, { seq: sequence });
  return message === null ? 0 : Math.max(0, (Date.now() - message.time.getTime()) / MS_PER_SECOND);
}
