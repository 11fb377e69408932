import { join } from 'node:path';
import { connect, type Msg, type NatsConnection, TimeoutError } from '@nats-io/transport-node';
import type { INestApplicationContext } from '@nestjs/common';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { provision } from '#shared/platform/topology/provision.js';
import { startConsole } from '../../apps/console/src/start.js';
import { startLedger } from '../../apps/ledger/src/start.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { startPurchase } from '../../apps/purchase/src/start.js';
import { startWebhooks } from '../../apps/webhooks/src/start.js';
import { startNats } from '../../dev/nats/server.js';
import { ledgerSettings } from '../stages/ledger-app.js';
import { LedgerStage } from '../stages/ledger-stage.js';

const STARTED_MS = 120_000;
/** `$JS.API.CONSUMER.INFO.EVENTS` */
const TOKENS_OF_KIND = 5;
/** As a cluster responds whose servers do not see each other yet. */
const NO_PEERS = '{"error":{"code":400,"err_code":10005,"description":"no suitable peers for placement, peer offline"}}';
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

/** What the first request of every kind to every stream gets: an error, a response, or `undefined` if it is sent as usual. */
type First = (kind: string) => Promise<Msg> | undefined;

const isLost: First = () => Promise.reject(new TimeoutError());

/** Lets `run` make its requests on any connection, the first of each kind answered by `first`. @returns the kinds */
async function withFirstRequests(connection: NatsConnection, first: First, run: () => Promise<void>): Promise<readonly string[]> {
  const kinds = new Set<string>();
  const proto = Object.getPrototypeOf(connection) as Pick<NatsConnection, 'request'>;
  const { request } = proto;
  proto.request = function (this: NatsConnection, ...given) {
    const kind = given[0].split('.').slice(0, TOKENS_OF_KIND).join('.');
    const answer = kinds.has(kind) ? undefined : first(kind);
    kinds.add(kind);
    return answer ?? request.apply(this, given);
  };
  try {
    await run();
  } finally {
    proto.request = request;
  }
  return [...kinds];
}

it.each(Object.keys(APPS))(
  '[L6] %s starts although the first request of every kind to every stream is lost',
  async (name) => {
    const lost = await withFirstRequests(await stage.nat('provision'), isLost, async () => {
      const app = await (APPS[name] as () => Promise<INestApplicationContext>)();
      await app.close();
    });
    expect(lost.filter((subject) => subject.startsWith('$JS.API.'))).not.toEqual([]);
  },
  STARTED_MS,
);

it.each<[string, First]>([
  ['are lost', isLost],
  ['find too few servers', () => Promise.resolve({ data: new TextEncoder().encode(NO_PEERS) } as Msg)],
])(
  '[L6] every stream and consumer is created although the first requests for them %s',
  async (_, first) => {
    const server = await stage.keep(startNats({ dataDir: stage.folder('unplaced') }));
    const connection = await stage.keep(connect(server.connection('provision')));
    const creation: First = (kind) => (kind.includes('.CREATE.') ? first(kind) : undefined);
    const kinds = await withFirstRequests(connection, creation, async () => {
      await provision(connection);
    });
    expect(kinds).toEqual(expect.arrayContaining(['$JS.API.STREAM.CREATE.COMMANDS', '$JS.API.CONSUMER.CREATE.EVENTS']));
  },
  STARTED_MS,
);
