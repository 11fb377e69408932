import { CLUSTERS } from '../../apps/console/page/assets.js';
import { PUBLIC_GENESIS } from '../../apps/minter/src/chains/token-2022/payer-funds.js';

it('means the same public clusters in the minter, which requests no airdrop there, and in the links of the console', () => {
  expect(Object.keys(CLUSTERS)).toEqual([...PUBLIC_GENESIS.keys()]);
  expect([...PUBLIC_GENESIS].map(([hash, name]) => [name, CLUSTERS[hash]])).toEqual([
    ['mainnet-beta', ''],
    ['devnet', '?cluster=devnet'],
    ['testnet', '?cluster=testnet'],
  ]);
});
