import type { DataSource } from 'typeorm';
import { AccountBalanceEntity } from './database/entities/account-balance.entity.js';
import { asTenant } from './database/transaction.js';

/** Balances of one tenant's sale, as that tenant may see them. */
export function balancesOf(reader: DataSource, tenant: string, sale: string): Promise<AccountBalanceEntity[]> {
  return asTenant(reader, tenant, (runner) =>
    runner.manager.find(AccountBalanceEntity, { where: { sale }, order: { unit: 'ASC', account: 'ASC' } }),
  );
}
