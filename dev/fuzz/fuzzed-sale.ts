import { OpenSale } from '#shared/domain/sale/commands.js';
import { offerOf } from '#shared/domain/sale/offer/normal-form.js';
import type { OrderId, SaleId, TenantId } from '#shared/kernel/ids.js';
import type { SeenSale } from '../histories/aim.js';
import type { Answer, FuzzRequest } from './tenant-caller.js';

interface SeenOrder {
  readonly amount: string;
  readonly tickets: readonly string[];
}

/** A caller's knowledge of one of its sales, from its requests and their answers. */
export class FuzzedSale implements SeenSale {
  terms: SeenSale['terms'];
  asked = 0;
  private readonly orders = new Map<OrderId, SeenOrder>();

  constructor(
    readonly tenant: TenantId,
    readonly sale: SaleId,
  ) {}

  order(id: OrderId): SeenOrder | undefined {
    return this.orders.get(id);
  }

  hear({ operation, body }: FuzzRequest, { status, text }: Answer): void {
    if (status !== 201) return;
    if (operation === 'sale.open') this.terms = offerOf(OpenSale.parse(body));
    if (operation !== 'order.place') return;
    const placed = JSON.parse(text) as { order: OrderId; total: { amount: string }; tickets: readonly { ticket: string }[] };
    this.orders.set(placed.order, { amount: placed.total.amount, tickets: placed.tickets.map(({ ticket }) => ticket) });
  }
}
