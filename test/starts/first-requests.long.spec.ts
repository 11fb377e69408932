import { join } from 'node:path';
import { type NatsConnection, TimeoutError } from '@nats-io/transport-node';
import type { INestApplicationContext } from '@nestjs/common';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { startConsole } from '../../apps/console/src/start.js';
import { startLedger } from '../../apps/ledger/src/start.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { startPurchase } from '../../apps/purchase/src/start.js';
import { startWebhooks } from '../../apps/webhooks/src/start.js';
import { ledgerSettings } from '../stages/ledger-app.js';
import { LedgerStage } from '../stages/ledger-stage.js';

const STARTED_MS = 120_000;
/** `$JS.API.CONSUMER.INFO.EVENTS` */
const TOKENS_OF_KIND = 5;
const SILENT = createLogger('starts', 'silent');
const NO_CHAIN = 'http://127.0.0.1:9';
const stage = LedgerStage.forTests('first-requests');

const login = (user: string) => ({ NATS_URL: stage.nats.url, NATS_PASSWORD: stage.nats.credentials(user).pass });

const APPS: Readonly<Record<string, () => Promise<INestApplicationContext>>> = {
  purchase: () => startPurchase(readEnvironment({ ...login('purchase'), NATS_EDGE_PASSWORD: stage.nats.credentials('edge').pass }), SILENT),
  ledger: async () => (await startLedger(readEnvironment(ledgerSettings(stage.nats, stage.postgres)), SILENT)).app,
  webhooks: () => startWebhooks(readEnvironment(login('webhooks')), SILENT),
  console: () =>
    startConsole(readEnvironment({ ...login('operator'), CONSOLE_PURCHASE_URL: NO_CHAIN, CONSOLE_LEDGER_URL: NO_CHAIN }), SILENT),
  minter: () => {
    const keys = { MINT_KEYS_DIR: join(stage.folder('first-requests-keys'), 'keys'), MINT_KEYS: 'create' };
    return startMinter(readEnvironment({ ...login('minter'), ...keys, SOLANA_RPC_URL: NO_CHAIN }), SILENT);
  },
};

/** As while each stream and consumer in turn elects a leader: the first request of every kind to every stream times out. */
async function losingFirstRequests(connection: NatsConnection, run: () => Promise<void>): Promise<readonly string[]> {
  const lost = new Set<string>();
  const proto = Object.getPrototypeOf(connection) as Pick<NatsConnection, 'request'>;
  const { request } = proto;
  proto.request = function (this: NatsConnection, ...given) {
    const kind = given[0].split('.').slice(0, TOKENS_OF_KIND).join('.');
    if (lost.has(kind)) return request.apply(this, given);
    lost.add(kind);
    return Promise.reject(new TimeoutError());
  };
  try {
    await run();
  } finally {
    proto.request = request;
  }
  return [...lost];
}

it.each(Object.keys(APPS))(
  '[L6] %s starts although the first request of every kind to every stream is lost',
  async (name) => {
    const lost = await losingFirstRequests(await stage.nat('provision'), async () => {
      const app = await (APPS[name] as () => Promise<INestApplicationContext>)();
      await app.close();
    });
    expect(lost.filter((subject) => subject.startsWith('$JS.API.'))).not.toEqual([]);
  },
  STARTED_MS,
);
