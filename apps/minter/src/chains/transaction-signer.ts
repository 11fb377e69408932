import type { PublicKey } from '@solana/web3.js';

/**
 * Signs for one address, with a key of this process or through a service that holds the key. It returns a valid signature or throws: a
 * signer can delay a transaction, but never change one.
 */
export interface TransactionSigner {
  readonly publicKey: PublicKey;
  readonly address: string;
  /** Ed25519 over the whole message, 64 bytes. @throws Fault `signer-unreachable` */
  sign(message: Uint8Array): Buffer | Promise<Buffer>;
}
