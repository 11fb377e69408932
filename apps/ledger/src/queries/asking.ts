import type { Json } from '#shared/kernel/canonical.js';
import { EventCursors, type EventPosition } from '#shared/platform/http/event-cursor.js';
import { PageCursors, type RowKey } from '#shared/platform/http/page-cursors.js';
import type { FieldError } from '#shared/platform/problem.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { Conditions } from './conditions.js';
import type { Rows } from './reader.js';

/** A cursor that was not issued to this tenant, or was issued for another query. */
export class UnknownCursor extends Error {
  constructor(readonly errors: readonly FieldError[]) {
    super('a cursor was not given to this tenant');
  }
}

/** A log position that the ledger has not reached yet. */
export class LedgerBehind extends Error {}

/** The paging parameters of every query. */
export interface Paged {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The ledger's position for this tenant: its own last commit, because the global position would reveal other tenants' volume. */
export interface Position {
  readonly sequence: number;
  /** The version of the queried sale, as in its own responses. */
  readonly version?: number;
  /** True when the tenant is halted: later events are missing until the ledger is repaired. */
  readonly halted: boolean;
}

/** One query of one tenant in progress; all its reads share one snapshot. */
export class Asking {
  private readonly events: EventCursors;

  constructor(
    private readonly tenant: Tenant,
    private readonly epoch: string,
    /** The query without its page size. */
    private readonly question: Json,
    readonly rows: Rows,
    readonly position: Position,
  ) {
    this.events = new EventCursors(tenant.cursorKey, epoch);
  }

  /** Confines rows to this tenant, in addition to row-level security. @param values as of `Conditions` */
  conditions(values?: unknown[]): Conditions {
    return new Conditions(values).equal('tenant', this.tenant.tenant);
  }

  /** The position behind a name: the id of an event of this tenant, or a position that the ledger returned. */
  place(member: string, name: string | undefined): EventPosition | undefined {
    if (name === undefined) return undefined;
    const place = this.events.open(name);
    if (place === undefined)
      throw new UnknownCursor([{ pointer: `query:${member}`, detail: 'is no id of an event, nor a position of the ledger' }]);
    if (place.sequence > this.position.sequence) throw new LedgerBehind();
    return place;
  }

  nameOf(place: EventPosition): string {
    return this.events.seal(place);
  }

  /** The last row of the previous page. */
  after(cursor: string | undefined): RowKey | undefined {
    if (cursor === undefined) return undefined;
    const row = this.pages().open(cursor);
    if (row === undefined) throw new UnknownCursor([{ pointer: 'query:cursor', detail: 'was not given for this question' }]);
    return row;
  }

  /** A page of rows, and the cursor of the next page if there is one. The query read one row more than the page holds. */
  page<Row, View>(rows: readonly Row[], limit: number, view: (row: Row) => View, keyOf: (row: Row) => RowKey): [View[], { next?: string }] {
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return [rows.slice(0, limit).map(view), last === undefined ? {} : { next: this.pages().seal(keyOf(last)) }];
  }

  private pages(): PageCursors {
    return new PageCursors(this.tenant.cursorKey, this.epoch, this.question);
  }
}
