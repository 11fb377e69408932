import { canonicalJson } from '../../kernel/canonical.js';
import { base32, hashFields } from '../../kernel/hash.js';

/** What the world is told of a ticket. Nothing of who bought it, nor of its order. */
export interface Described {
  readonly tenant: string;
  readonly sale: string;
  readonly ticket: string;
  readonly unit: string;
  /** Of the sale, whole: the asset itself has room for 32 bytes of it. */
  readonly name: string;
  readonly symbol: string;
}

/**
 * The document an asset's URI points to, as wallets read it. A function of what is in the log and of nothing else. Its hash is in the plan and
 * in the buyer's receipt, so its bytes may never change: whoever wants other words makes them a second form, and keeps this one.
 */
export const metadataDocument = ({ tenant, sale, ticket, unit, name, symbol }: Described): string =>
  canonicalJson({
    name,
    symbol,
    description: `${name}: ticket for ${unit}`,
    attributes: [
      { trait_type: 'Organiser', value: tenant },
      { trait_type: 'Sale', value: sale },
      { trait_type: 'Unit', value: unit },
      { trait_type: 'Ticket', value: ticket },
    ],
  });

const MARK_LETTERS = 8;

/** A tenant in a URI, which has no room for its name. Two tenants may share one: the ticket after it says which is meant. */
export const tenantMark = (tenant: string): string => base32(hashFields('metadata', tenant), MARK_LETTERS);

/** What follows the prefix in an asset's URI. */
export const metadataPath = (tenant: string, ticket: string): string => `${tenantMark(tenant)}/${ticket}`;
/** Bytes of it: of 72 that a URI may have, a prefix has the rest. */
export const METADATA_PATH_BYTES = MARK_LETTERS + '/tkt_'.length + 26;
