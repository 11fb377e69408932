import { Keypair, PublicKey } from '@solana/web3.js';
import { addressProblem, isWallet, keyProblem, walletProblem } from './wallet.js';

describe('wallet', () => {
  it('accepts what a key signs for and refuses what none can, as web3.js does', () => {
    const program = new PublicKey('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
    for (let round = 0; round < 50; round++) {
      const owner = Keypair.generate().publicKey;
      const [derived] = PublicKey.findProgramAddressSync([owner.toBytes()], program);
      expect(isWallet(owner.toBase58())).toBe(true);
      expect(isWallet(derived.toBase58())).toBe(false);
      expect([addressProblem(derived.toBase58()), keyProblem(derived.toBase58())]).toEqual([
        undefined,
        expect.stringContaining('no key signs'),
      ]);
    }
  });

  it.each([
    ['', 'base58 address'],
    ['0xabc', 'must be base58'],
    ['abc', 'these are 3'],
    ['1'.repeat(45), 'base58 address'],
  ])('describes the problem of %j', (text, words) => {
    expect(walletProblem(text)).toContain(words);
    expect(addressProblem(text)).toContain(words);
  });
});
