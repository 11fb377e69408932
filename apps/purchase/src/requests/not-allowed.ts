import type { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import type { AssetKind } from '#shared/domain/sale/assets/asset-terms.js';
import { readOpening } from '#shared/domain/sale/commands.js';
import { mintsUnpaid } from '#shared/domain/sale/open-sale.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { keyProblem } from '#shared/kernel/wallet.js';
import { isGranted } from '#shared/platform/tenants/tenant.js';
import type { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import type { SaleAggregate } from '../deciding/sale-aggregate.js';
import { type Answer, invalid, problemAnswer } from './answer.js';
import type { Asked } from './command.js';

const UNOFFERED = { pointer: '/asset', detail: 'must be a kind of asset that this operator offers; "token-2022" is the usual one' };
const UNGRANTED = { pointer: '/mint', detail: 'must be "on-request", unless the tenant is granted free-mints' };

export interface Allowances {
  /** Kinds of assets that sales may choose. */
  readonly assets: readonly AssetKind[];
  readonly tenants: Pick<TenantDirectory, 'active'>;
  readonly folds: AggregateRepository<SaleAggregate>;
}

/** Checks a valid request against the settings of this operator and its sale. */
export const notAllowed = async (asked: Asked, by: Allowances): Promise<Answer | undefined> =>
  asked.operation === 'sale.open' ? openingProblem(asked, by) : walletWithoutKey(asked, by);

/** A kind of asset that is not offered, or minting at the operator's expense. */
function openingProblem({ tenant, request }: Asked, { assets, tenants }: Allowances): Answer | undefined {
  const opening = readOpening(request as unknown as Parameters<typeof readOpening>[0]);
  if (!assets.includes(opening.asset ?? 'token-2022')) return problemAnswer('asset-not-offered', { errors: [UNOFFERED] });
  if (isGranted(tenants.active(tenant), 'free-mints') || !mintsUnpaid(opening)) return undefined;
  return problemAnswer('free-mints-not-granted', { errors: [UNGRANTED] });
}

/** A wallet without a private key, unless the sale allows such wallets. This never changes, so the decision needs no such check. */
async function walletWithoutKey({ tenant, sale, request }: Asked, { folds: aggregates }: Allowances): Promise<Answer | undefined> {
  const { wallet } = request as { readonly wallet?: string };
  const detail = wallet === undefined ? undefined : keyProblem(wallet);
  if (detail === undefined) return undefined;
  const isAllowed = await aggregates.query(saleSubject(tenant, sale), (state) => state.sale.open?.terms.smartWallets === true);
  return isAllowed ? undefined : invalid([{ pointer: '/wallet', detail }]);
}
