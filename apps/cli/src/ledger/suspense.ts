import type pg from 'pg';
import { atOneMoment, withLedger } from '#shared/platform/ledger-reading.js';

/** A tenant whose ledger is behind: halted at an event that cannot be applied, or catching up after a decision. */
export interface Halt {
  readonly tenant: string;
  /** `<sequence>.<index>`, the syntax of `--event`; without an index when the whole commit was rejected. */
  readonly event: string;
  readonly subject: string;
  readonly reason: string;
  /** Sequence of the commit with the latest decision that the ledger knew when it refused the commit; 0: none. */
  readonly decision: number;
  /** Nothing is refused: the ledger continues from `event` and has not caught up yet. */
  readonly catchingUp: boolean;
}

/** An event in suspense. */
export interface Suspended {
  readonly tenant: string;
  /** `<sequence>.<index>` */
  readonly event: string;
  readonly type: string;
  readonly sale: string;
  readonly order: string | null;
  readonly ticket: string | null;
  /** The event's movements, amount and unit: `["1 events:gala", "2 tickets:gala"]`. */
  readonly holds: readonly string[];
  readonly refusal: string;
  readonly reason: string;
  readonly decidedAt: string;
}

const HALTS = `select tenant, sequence::text || case when catching_up then '' else coalesce('.' || event_index, '') end as event, subject, reason,
    coalesce(decision, 0)::float8 as decision, catching_up as "catchingUp" from ledger.tenant_halt order by tenant`;

const SUSPENDED = `select entry.tenant, entry.sequence || '.' || entry.event_index as event, entry.event as type, entry.sale, entry.order_id as "order", entry.ticket,
    array_agg(entry.amount || ' ' || entry.unit order by entry.entry_index) as holds, last.refusal, last.reason,
    to_char(last.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "decidedAt"
  from (select distinct tenant, suspended_sequence as sequence from ledger.suspension) decided
  join ledger.ledger_entry entry using (tenant, sequence)
  cross join lateral (select refusal, reason, updated_at from ledger.suspension decision where decision.tenant = entry.tenant
    and decision.suspended_sequence = entry.sequence and decision.suspended_index in (entry.event_index, -1) order by decision.sequence desc limit 1) last
  where entry.debit = 'suspense'
  group by entry.tenant, entry.sequence, entry.event_index, entry.event, entry.sale, entry.order_id, entry.ticket, last.refusal, last.reason, last.updated_at
  order by entry.tenant, entry.sequence, entry.event_index`;

const rowsOf = <Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> =>
  withLedger(url, (ledger) => atOneMoment(ledger, async () => (await ledger.query<Row>(sql)).rows));

/** Both are read with the replay's role, which may read the ledger and write only its shadow. */
export const readHalts = (url: string): Promise<Halt[]> => rowsOf<Halt>(url, HALTS);
export const readSuspended = (url: string): Promise<Suspended[]> => rowsOf<Suspended>(url, SUSPENDED);
