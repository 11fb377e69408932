import { canonicalJson } from '../../kernel/canonical.js';
import { base32, hashFields } from '../../kernel/hash.js';
import type { MintPlan } from './events.js';

/** What one ticket is. Its hash with a salt stands in the memo of the transaction that mints it; in clear it is in the log and in the receipt alone. */
export interface TicketRecord extends Pick<MintPlan, 'ticket' | 'order' | 'unit' | 'wallet' | 'asset' | 'document'> {
  readonly tenant: string;
  readonly sale: string;
}

export const recordOf = (tenant: string, sale: string, plan: Omit<TicketRecord, 'tenant' | 'sale'>): TicketRecord => {
  const { ticket, order, unit, wallet, asset, document } = plan;
  return { tenant, sale, order, ticket, unit, wallet, asset, ...(document !== undefined && { document }) };
};

/** Of all members of a record, also of those that a later version adds. */
export const memoOf = (record: object, salt: string): string => hashFields(canonicalJson(record), salt).toString('base64url'); // hexadecimal would be 21 bytes more: a revocable mint would fit no packet

/** The longest seed Solana takes; 160 bits of the hash: no two tickets ever meet. */
const SEED_LETTERS = 32;

/** Where the asset of a ticket stands, under the base key: anyone can compute it. */
export const assetSeed = (tenant: string, ticket: string): string => base32(hashFields(tenant, ticket), SEED_LETTERS);
