import { CLUSTERS } from './assets.js';

it('knows the public clusters by their names in CAIP-2', () => {
  const references = ['5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp', 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1', '4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z'];
  expect(Object.keys(CLUSTERS).map((hash) => hash.slice(0, 32))).toEqual(references);
});
