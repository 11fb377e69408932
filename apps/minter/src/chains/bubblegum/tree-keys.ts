import { createHash } from 'node:crypto';
import { Keypair, type PublicKey } from '@solana/web3.js';
import { Signer } from '../token-2022/mint-keys.js';

/**
 * Trees and collections have addresses that follow from the base key, which is never replaced. So every minter finds the same ones, nothing
 * has to record them, and two operators who create one at the same time create one.
 */
export class TreeKeys {
  private readonly addresses = new Map<string, PublicKey>();

  constructor(private readonly base: Signer) {}

  /** Trees are numbered from 0. */
  tree(number: number): PublicKey {
    return this.address(`tree ${number}`);
  }

  /** `delegate`: the key that may burn its tickets. Undefined: the collection of transferable tickets. */
  collection(delegate: string | undefined): PublicKey {
    return this.address(collectionName(delegate));
  }

  /** Signs once, when the tree is created. */
  treeSigner(number: number): Signer {
    return new Signer(this.derive(`tree ${number}`).secretKey);
  }

  collectionSigner(delegate: string | undefined): Signer {
    return new Signer(this.derive(collectionName(delegate)).secretKey);
  }

  private address(name: string): PublicKey {
    const known = this.addresses.get(name) ?? this.derive(name).publicKey;
    this.addresses.set(name, known);
    return known;
  }

  /** Ed25519 signs a message always the same way, and only the key's owner can. */
  private derive(name: string): Keypair {
    return Keypair.fromSeed(
      createHash('sha256')
        .update(this.base.sign(Buffer.from(`admit-one ${name}`)))
        .digest(),
    );
  }
}

const collectionName = (delegate: string | undefined): string => (delegate === undefined ? 'collection' : `collection ${delegate}`);
