import { jetstreamManager } from '@nats-io/jetstream';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { readEnvironment } from '#shared/platform/environment.js';
import { createLogger } from '#shared/platform/logger.js';
import { connectNats } from '#shared/platform/nats.js';
import { REPLAY_CONSUMER } from './logs/replay.js';

/**
 * `node dist/apps/ledger/src/rewind.js`, as the operator's NATS user: sets the consumer that provision prepared for replays back to the
 * first commit. The replay itself may only pull it; it is not given the right to move it.
 */
const COULD_NOT = 2;
const environment = readEnvironment();
const logger = createLogger('ledger-rewind', environment.LOG_LEVEL);
try {
  const { NATS_URL, NATS_USER, NATS_PASSWORD } = environment;
  const connection = await connectNats(
    { servers: NATS_URL.split(','), user: NATS_USER || 'operator', password: NATS_PASSWORD },
    'ledger-rewind',
  );
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  await jsm.consumers.reset(EVENTS_STREAM, REPLAY_CONSUMER, 1);
  await connection.close();
} catch (thrown) {
  logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : 'the replay could not be prepared');
  process.exit(COULD_NOT);
}
