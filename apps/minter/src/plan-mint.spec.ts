import type { MintCommand } from '#shared/domain/mint/events.js';
import { sha256 } from '#shared/kernel/hash.js';
import { MAX_NAME_BYTES, MAX_URI_BYTES } from './chain.js';
import { MemoryChain } from './chains/memory.js';
import { fitting, memoOf, planMint, ticketRecord } from './plan-mint.js';

const command = {
  tenant: 'demo',
  sale: 'gala',
  order: 'ord_a',
  ticket: 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa',
  unit: 'A-1',
  wallet: 'wallet',
  request: 1,
  name: 'Die große Gala im März – Abendvorstellung',
} as MintCommand;
const style = { symbol: 'ADMIT', uriPrefix: `https://tickets.example/${'x'.repeat(18)}` };
const plan = () => planMint(command, new MemoryChain(), 'genesis', style);

describe('the plan of a mint', () => {
  it('shows what a buyer can prove: the memo is the hash of the record and the salt', () => {
    const { memo, salt, ...rest } = plan();
    expect(memo).toBe(memoOf(ticketRecord('demo', 'gala', rest), salt));
    expect(memo).toMatch(/^[\w-]{43}$/);
    expect(memo).not.toBe(sha256(ticketRecord('demo', 'gala', rest)));
    expect(memoOf('a', 'bc')).not.toBe(memoOf('ab', 'c'));
  });

  it('has another salt every time: equal tickets do not show', () => {
    expect(plan().salt).not.toBe(plan().salt);
    expect(plan().asset).toBe(plan().asset);
  });

  it('tells the public nothing of seat, order or buyer', () => {
    const { name, symbol, uri } = plan();
    for (const told of [name, symbol, uri]) for (const secret of ['A-1', 'ord_a', 'wallet']) expect(told).not.toContain(secret);
  });

  it('fits the bytes an asset has, in whole characters', () => {
    const { name, uri } = plan();
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_NAME_BYTES);
    expect(command.name.startsWith(name)).toBe(true);
    expect(Buffer.byteLength(uri)).toBe(MAX_URI_BYTES);
    expect(uri.endsWith(command.ticket)).toBe(true);
    expect(fitting('ab🎟️', 5)).toBe('ab');
    expect(fitting('ab🎟', 6)).toBe('ab🎟');
    expect(fitting('', 5)).toBe('');
  });
});
