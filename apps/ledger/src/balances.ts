import type { DataSource } from 'typeorm';
import { ACCOUNT_BALANCE } from './database/entities.js';
import { asTenant } from './database/transaction.js';

/** Balances of one tenant's sale, read with that tenant's permissions. */
export const balancesOf = (reader: DataSource, tenant: string, sale: string) =>
  asTenant(reader, tenant, (runner) => runner.manager.find(ACCOUNT_BALANCE, { where: { sale }, order: { unit: 'ASC', account: 'ASC' } }));
