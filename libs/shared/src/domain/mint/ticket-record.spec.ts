import { createHash } from 'node:crypto';
import type { CategoryId, OrderId, TicketId, TypeId, UnitId, Wallet } from '../../kernel/ids.js';
import { assetSeed, memoOf, recordOf } from './ticket-record.js';

const plan = {
  ticket: 'tkt_a' as TicketId,
  order: 'ord_a' as OrderId,
  unit: 'A-1' as UnitId,
  wallet: 'wallet' as Wallet,
  asset: 'asset',
};
const record = recordOf('demo', 'gala', plan);

describe('the record of a ticket', () => {
  it('contains the ticket, and nothing else of its plan', () => {
    expect(recordOf('demo', 'gala', { ...plan, ...{ salt: 'secret', name: 'Gala' } })).toStrictEqual({
      tenant: 'demo',
      sale: 'gala',
      ...plan,
    });
  });

  it('contains the hash of its document if there is one', () => {
    expect(recordOf('demo', 'gala', { ...plan, document: 'hash' })).toEqual({ tenant: 'demo', sale: 'gala', ...plan, document: 'hash' });
  });
});

it('the record of a ticket contains its label, category and type if the sale has them', () => {
  const kind = { label: 'Reihe AA, 1', category: 'front' as CategoryId, type: 'child' as TypeId };
  expect(recordOf('demo', 'gala', { ...plan, ...kind })).toStrictEqual({ tenant: 'demo', sale: 'gala', ...plan, ...kind });
});

describe('the memo of a mint', () => {
  it('has these letters for ever: buyers compare them with the chain', () => {
    const text = '{"asset":"asset","order":"ord_a","sale":"gala","tenant":"demo","ticket":"tkt_a","unit":"A-1","wallet":"wallet"}';
    const hash = createHash('sha256').update(`${text.length}:${text},4:salt,`).digest('base64url');
    expect(memoOf(record, 'salt')).toBe(hash);
  });

  it('differs for another salt, another ticket, and a member that a later version adds', () => {
    const memos = [
      memoOf(record, 'salt'),
      memoOf(record, 'pepper'),
      memoOf({ ...record, unit: 'A-2' }, 'salt'),
      memoOf({ ...record, row: 'A' }, 'salt'),
    ];
    expect(new Set(memos).size).toBe(4);
  });
});

it('[L2] the seed of an asset has the maximum length, and differs for each tenant and ticket', () => {
  const seeds = [assetSeed('demo', 'tkt_a'), assetSeed('demo', 'tkt_b'), assetSeed('other', 'tkt_a'), assetSeed('demot', 'kt_a')];
  expect(new Set(seeds).size).toBe(4);
  for (const seed of seeds) expect(seed).toMatch(/^[a-z2-7]{32}$/);
});
