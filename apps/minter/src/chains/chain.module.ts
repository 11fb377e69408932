import type { NatsConnection } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import { isFault } from '#shared/kernel/fault.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { MinterMetrics } from '../metrics.js';
import { leavesInLogOf } from './bubblegum/logged-leaves.js';
import { CHAIN, type Chain } from './chain.js';
import { remoteKeys } from './signers/remote-keys.js';
import { loadMintKeys, type MintKeys } from './token-2022/mint-keys.js';
import { Token2022Chain } from './token-2022/token-2022-chain.js';

const MINT_KEYS = Symbol('keys of payer, mint authority and base');
/** Attempts signed within one second share a blockhash, which is valid for a minute, and one check of the genesis hash. */
const CHAIN_FRESH_MS = 1_000;

/** At start an unreachable chain is tolerated, and waited for later; a wrong chain is refused. */
async function refuseOtherChain(chain: Chain, logger: Logger): Promise<void> {
  try {
    await chain.genesisHash();
  } catch (thrown) {
    if (!isFault(thrown, 'chain-unreachable')) throw thrown;
    logger.warn({ err: thrown }, 'the chain does not answer yet: mints wait for it');
  }
}

async function connectChain(
  keys: MintKeys,
  environment: Environment,
  metrics: MinterMetrics,
  logger: Logger,
  connection: NatsConnection,
): Promise<Token2022Chain> {
  const chain = new Token2022Chain(keys, {
    url: environment.SOLANA_RPC_URL,
    ...(environment.SOLANA_GENESIS_HASH !== '' && { genesisHash: environment.SOLANA_GENESIS_HASH }),
    alarm: (fault) => logger.error({ err: fault }, 'an RPC provider serves another chain: it is not used'),
    timeoutMs: environment.MINT_RPC_TIMEOUT_MS,
    priority: {
      floor: environment.MINT_PRIORITY_MICROLAMPORTS,
      cap: environment.MINT_PRIORITY_CAP_MICROLAMPORTS,
      percentile: environment.MINT_PRIORITY_PERCENTILE,
    },
    freshMs: CHAIN_FRESH_MS,
    airdrop: environment.MINT_AIRDROP === 'local',
    onCall: metrics.called,
    logged: leavesInLogOf(connection),
    onLowRoom: ({ left }) =>
      logger.warn({ left }, 'the trees of compressed tickets are nearly full: create another with admit mint tree create'),
  });
  await refuseOtherChain(chain, logger);
  return chain;
}

/** The chain and its signing keys. No other module has the keys. */
@Module({
  providers: [
    {
      provide: MINT_KEYS,
      inject: [ENVIRONMENT, LOGGER],
      useFactory: async (environment: Environment, logger: Logger): Promise<MintKeys> => {
        const keys = await loadMintKeys(environment.MINT_KEYS_DIR, environment.MINT_KEYS, remoteKeys(environment));
        const { payer, authority, base } = keys;
        logger.info({ payer: payer.address, authority: authority.address, base: base.address }, 'keys are private');
        return keys;
      },
    },
    { provide: Token2022Chain, inject: [MINT_KEYS, ENVIRONMENT, MinterMetrics, LOGGER, NATS], useFactory: connectChain },
    { provide: CHAIN, useExisting: Token2022Chain },
  ],
  exports: [CHAIN, Token2022Chain],
})
export class ChainModule {}
