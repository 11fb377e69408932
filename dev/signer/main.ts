import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { messageOf } from '../processes/errors.js';
import { startSignerService } from './signer-service.js';

/** `node dist/dev/signer/main.js`: the signer as a process, configured by SIGNER_KEYS_DIR (payer.json, authority.json), SIGNER_TOKEN and PORT. */
const { SIGNER_KEYS_DIR = '.admit/keys', SIGNER_TOKEN = '', PORT = '8900' } = process.env;
try {
  const { payer, authority } = await loadMintKeys(SIGNER_KEYS_DIR, 'require');
  const service = await startSignerService({ keys: [payer, authority], token: SIGNER_TOKEN, port: Number(PORT) });
  console.log(`signs at ${service.url} for payer ${payer.address} and authority ${authority.address}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.stop());
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
