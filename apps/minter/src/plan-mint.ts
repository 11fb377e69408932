import { randomBytes } from 'node:crypto';
import type { MintCommand, MintPlan } from '#shared/domain/mint/events.js';
import { canonicalJson } from '#shared/kernel/canonical.js';
import { hashFields } from '#shared/kernel/hash.js';
import type { TenantId } from '#shared/kernel/ids.js';
import { type Chain, MAX_NAME_BYTES, MAX_SYMBOL_BYTES, MAX_URI_BYTES } from './chain.js';

/** 128 bits: nobody finds a record by trying all tickets against a memo. */
const SALT_BYTES = 16;

export interface AssetStyle {
  readonly symbol: string;
  /** The metadata's URI is this and the ticket. */
  readonly uriPrefix: string;
}

/** The record whose hash stands in the memo: what the buyer shows, with the salt, to prove which ticket an asset is. */
export const ticketRecord = (
  tenant: string,
  sale: string,
  plan: Pick<MintPlan, 'ticket' | 'order' | 'unit' | 'wallet' | 'asset'>,
): string => {
  const { ticket, order, unit, wallet, asset } = plan;
  return canonicalJson({ tenant, sale, order, ticket, unit, wallet, asset });
};

export const memoOf = (record: string, salt: string): string => hashFields(record, salt).toString('base64url'); // hexadecimal would be 21 bytes more: a revocable mint would fit no packet

/**
 * Everything that every attempt at this ticket will use. What is public on the chain (name, symbol, URI) says nothing of the seat or the
 * buyer; the rest is only in the memo's hash.
 */
export function planMint(
  command: MintCommand,
  chain: Pick<Chain, 'address' | 'delegate'>,
  genesisHash: string,
  style: AssetStyle,
): MintPlan {
  const { tenant, sale, order, ticket, unit, wallet, request, name, revocable } = command;
  const address = chain.address(tenant as TenantId, ticket);
  const salt = randomBytes(SALT_BYTES).toString('hex');
  const memo = memoOf(ticketRecord(tenant, sale, { ticket, order, unit, wallet, asset: address.asset }), salt);
  return {
    ticket,
    order,
    unit,
    wallet,
    request,
    ...address,
    genesisHash,
    name: fitting(name, MAX_NAME_BYTES),
    symbol: fitting(style.symbol, MAX_SYMBOL_BYTES),
    uri: fitting(`${style.uriPrefix}${ticket}`, MAX_URI_BYTES),
    memo,
    salt,
    ...(revocable && { delegate: chain.delegate }),
  };
}

/** As many whole characters as fit so many bytes. */
export function fitting(text: string, bytes: number): string {
  let fits = '';
  let size = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    fits += character;
  }
  return fits;
}
