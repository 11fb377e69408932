import { PublicKey } from '@solana/web3.js';
import fc from 'fast-check';
import { decodeBase58, encodeBase58 } from './base58.js';

describe('base58', () => {
  it('writes addresses as web3.js does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => encodeBase58(bytes) === new PublicKey(bytes).toBase58()),
    );
  });

  it('reads back what it wrote, leading zeros too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(4), (bytes, zeros) => {
        bytes.fill(0, 0, zeros);
        expect(decodeBase58(encodeBase58(bytes))).toEqual(bytes);
      }),
    );
  });

  it('refuses letters outside the alphabet', () => {
    for (const text of ['0', 'O', 'I', 'l', 'é', 'abc+']) expect(decodeBase58(text)).toBeNull();
  });
});
