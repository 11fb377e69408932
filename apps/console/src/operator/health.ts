import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { appsIn, healthOf } from '#shared/platform/process/app-health.js';
import { CONSUMERS } from '#shared/platform/topology/consumers.js';
import { STREAMS } from '#shared/platform/topology/streams.js';
import { found } from '../problems.js';
import type { Action } from './action.js';

const ASK_MS = 3_000;

const streamOf = (jsm: JetStreamManager) => async (name: string) => {
  const { state, config } = await jsm.streams.info(name);
  return {
    stream: name,
    messages: state.messages,
    bytes: state.bytes,
    lastSequence: state.last_seq,
    lastAt: state.messages === 0 ? undefined : state.last_ts,
    replicas: config.num_replicas,
  };
};

const consumerOf = (jsm: JetStreamManager) => async (stream: string, consumer: string) => {
  const info = await jsm.consumers.info(stream, consumer);
  return {
    stream,
    consumer,
    pending: info.num_pending,
    unacknowledged: info.num_ack_pending,
    redelivered: info.num_redelivered,
    acknowledged: info.ack_floor.stream_seq,
    lastAt: info.delivered.last_active,
  };
};

/** Apps, streams and consumers as they are now. The replay's consumer is at rest between replays, so its lag means nothing. */
export const HEALTH_ACTIONS: readonly Action[] = [
  {
    method: 'GET',
    path: '/operator/health',
    run: async ({ connection, environment }) => {
      const jsm = await jetstreamManager(connection, { timeout: ASK_MS, checkAPI: false });
      const watched = CONSUMERS.filter(({ config }) => config.durable_name !== 'replay');
      const [apps, streams, consumers] = await Promise.all([
        Promise.all(appsIn(environment.CONSOLE_HEALTH_URLS).map(healthOf)),
        Promise.all(STREAMS.map(({ name }) => streamOf(jsm)(name))),
        Promise.all(watched.map(({ stream, config }) => consumerOf(jsm)(stream, config.durable_name))),
      ]);
      return found({ apps, streams, consumers });
    },
  },
];
