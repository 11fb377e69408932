import { createHash } from 'node:crypto';
import { TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import { assetSeed } from '#shared/domain/mint/ticket-record.js';
import type { TenantId, TicketId } from '#shared/kernel/ids.js';
import type { AssetAddress } from '../chain.js';

/** `createWithSeed(base, seed, Token-2022)`: SHA-256 of the three, concatenated; anyone can compute it. */
export function assetAddress(base: PublicKey, tenant: TenantId, ticket: TicketId): AssetAddress {
  const seed = assetSeed(tenant, ticket);
  const hash = createHash('sha256').update(base.toBytes()).update(seed).update(TOKEN_2022_PROGRAM_ID.toBytes()).digest();
  return { base: base.toBase58(), seed, program: TOKEN_2022_PROGRAM_ID.toBase58(), asset: new PublicKey(hash).toBase58() };
}
