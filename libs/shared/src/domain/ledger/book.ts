import { Balances } from './balances.js';
import type { OrderRow, SaleRow, TicketRow } from './read-model.js';

type Owned = { readonly tenant: string };

/** Rows of one read model: those known before, those made, those changed. Each is found under its tenant only. */
export class Shelf<Row extends Owned> {
  private readonly rows = new Map<string, Row>();
  private readonly made = new Set<string>();
  private readonly altered = new Set<string>();

  constructor(private readonly idOf: (row: Row) => string) {}

  get(tenant: string, id: string): Row | undefined {
    return this.rows.get(`${tenant} ${id}`);
  }

  load(row: Row): void {
    this.rows.set(this.keyOf(row), row);
  }

  create(row: Row): void {
    const key = this.keyOf(row);
    this.rows.set(key, row);
    this.made.add(key);
  }

  change(row: Row): void {
    const key = this.keyOf(row);
    this.rows.set(key, row);
    if (!this.made.has(key)) this.altered.add(key);
  }

  created(): Row[] {
    return this.pick(this.made);
  }

  changed(): Row[] {
    return this.pick(this.altered);
  }

  private pick(keys: ReadonlySet<string>): Row[] {
    return [...keys].map((key) => this.rows.get(key)).filter((row) => row !== undefined);
  }

  private keyOf(row: Row): string {
    return `${row.tenant} ${this.idOf(row)}`;
  }
}

/** What the posting of some events reads and changes: loaded before, written back after. */
export class Book {
  readonly sales = new Shelf<SaleRow>((row) => row.sale);
  readonly orders = new Shelf<OrderRow>((row) => row.order);
  readonly tickets = new Shelf<TicketRow>((row) => row.ticket);
  readonly balances = new Balances();
}
