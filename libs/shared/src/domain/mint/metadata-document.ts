import { canonicalJson, type Json } from '../../kernel/canonical.js';
import { base32, hashFields } from '../../kernel/hash.js';
import type { AssetLinks } from '../sale/assets/asset-terms.js';

/** The public data of a ticket; excludes its buyer and its order. */
export interface Described {
  readonly tenant: string;
  readonly sale: string;
  readonly ticket: string;
  readonly unit: string;
  readonly label?: string | undefined;
  readonly category?: string | undefined;
  readonly type?: string | undefined;
  /** The sale's full name; the asset itself has room for 32 bytes of it. */
  readonly name: string;
  readonly symbol: string;
  /** Links that wallets show. Absent: the document has its first form, as in its plan. */
  readonly links?: AssetLinks | undefined;
}

/** Media types of images by the extension of their address. */
const IMAGE_TYPES: Readonly<Record<string, string>> = {
  ...{
    svg: 'image/svg+xml',
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    gif: 'image/gif',
    webp: 'image/webp',
    avif: 'image/avif',
  },
};

/**
 * The document at an asset's URI, in the form that wallets read. It depends only on the log. The plan and the buyer's receipt hold its
 * hash, so its bytes must never change: another text needs a second version beside this one.
 */
export const metadataDocument = ({ tenant, sale, ticket, unit, label, category, type, name, symbol, links }: Described): string =>
  canonicalJson({
    name,
    symbol,
    description: `${name}: ticket for ${label ?? unit}`,
    attributes: [
      { trait_type: 'Organiser', value: tenant },
      { trait_type: 'Sale', value: sale },
      { trait_type: 'Unit', value: unit },
      ...traitOf('Label', label),
      ...traitOf('Category', category),
      ...traitOf('Type', type),
      { trait_type: 'Ticket', value: ticket },
    ],
    ...(links !== undefined && shownBy(links, { name, family: tenant })),
  });

/** Wallets read `collection` if the chain names none: a Token-2022 mint transaction has no room for one. */
function shownBy(
  { image, externalUrl }: AssetLinks,
  collection: { readonly name: string; readonly family: string },
): Readonly<Record<string, Json>> {
  const type = IMAGE_TYPES[/\.([a-z]+)$/i.exec(image ?? '')?.[1]?.toLowerCase() ?? ''];
  return {
    collection,
    ...(externalUrl !== undefined && { external_url: externalUrl }),
    ...(image !== undefined && { image, properties: { category: 'image', files: type === undefined ? [] : [{ uri: image, type }] } }),
  };
}

/** Omits what the sale does not have, so existing documents stay unchanged. */
const traitOf = (name: string, value: string | undefined): { readonly trait_type: string; readonly value: string }[] =>
  value === undefined ? [] : [{ trait_type: name, value }];

const MARK_LETTERS = 8;

/** The tenant's part of a URI, which has no room for its name. Two tenants may share one; the ticket id after it is unique. */
export const tenantMark = (tenant: string): string => base32(hashFields('metadata', tenant), MARK_LETTERS);

/** The path after the prefix in an asset's URI. */
export const metadataPath = (tenant: string, ticket: string): string => `${tenantMark(tenant)}/${ticket}`;
/** Its length in bytes: a URI may have 72, and the prefix gets the rest. */
export const METADATA_PATH_BYTES = MARK_LETTERS + '/tkt_'.length + 26;
