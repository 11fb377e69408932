import fc from 'fast-check';
import { base32, hashFields } from './hash.js';
import {
  KEY_PATTERN,
  MAX_KEY_LENGTH,
  ORDER_PATTERN,
  orderId,
  type SaleId,
  type TenantId,
  TICKET_PATTERN,
  ticketId,
  type UnitId,
} from './ids.js';

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const unit = fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/);
const key = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
const fields = fc.array(fc.string({ unit: 'binary', maxLength: 6 }), { maxLength: 5 });

describe('ids, for any names', () => {
  it('[L4] are well formed, reproducible, and different for another key, sale, tenant or unit', () => {
    fc.assert(
      fc.property(fc.tuple(id, id, key, unit), fc.tuple(id, id, key, unit), (one, other) => {
        const [order, ticket] = idsOf(one);
        expect([order, ticket]).toEqual(idsOf([...one]));
        expect([ORDER_PATTERN.test(order), TICKET_PATTERN.test(ticket)]).toEqual([true, true]);
        const [otherOrder, otherTicket] = idsOf(other);
        expect(order === otherOrder).toBe(one.slice(0, 3).join('\n') === other.slice(0, 3).join('\n'));
        expect(ticket === otherTicket).toBe(one.join('\n') === other.join('\n'));
      }),
    );
  });

  it('keep fields apart however they are cut', () => {
    fc.assert(
      fc.property(fields, fields, (left, right) => {
        const equal = left.length === right.length && left.every((field, index) => field === right[index]);
        expect(hashFields(...left).equals(hashFields(...right))).toBe(equal);
      }),
    );
    expect(hashFields('1:a,').equals(hashFields('a'))).toBe(false);
    expect(hashFields('a', '').equals(hashFields('a'))).toBe(false);
  });

  it('write base32 that keeps every bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5, maxLength: 40 }), (bytes) => {
        const letters = Math.floor((bytes.length * 8) / 5);
        const bits = [...base32(bytes, letters)].map((letter) =>
          'abcdefghijklmnopqrstuvwxyz234567'.indexOf(letter).toString(2).padStart(5, '0'),
        );
        const expected = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
        expect(bits.join('')).toBe(expected.slice(0, letters * 5));
      }),
    );
  });

  it('take as a key exactly 1 to 255 printable characters with no space at either end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 300 }), (text) => {
        const printable = [...text].every((letter) => letter >= ' ' && letter <= '~');
        expect(KEY_PATTERN.test(text)).toBe(text.length >= 1 && text.length <= MAX_KEY_LENGTH && printable && text.trim() === text);
      }),
      { numRuns: 1_000 },
    );
  });
});

function idsOf([tenant, sale, idempotencyKey, place]: readonly [string, string, string, string]): [string, string] {
  const order = orderId(tenant as TenantId, sale as SaleId, idempotencyKey);
  return [order, ticketId(tenant as TenantId, sale as SaleId, order, place as UnitId)];
}
