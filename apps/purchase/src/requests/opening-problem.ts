import type { AssetKind } from '#shared/domain/sale/assets/asset-terms.js';
import { readOpening } from '#shared/domain/sale/commands.js';
import { mintsUnpaid } from '#shared/domain/sale/open-sale.js';
import type { Json } from '#shared/kernel/canonical.js';
import { isGranted, type Tenant } from '#shared/platform/tenants/tenant.js';
import { type Answer, problemAnswer } from './answer.js';

const UNOFFERED = { pointer: '/asset', detail: 'must be a kind of asset that this operator offers; "token-2022" is the usual one' };
const UNGRANTED = { pointer: '/mint', detail: 'must be "on-request", unless the tenant is granted free-mints' };

/**
 * What of an opening this operator does not allow: a kind of asset, or minting at the operator's expense.
 * @param offered kinds of assets that sales may choose
 */
export function openingProblem(request: Json, offered: readonly AssetKind[], tenant: Tenant | undefined): Answer | undefined {
  const opening = readOpening(request as unknown as Parameters<typeof readOpening>[0]);
  if (!offered.includes(opening.asset ?? 'token-2022')) return problemAnswer('asset-not-offered', { errors: [UNOFFERED] });
  if (isGranted(tenant, 'free-mints') || !mintsUnpaid(opening)) return undefined;
  return problemAnswer('free-mints-not-granted', { errors: [UNGRANTED] });
}
