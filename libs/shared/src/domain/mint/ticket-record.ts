import { canonicalJson } from '../../kernel/canonical.js';
import { base32, hashFields } from '../../kernel/hash.js';
import { kindOf } from '../sale/orders/order.js';
import type { MintPlan } from './events.js';

/**
 * The record of one ticket. The memo of its mint transaction holds its salted hash; the plain record is only in the log and in the
 * receipt.
 */
export interface TicketRecord
  extends Pick<MintPlan, 'ticket' | 'order' | 'unit' | 'label' | 'category' | 'type' | 'wallet' | 'asset' | 'document'> {
  readonly tenant: string;
  readonly sale: string;
}

export const recordOf = (tenant: string, sale: string, plan: Omit<TicketRecord, 'tenant' | 'sale'>): TicketRecord => {
  const { ticket, order, unit, wallet, asset, document } = plan;
  return { tenant, sale, order, ticket, unit, ...kindOf(plan), wallet, asset, ...(document !== undefined && { document }) };
};

/** Hashes all members of a record, including members that a later version adds. */
export const memoOf = (record: object, salt: string): string => hashFields(canonicalJson(record), salt).toString('base64url'); // hexadecimal would need 21 bytes more: a revocable mint would not fit a packet

/** The longest seed in Solana; 160 bits of the hash make collisions practically impossible. */
const SEED_LETTERS = 32;

/** The seed of a ticket's asset address under the base key: anyone can compute it. */
export const assetSeed = (tenant: string, ticket: string): string => base32(hashFields(tenant, ticket), SEED_LETTERS);
