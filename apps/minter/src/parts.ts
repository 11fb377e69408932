import type { NatsConnection } from '@nats-io/transport-node';
import { type EventStore, mintSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { isFault } from '#shared/kernel/fault.js';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { accessOf, connectNats } from '#shared/platform/messaging/nats.js';
import { RecentCommits } from '#shared/platform/messaging/recent-commits.js';
import { showQueue } from '#shared/platform/metrics/log-metrics.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { MINT_ACK_WAIT_MS } from '#shared/platform/topology/consumers.js';
import { awaitTopology } from '#shared/platform/topology/inspect.js';
import type { Chain } from './chains/chain.js';
import { loadMintKeys, type MintKeys } from './chains/token-2022/mint-keys.js';
import { Token2022Chain } from './chains/token-2022/token-2022-chain.js';
import { ConfirmationTracker } from './confirmation/confirmation-tracker.js';
import { MinterMetrics, showMints } from './metrics.js';
import { armFailpoint } from './minting/failpoint.js';
import { MintAggregateHandler } from './minting/mint-aggregate-handler.js';
import { MintsIntake } from './minting/mints-intake.js';
import { TicketMinter } from './minting/ticket-minter.js';
import { FundsGate } from './payer/funds-gate.js';
import { CAPPED_MS, SpendingCaps } from './payer/spending-caps.js';

/** Attempts signed within a second share a blockhash, which lives sixty, and one look at which chain it is. */
const CHAIN_FRESH_MS = 1_000;
/** Five slots of a real chain: long enough for a leader to take the bytes before they are sent again. */
const RESEND_MS = 2_000;
/** Three signs of life within the time after which a delivery would be handed to somebody else. */
const KEEP_ALIVE_MS = MINT_ACK_WAIT_MS / 3;

const MINTS_STREAM = 'MINTS';

/** Everything the minter is made of, connected. */
export interface MinterApp {
  readonly logger: Logger;
  readonly connection: NatsConnection;
  readonly store: EventStore;
  readonly chain: Token2022Chain;
  readonly desk: MintAggregateHandler;
  readonly outstanding: ConfirmationTracker;
  readonly gate: FundsGate;
  readonly caps: SpendingCaps;
  readonly spending: RecentCommits;
  readonly intake: MintsIntake;
  readonly page: MetricsPage;
}

/** Connects, and refuses to go on where streams or keys are not what they must be. @throws Fault */
export async function connectMinter(environment: Environment, logger: Logger): Promise<MinterApp> {
  const keys = await loadMintKeys(environment.MINT_KEYS_DIR, environment.MINT_KEYS);
  const connection = await connectNats(accessOf(environment, 'minter'), 'minter', logger);
  try {
    return await assemble(connection, keys, environment, logger);
  } catch (thrown) {
    await connection.close();
    throw thrown;
  }
}

async function assemble(connection: NatsConnection, keys: MintKeys, environment: Environment, logger: Logger): Promise<MinterApp> {
  const passBy = armFailpoint(environment);
  const epoch = await awaitTopology(connection, logger);
  const store = await JetStreamEventStore.on(connection);
  const page = new MetricsPage(environment.METRICS_TOKEN);
  const metrics = new MinterMetrics(page.registry);
  const chain = new Token2022Chain(keys, {
    url: environment.SOLANA_RPC_URL,
    ...(environment.SOLANA_GENESIS_HASH !== '' && { genesisHash: environment.SOLANA_GENESIS_HASH }),
    alarm: (fault) => logger.error({ err: fault }, 'an RPC provider serves another chain: it is not used'),
    timeoutMs: environment.MINT_RPC_TIMEOUT_MS,
    priorityMicroLamports: environment.MINT_PRIORITY_MICROLAMPORTS,
    freshMs: CHAIN_FRESH_MS,
    airdrop: environment.MINT_AIRDROP === 'local',
    onCall: metrics.called,
  });
  logger.info(
    { epoch, payer: keys.payer.address, authority: keys.authority.address, base: keys.base.address },
    'streams are as wanted, keys are private',
  );
  await refuseOtherChain(chain, logger);
  const desk = new MintAggregateHandler(store, Date.now, metrics.decided, metrics.lostRace);
  const outstanding = new ConfirmationTracker({ chain, logger, passBy, pollMs: environment.MINT_POLL_MS, resendMs: RESEND_MS });
  const gate = new FundsGate(chain, logger, () => outstanding.count);
  const caps = new SpendingCaps({ perMinute: environment.MINT_CAP_PER_MINUTE, perTenantMinute: environment.MINT_CAP_TENANT_PER_MINUTE });
  const spending = await followSpending(connection, caps, logger);
  const style = { symbol: environment.MINT_SYMBOL, uriPrefix: environment.MINT_URI_PREFIX };
  const minter = new TicketMinter({ desk, chain, outstanding, gate, caps, style, passBy, logger });
  const mayBegin = (tenant: string): boolean => caps.allows(tenant);
  const options = { maxOutstanding: environment.MINT_MAX_OUTSTANDING, keepAliveMs: KEEP_ALIVE_MS, mayBegin, onWait: metrics.waits };
  const intake = new MintsIntake(minter, new DeadLetters(connection), logger, options);
  showMints(page, { intake, outstanding, gate, chain });
  await showQueue(page, connection, { stream: MINTS_STREAM, consumer: 'minter', handedOut: () => intake.count });
  return { logger, connection, store, chain, desk, outstanding, gate, caps, spending, intake, page };
}

/** What was signed within the last minute, by whomever, is counted before anything is signed here. */
function followSpending(connection: NatsConnection, caps: SpendingCaps, logger: Logger): Promise<RecentCommits> {
  return RecentCommits.follow(connection, {
    filter: mintSubject('*', '*'),
    sinceMs: CAPPED_MS,
    onCommit: (commit) => caps.note(commit),
    onTrouble: (err) => logger.warn({ err }, 'attempts of other minters cannot be read; retried'),
  });
}

/** A chain that is not there yet is waited for at work; one that is another than configured is refused at the start. */
async function refuseOtherChain(chain: Chain, logger: Logger): Promise<void> {
  try {
    await chain.genesisHash();
  } catch (thrown) {
    if (!isFault(thrown, 'chain-unreachable')) throw thrown;
    logger.warn({ err: thrown }, 'the chain does not answer yet: mints wait for it');
  }
}
