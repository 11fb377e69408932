import { CLUSTERS, plannedAs, shownAsset } from './assets.js';

it('shows the address that wallets show: of a compressed ticket its leaf, as soon as it is minted', () => {
  expect(shownAsset({ asset: 'mint' })).toBe('mint');
  expect(shownAsset({ asset: 'marker', leaf: { asset: 'leaf' } })).toBe('leaf');
  expect(shownAsset({})).toBeUndefined();
  expect([plannedAs({}), plannedAs({ compressed: { collection: 'c' } })]).toEqual(['Asset', 'Marker']);
});

it('knows the public clusters by their names in CAIP-2', () => {
  const references = ['5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp', 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1', '4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z'];
  expect(Object.keys(CLUSTERS).map((hash) => hash.slice(0, 32))).toEqual(references);
});
