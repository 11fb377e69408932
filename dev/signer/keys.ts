import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { messageOf } from '../processes/errors.js';

/**
 * `node dist/dev/signer/keys.js <directory>`: creates the missing ones of the four mint keys, and prints all addresses as shell variables.
 */
try {
  const [directory] = process.argv.slice(2);
  if (directory === undefined) throw new Error('the directory of the keys is needed, such as ~/admit-devnet/keys');
  const { payer, authority, base, delegate } = await loadMintKeys(directory, 'create');
  for (const [name, { address }] of Object.entries({ payer, authority, base, delegate })) console.log(`${name.toUpperCase()}=${address}`);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
