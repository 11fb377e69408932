import { base32, hashFields, sha256 } from './hash.js';
import { KEY_PATTERN, keyHash, ORDER_PATTERN, orderId, type SaleId, type TenantId, TICKET_PATTERN, ticketId, type UnitId } from './ids.js';

const tenant = 'demo' as TenantId;
const sale = 'gala' as SaleId;

describe('ids', () => {
  it('[minting QJ1] [blockchain NFT-1] are the same in every process and for ever', () => {
    const order = orderId(tenant, sale, 'key-1');
    const ticket = ticketId(tenant, sale, order, 'A-1' as UnitId);
    expect(order).toMatch(ORDER_PATTERN);
    expect(ticket).toMatch(TICKET_PATTERN);
    expect([order, ticket, keyHash('api', 'key-1')]).toEqual([
      'ord_tlzv7ij65yr4dyzcorfo26d5rs',
      'tkt_jnlwbkt4naiso7gelqh6pzqrbm',
      't2kbon3o5r2xn5t3fxk6bvqzv2',
    ]);
  });

  it('keep fields apart: ("ab", "c") is not ("a", "bc")', () => {
    expect(hashFields('ab', 'c')).not.toEqual(hashFields('a', 'bc'));
  });

  it('keep namespaces of keys apart', () => {
    expect(keyHash('api', 'k')).not.toBe(keyHash('webhook', 'k'));
  });

  it('write base32 as RFC 4648 does', () => {
    expect(base32(Buffer.from('foobar'), 9)).toBe('mzxw6ytbo');
    expect(() => base32(Buffer.from('f'), 3)).toThrow(RangeError);
    expect(sha256('')).toHaveLength(64);
  });

  it.each(['', ' a', 'a ', 'a\u0000b', 'é', 'a\n', 'x'.repeat(256)])('refuse %j as a key', (key) => {
    expect(KEY_PATTERN.test(key)).toBe(false);
  });

  it.each(['a', 'a b', 'x'.repeat(255), '.*>', '{}'])('take %j as a key', (key) => {
    expect(KEY_PATTERN.test(key)).toBe(true);
  });
});
