import { Balances } from './balances.js';
import type { OrderRow, PaymentRow, SaleRow, TicketRow } from './read-model.js';

type Owned = { readonly tenant: string };

/** Rows of one read model: those known before, those made, those changed. Each is found under its tenant only. */
export class Shelf<Row extends Owned> {
  private readonly rows = new Map<string, Row>();
  private readonly made = new Set<string>();
  private readonly altered = new Set<string>();

  constructor(private readonly idOf: (row: Row) => string) {}

  get isEmpty(): boolean {
    return this.rows.size === 0;
  }

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

/** Payments are found by the order they were made for too. */
export class PaymentShelf extends Shelf<PaymentRow> {
  private readonly byOrder = new Map<string, Set<string>>();

  constructor() {
    super(({ sale, payment }) => `${sale} ${payment}`);
  }

  of(tenant: string, sale: string, payment: string): PaymentRow | undefined {
    return this.get(tenant, `${sale} ${payment}`);
  }

  ofOrder(tenant: string, sale: string, order: string): PaymentRow[] {
    const payments = this.byOrder.get(`${tenant} ${sale} ${order}`) ?? [];
    return [...payments].flatMap((payment) => this.of(tenant, sale, payment) ?? []);
  }

  override load(row: PaymentRow): void {
    super.load(row);
    this.index(row);
  }

  override create(row: PaymentRow): void {
    super.create(row);
    this.index(row);
  }

  private index({ tenant, sale, order, payment }: PaymentRow): void {
    const key = `${tenant} ${sale} ${order}`;
    const payments = this.byOrder.get(key);
    if (payments === undefined) this.byOrder.set(key, new Set([payment]));
    else payments.add(payment);
  }
}

/** What the posting of some events reads and changes: loaded before, written back after. */
export class Book {
  readonly sales = new Shelf<SaleRow>((row) => row.sale);
  readonly orders = new Shelf<OrderRow>((row) => row.order);
  readonly tickets = new Shelf<TicketRow>((row) => row.ticket);
  readonly payments = new PaymentShelf();
  readonly balances = new Balances();
}
