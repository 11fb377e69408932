import { saleSubject } from '#shared/event-store/event-store.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { LIVE } from '../database/names.js';
import type { Position } from './asking.js';
import type { Rows } from './reader.js';

/** How far this tenant's part of the log is in the ledger. */
export async function positionOf(rows: Rows, tenant: string, sale: string | undefined): Promise<Position> {
  const subject = sale === undefined ? '' : saleSubject(tenant as TenantId, sale as SaleId);
  const [head] = await rows(
    `select coalesce(max(sequence), 0) as sequence, coalesce(max(version) filter (where subject = $2), 0) as version,
       exists (select from ${LIVE}.tenant_halt where tenant = $1) as halted
     from ${LIVE}.log_head where tenant = $1`,
    [tenant, subject],
  );
  return { sequence: Number(head?.sequence), halted: head?.halted === true, ...(sale !== undefined && { version: Number(head?.version) }) };
}
