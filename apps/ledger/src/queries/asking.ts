import type { Json } from '#shared/kernel/canonical.js';
import { EventCursors, type Place } from '#shared/platform/http/event-cursor.js';
import type { FieldError } from '#shared/platform/problem.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { Conditions } from './conditions.js';
import { PageCursors, type RowKey } from './page-cursors.js';
import type { Rows } from './reader.js';

/** Something in an address that was not given to this tenant, or for another question. */
export class UnknownCursor extends Error {
  constructor(readonly errors: readonly FieldError[]) {
    super('a cursor was not given to this tenant');
  }
}

/** A place in the log that the ledger has not come to yet. */
export class LedgerBehind extends Error {}

/** What every question may say of the page it wants. */
export interface Paged {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** How far the ledger is for this tenant: its own last commit, since that of all tenants together would tell of the others. */
export interface Position {
  readonly sequence: number;
  /** Of the sale that was asked about, as its own answers say it. */
  readonly version?: number;
  /** Something of this tenant could not be applied: nothing behind it is in the ledger until it is repaired. */
  readonly halted: boolean;
}

/** One question of one tenant, while it is answered; all that it reads is of one moment. */
export class Asking {
  private readonly events: EventCursors;

  constructor(
    private readonly tenant: Tenant,
    private readonly epoch: string,
    /** What is asked, without how much of it. */
    private readonly question: Json,
    readonly rows: Rows,
    readonly position: Position,
  ) {
    this.events = new EventCursors(tenant.cursorKey, epoch);
  }

  /** That rows are this tenant's own: they would be anyway. @param values as of `Conditions` */
  conditions(values?: unknown[]): Conditions {
    return new Conditions(values).equal('tenant', this.tenant.tenant);
  }

  /** A place by its name: the id of an event of this tenant, or where the ledger said it was. */
  place(member: string, name: string | undefined): Place | undefined {
    if (name === undefined) return undefined;
    const place = this.events.open(name);
    if (place === undefined)
      throw new UnknownCursor([{ pointer: `query:${member}`, detail: 'is no id of an event, nor a position of the ledger' }]);
    if (place.sequence > this.position.sequence) throw new LedgerBehind();
    return place;
  }

  nameOf(place: Place): string {
    return this.events.seal(place);
  }

  /** The row that the page before ended with. */
  after(cursor: string | undefined): RowKey | undefined {
    if (cursor === undefined) return undefined;
    const row = this.pages().open(cursor);
    if (row === undefined) throw new UnknownCursor([{ pointer: 'query:cursor', detail: 'was not given for this question' }]);
    return row;
  }

  /** A page of rows, and the cursor of the next where there is one. One row more than the page holds was read. */
  page<Row, View>(rows: readonly Row[], limit: number, view: (row: Row) => View, keyOf: (row: Row) => RowKey): [View[], { next?: string }] {
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return [rows.slice(0, limit).map(view), last === undefined ? {} : { next: this.pages().seal(keyOf(last)) }];
  }

  private pages(): PageCursors {
    return new PageCursors(this.tenant.cursorKey, this.epoch, this.question);
  }
}
