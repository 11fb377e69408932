import { saleSubject } from '#shared/event-store/event-store.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { LIVE } from '../database/names.js';
import type { Position } from './asking.js';
import type { Rows } from './reader.js';

/** The ledger's position for this tenant. For a halted tenant only decisions on its ledger are applied, which come later in the log. */
export async function positionOf(rows: Rows, tenant: string, sale: string | undefined): Promise<Position> {
  const subject = sale === undefined ? '' : saleSubject(tenant as TenantId, sale as SaleId);
  const [head] = await rows(
    `select coalesce(max(sequence) filter (where not halt.is_so or split_part(subject, '.', 3) <> 'ledger'), 0) as sequence,
       coalesce(max(version) filter (where subject = $2), 0) as version, halt.is_so as halted
     from (select exists (select from ${LIVE}.tenant_halt where tenant = $1)) as halt (is_so) left join ${LIVE}.log_head on tenant = $1 group by halt.is_so`,
    [tenant, subject],
  );
  return { sequence: Number(head?.sequence), halted: head?.halted === true, ...(sale !== undefined && { version: Number(head?.version) }) };
}
