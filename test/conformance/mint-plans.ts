import type { Chain } from '../../apps/minter/src/chains/chain.js';
import type { MintPlan } from '../../libs/shared/src/domain/mint/events.js';
import { sha256 } from '../../libs/shared/src/kernel/hash.js';
import {
  orderId,
  type SaleId,
  type TenantId,
  type TicketId,
  ticketId,
  type UnitId,
  type Wallet,
} from '../../libs/shared/src/kernel/ids.js';

export const TENANT = 'demo' as TenantId;
const SALE = 'gala' as SaleId;
export const ORDER = orderId(TENANT, SALE, 'a key');
let units = 0;

export function nextTicket(): TicketId {
  units += 1;
  return ticketId(TENANT, SALE, ORDER, `U-${units}` as UnitId);
}

export async function mintPlan(
  chain: Chain,
  ticket: TicketId,
  wallet: Wallet,
  over: Partial<MintPlan> = {},
  compressed = false,
): Promise<MintPlan> {
  return {
    ticket,
    order: ORDER,
    unit: 'A-1' as UnitId,
    wallet,
    request: 1,
    ...chain.address(TENANT, ticket, compressed ? { revocable: over.delegate !== undefined } : undefined),
    genesisHash: await chain.genesisHash(),
    name: 'Gala 2027',
    symbol: 'ADMIT',
    uri: `urn:admit-one:${ticket}`,
    memo: sha256(ticket),
    salt: 'salt',
    ...over,
  };
}
