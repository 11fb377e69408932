import { z } from 'zod';
import { readHolding, readMint, type TokenMint, tokenAmount } from '../../bank/token-layout.js';
import type { Node } from '../../node.js';
import { invalidParams } from '../rpc-error.js';
import { answerAccount } from './accounts.js';
import { accountConfig, address, inContext, type Method, method, viewConfig, viewOf } from './params.js';

const LARGEST_SHOWN = 20;

function mintAt(node: Node, mint: string, slot: number): TokenMint {
  const found = readMint(node.accountAt(mint, slot));
  if (found === null) throw invalidParams('Invalid param: not a Token mint');
  return found;
}

const oneAddress = z.tuple([address, viewConfig.nullish()]);
const holdingFilter = z.union([z.object({ mint: address }), z.object({ programId: address })]);

export const tokenMethods: Readonly<Record<string, Method>> = {
  getTokenSupply: method(oneAddress, (node, [mint, config]) => {
    const { slot } = viewOf(node, config);
    const { supply, decimals } = mintAt(node, mint, slot);
    return inContext(slot, tokenAmount(supply, decimals));
  }),
  getTokenAccountBalance: method(oneAddress, (node, [key, config]) => {
    const { slot } = viewOf(node, config);
    const image = node.accountAt(key, slot);
    if (image === null) throw invalidParams('Invalid param: could not find account');
    const holding = readHolding(image);
    if (holding === null) throw invalidParams('Invalid param: not a Token account');
    return inContext(slot, tokenAmount(holding.amount, mintAt(node, holding.mint, slot).decimals));
  }),
  getTokenLargestAccounts: method(oneAddress, (node, [mint, config]) => {
    const { slot } = viewOf(node, config);
    const { decimals } = mintAt(node, mint, slot);
    const holdings = [...node.holdersOfMint(mint)].flatMap((key) => {
      const holding = readHolding(node.accountAt(key, slot));
      return holding?.mint === mint ? [{ key, amount: holding.amount }] : [];
    });
    holdings.sort((a, b) => (a.amount === b.amount ? 0 : a.amount < b.amount ? 1 : -1));
    return inContext(
      slot,
      holdings.slice(0, LARGEST_SHOWN).map(({ key, amount }) => ({ address: key, ...tokenAmount(amount, decimals) })),
    );
  }),
  getTokenAccountsByOwner: method(z.tuple([address, holdingFilter, accountConfig.nullish()]), (node, [owner, filter, config]) => {
    const { slot } = viewOf(node, config);
    const found = [...node.holdingsOfOwner(owner)].flatMap((pubkey) => {
      const image = node.accountAt(pubkey, slot);
      const holding = readHolding(image);
      const wanted = 'mint' in filter ? holding?.mint === filter.mint : image?.owner === filter.programId;
      return holding?.owner === owner && wanted ? [{ pubkey, account: answerAccount(image, config) }] : [];
    });
    return inContext(slot, found);
  }),
};
