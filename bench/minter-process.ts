import type { NatsServer } from '../dev/nats/server.js';
import { MeasuredProcess, spawnApp } from './measured-process.js';

/** The minter app with its default settings. */
export class MinterProcess extends MeasuredProcess {
  static start(server: NatsServer, solanaUrl: string, keysDir: string): MinterProcess {
    const settings = {
      NATS_URL: server.url,
      NATS_PASSWORD: server.credentials('minter').pass,
      SOLANA_RPC_URL: solanaUrl,
      MINT_KEYS_DIR: keysDir,
      MINT_KEYS: 'create',
      MINT_AIRDROP: 'local',
    };
    return new MinterProcess(spawnApp('minter', settings));
  }

  /** Peak resident memory. */
  peakBytes(): number {
    return this.bytes('VmHWM');
  }
}
