import { mintChaos } from '../../dev/chaos/mint-chaos.js';

it('[minting NM8] [blockchain NFT-6] mints every ticket once through every fault at once, and leaves none behind', async () => {
  const { seed, assets, duplicates, stuck, attempts, faults } = await mintChaos(200, 7);
  expect({ seed, assets, duplicates, stuck }).toEqual({ seed: 7, assets: 200, duplicates: 0, stuck: 0 });
  expect(attempts).toBeGreaterThanOrEqual(200);
  for (const kind of ['drop', 'land-failed', 'error-then-land', 'html']) expect(faults[kind]).toBeGreaterThan(0);
});
