import { randomBytes } from 'node:crypto';
import type { MintCommand, MintPlan } from '#shared/domain/mint/events.js';
import { type Described, metadataDocument, metadataPath } from '#shared/domain/mint/metadata-document.js';
import { imagePath } from '#shared/domain/mint/ticket-image.js';
import { memoOf, recordOf } from '#shared/domain/mint/ticket-record.js';
import type { AssetLinks } from '#shared/domain/sale/assets/asset-terms.js';
import { kindOf } from '#shared/domain/sale/orders/order.js';
import { sha256 } from '#shared/kernel/hash.js';
import type { TenantId } from '#shared/kernel/ids.js';
import { type Chain, MAX_NAME_BYTES, MAX_SYMBOL_BYTES } from '../chains/chain.js';

/** 128 bits: a record cannot be found by trying all tickets against a memo. */
const SALT_BYTES = 16;

export interface AssetStyle {
  readonly symbol: string;
  /** The prefix of the metadata's URI; the ticket's name follows. */
  readonly uriPrefix: string;
}

/**
 * The values that every attempt at this ticket uses. Public on the chain: name, symbol, URI, and the memo's hash. The document at the URI
 * shows the seat. Buyer and order are not published anywhere.
 */
export function planMint(
  command: MintCommand,
  chain: Pick<Chain, 'address' | 'delegate'>,
  genesisHash: string,
  style: AssetStyle,
): MintPlan {
  const { tenant, sale, order, ticket, unit, wallet, request, name, revocable } = command;
  const compressed = command.asset === 'compressed' ? { revocable: command.revocable === true } : undefined;
  const address = chain.address(tenant as TenantId, ticket, compressed);
  const salt = randomBytes(SALT_BYTES).toString('hex');
  const symbol = fitting(style.symbol, MAX_SYMBOL_BYTES);
  const kind = kindOf(command);
  const described = { tenant, sale, ticket, unit, ...kind, name, symbol };
  const links = linksOf(command, style.uriPrefix, described);
  const document = sha256(metadataDocument({ ...described, links }));
  const memo = memoOf(recordOf(tenant, sale, { ticket, order, unit, ...kind, wallet, asset: address.asset, document }), salt);
  return {
    ticket,
    order,
    unit,
    ...kind,
    wallet,
    request,
    ...address,
    genesisHash,
    name: fitting(name, MAX_NAME_BYTES),
    symbol,
    uri: `${style.uriPrefix}${metadataPath(tenant, ticket)}`, // a truncated address is useless: the configuration bounds the prefix
    memo,
    salt,
    document,
    shown: { name, ...links },
    ...(revocable && { delegate: chain.delegate }),
  };
}

/** The organiser's image, or a generated picture; none if URIs are no addresses. */
function linksOf({ image, externalUrl }: MintCommand, uriPrefix: string, described: Described): AssetLinks {
  const made = /^https?:/.test(uriPrefix) ? `${uriPrefix}${imagePath(described)}` : undefined;
  const shown = image ?? made;
  return { ...(shown !== undefined && { image: shown }), ...(externalUrl !== undefined && { externalUrl }) };
}

/** As many whole characters as fit the limit in bytes. */
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
