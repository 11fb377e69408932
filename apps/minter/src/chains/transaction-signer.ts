import type { PublicKey } from '@solana/web3.js';

/**
 * Signs for one address: a key of this process, or a service that holds the key. What it returns verifies, or it throws: a signer
 * can delay a transaction, and never change one.
 */
export interface TransactionSigner {
  readonly publicKey: PublicKey;
  readonly address: string;
  /** Ed25519 over the whole message, 64 bytes. @throws Fault `signer-unreachable` */
  sign(message: Uint8Array): Buffer | Promise<Buffer>;
}
