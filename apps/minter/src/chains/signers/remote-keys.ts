import { Fault } from '#shared/kernel/fault.js';
import { walletProblem } from '#shared/kernel/wallet.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { RemoteKeys } from '../token-2022/mint-keys.js';
import { RemoteSigner } from './remote-signer.js';

/** Timeout of one signature; after it the request is repeated. Three timeouts fit the minute for which a blockhash is valid. */
const SIGNER_TIMEOUT_MS = 10_000;

/** Payer and authority from MINT_SIGNER_URL; `undefined` if it is empty. @throws Fault `configuration` */
export function remoteKeys(
  environment: Pick<Environment, `MINT_SIGNER_${'URL' | 'TOKEN' | 'PAYER' | 'AUTHORITY'}`>,
): RemoteKeys | undefined {
  const { MINT_SIGNER_URL: url, MINT_SIGNER_TOKEN: token, MINT_SIGNER_PAYER, MINT_SIGNER_AUTHORITY } = environment;
  if (url === '') return undefined;
  const addresses = { MINT_SIGNER_PAYER, MINT_SIGNER_AUTHORITY };
  const problems = Object.entries(addresses).flatMap(([name, address]) => {
    const problem = walletProblem(address);
    return problem === undefined ? [] : [`${name} ${problem}`];
  });
  if (problems.length > 0) throw new Fault('configuration', { problems });
  const by = { url, token, timeoutMs: SIGNER_TIMEOUT_MS };
  return { payer: new RemoteSigner(MINT_SIGNER_PAYER, by), authority: new RemoteSigner(MINT_SIGNER_AUTHORITY, by) };
}
