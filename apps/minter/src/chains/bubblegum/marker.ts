import { createHash } from 'node:crypto';
import { type AccountInfo, PublicKey } from '@solana/web3.js';
import { assetSeed } from '#shared/domain/mint/ticket-record.js';
import type { TenantId, TicketId } from '#shared/kernel/ids.js';
import type { AssetAddress } from '../chain.js';
import { MARKER_BYTES } from './instructions.js';
import { MARKER_PROGRAM } from './programs.js';

/** The address that a ticket's mint marks as used: `createWithSeed(base, seed, System)`. Only the base key can mark it, and nothing takes that back. */
export function markerAddress(base: PublicKey, tenant: TenantId, ticket: TicketId): AssetAddress {
  const seed = assetSeed(tenant, ticket);
  const hash = createHash('sha256').update(base.toBytes()).update(seed).update(MARKER_PROGRAM.toBytes()).digest();
  return { base: base.toBase58(), seed, program: MARKER_PROGRAM.toBase58(), asset: new PublicKey(hash).toBase58() };
}

/** `absent`: the ticket is not minted, though a stranger may have sent lamports. `made`: it is, for ever. */
export type Marking = { readonly kind: 'absent' } | { readonly kind: 'made' } | { readonly kind: 'foreign'; readonly found: string };

export function judgeMarker(account: AccountInfo<Buffer> | null): Marking {
  if (account === null) return { kind: 'absent' };
  const { owner, data } = account;
  if (!owner.equals(MARKER_PROGRAM)) return { kind: 'foreign', found: `an account of ${owner.toBase58()}` };
  if (data.length === 0) return { kind: 'absent' };
  return data.length === MARKER_BYTES ? { kind: 'made' } : { kind: 'foreign', found: `a marker of ${data.length} bytes` };
}
