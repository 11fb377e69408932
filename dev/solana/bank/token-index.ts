import type { AccountImage } from './account-image.js';
import { readHolding } from './token-layout.js';

/**
 * Addresses that ever held tokens of a mint or belonged to an owner. These are candidates: the caller reads the account itself, in the
 * requested view.
 */
export class TokenIndex {
  private readonly byMint = new Map<string, Set<string>>();
  private readonly byOwner = new Map<string, Set<string>>();

  note(address: string, image: AccountImage | null): void {
    const holding = readHolding(image);
    if (holding === null) return;
    addTo(this.byMint, holding.mint, address);
    addTo(this.byOwner, holding.owner, address);
  }

  ofMint(mint: string): Iterable<string> {
    return this.byMint.get(mint) ?? [];
  }

  ofOwner(owner: string): Iterable<string> {
    return this.byOwner.get(owner) ?? [];
  }
}

function addTo(index: Map<string, Set<string>>, key: string, address: string): void {
  const found = index.get(key);
  if (found === undefined) index.set(key, new Set([address]));
  else found.add(address);
}
