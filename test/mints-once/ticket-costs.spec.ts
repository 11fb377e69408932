import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COSTS_PAGE, ticketCosts, withCosts } from '../../dev/docs/ticket-costs.js';

const page = readFileSync(join(import.meta.dirname, '..', '..', COSTS_PAGE), 'utf8');

describe('the table of what tickets cost', () => {
  it('has the bytes and lamports of the transactions that the minter signs (npm run docs writes them)', async () => {
    expect(page).toBe(await withCosts(page));
  });

  it('is written anew where any of its derived figures differs, and keeps the measured compute units', async () => {
    for (const [, figure] of page.matchAll(/\| ([\d,]{3,}) \|/g)) {
      const stale = page.replace(`| ${figure} |`, '| 7 |');
      expect([figure, stale !== page, (await withCosts(stale)) === page]).toEqual([figure, true, true]);
    }
    const measured = page.replace('69,495', '60,000');
    expect([measured !== page, await withCosts(measured)]).toEqual([true, measured]);
  });

  it('says a sixth of the rent, and nine tenths of it for the marker', async () => {
    const costs = await ticketCosts();
    const [token = 0, leaf = 1] = ['Token-2022, transferable', 'compressed, transferable'].map((kind) => costs.get(kind)?.lamports);
    expect(Math.round(token / leaf)).toBe(6);
    expect(Math.round((10 * 897_840) / leaf)).toBe(9);
  });

  it('fails on a page without a row', async () => {
    await expect(withCosts('# Nothing')).rejects.toThrow('no row "Token-2022, transferable"');
  });
});
