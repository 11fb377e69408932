import type { NatsServer } from '../../dev/nats/server.js';
import { MeasuredProcess, spawnApp } from './measured-process.js';

/** Starts the minter app with its default settings. */
export function startMinter(
  server: NatsServer,
  solanaUrl: string,
  keysDir: string,
  more: Readonly<Record<string, string>> = {},
): MeasuredProcess {
  const settings = {
    NATS_URL: server.url,
    NATS_PASSWORD: server.credentials('minter').pass,
    SOLANA_RPC_URL: solanaUrl,
    MINT_KEYS_DIR: keysDir,
    MINT_KEYS: 'create',
    MINT_AIRDROP: 'local',
    ...more,
  };
  return new MeasuredProcess(spawnApp('minter', settings));
}
