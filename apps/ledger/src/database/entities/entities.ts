import { AccountBalanceEntity } from './account-balance.entity.js';
import { CheckpointEntity } from './checkpoint.entity.js';
import { LedgerEntryEntity } from './ledger-entry.entity.js';
import { LogHeadEntity } from './log-head.entity.js';
import { PaymentEntity } from './payment.entity.js';
import { SaleEntity } from './sale.entity.js';
import { SaleOrderEntity } from './sale-order.entity.js';
import { SuspensionEntity } from './suspension.entity.js';
import { TenantChainEntity } from './tenant-chain.entity.js';
import { TenantHaltEntity } from './tenant-halt.entity.js';
import { TicketEntity } from './ticket.entity.js';

export const ENTITIES = [
  LedgerEntryEntity,
  SaleEntity,
  SaleOrderEntity,
  TicketEntity,
  PaymentEntity,
  AccountBalanceEntity,
  SuspensionEntity,
  TenantChainEntity,
  TenantHaltEntity,
  LogHeadEntity,
  CheckpointEntity,
];
