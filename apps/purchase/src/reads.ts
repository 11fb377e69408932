import type { z } from 'zod';
import { GetOrder, GetSale, GetTicket } from '#shared/domain/sale/commands.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import type { Logger } from '#shared/platform/logger.js';
import { validate } from '#shared/platform/validate.js';
import { type Answer, invalid, problemAnswer } from './answer.js';
import type { Folds } from './folds.js';
import { readJson } from './intake.js';
import type { MintFold } from './mint-fold.js';
import type { SaleFold } from './sale-fold.js';
import { orderView, owedView, saleView, ticketOf } from './views.js';

export interface ReadParts {
  readonly sales: Folds<SaleFold>;
  readonly mints: Folds<MintFold>;
  readonly logger: Logger;
}

/** Reads from the log's own fold, up to what its leader holds now: they answer while Postgres is down, and always read what was just written. */
export class Reads {
  constructor(private readonly parts: ReadParts) {}

  async sale(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, GetSale, body);
    if ('problem' in query) return query.problem;
    return this.answering(() =>
      this.parts.sales.withLatest(saleSubject(tenant, query.ok.sale), ({ sale, head }) =>
        sale.open === undefined ? problemAnswer('sale-unknown') : { status: 200, body: JSON.stringify(saleView(sale, head.version)) },
      ),
    );
  }

  async order(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, GetOrder, body);
    if ('problem' in query) return query.problem;
    const { sale: id, order: orderId } = query.ok;
    return this.answering(async () => {
      const mints = await this.parts.mints.withLatest(mintSubject(tenant, id), ({ tickets }) => tickets);
      return this.parts.sales.withLatest(saleSubject(tenant, id), ({ sale, head }) => {
        if (sale.open?.orders.has(orderId) !== true) return problemAnswer(sale.open === undefined ? 'sale-unknown' : 'order-unknown');
        return { status: 200, body: JSON.stringify(orderView(sale, orderId, head.version, mints)) };
      });
    });
  }

  async ticket(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, GetTicket, body);
    if ('problem' in query) return query.problem;
    const { sale: id, ticket } = query.ok;
    return this.answering(async () => {
      const mint = await this.parts.mints.withLatest(mintSubject(tenant, id), ({ tickets }) => tickets.get(ticket));
      return this.parts.sales.withLatest(saleSubject(tenant, id), ({ sale, head }) => {
        if (sale.open === undefined) return problemAnswer('sale-unknown');
        const view = ticketOf(sale, ticket, head.version, mint);
        return view === undefined ? problemAnswer('ticket-unknown') : { status: 200, body: JSON.stringify(view) };
      });
    });
  }

  /** The money of a sale that has to go back. */
  async owed(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, GetSale, body);
    if ('problem' in query) return query.problem;
    return this.answering(() =>
      this.parts.sales.withLatest(saleSubject(tenant, query.ok.sale), ({ sale, head }) =>
        sale.open === undefined
          ? problemAnswer('sale-unknown')
          : { status: 200, body: JSON.stringify({ owed: sale.open.payments.owed().map(owedView), version: head.version }) },
      ),
    );
  }

  private async answering(read: () => Promise<Answer>): Promise<Answer> {
    try {
      return await read();
    } catch (thrown) {
      this.parts.logger.warn({ err: thrown }, 'a read could not be answered');
      return problemAnswer('log-unreachable');
    }
  }
}

function readQuery<T extends z.ZodType>(
  tenant: string,
  schema: T,
  body: Uint8Array,
): { readonly ok: z.infer<T> } | { readonly problem: Answer } {
  if (!TENANT_PATTERN.test(tenant)) return { problem: problemAnswer('tenant-malformed') };
  const json = readJson(body);
  if ('problem' in json) return json;
  const valid = validate(schema, json.ok);
  return 'errors' in valid ? { problem: invalid(valid.errors) } : { ok: valid.value };
}
