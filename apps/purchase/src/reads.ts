import type { z } from 'zod';
import { GetOrder, GetSale } from '#shared/domain/sale/commands.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import type { Logger } from '#shared/platform/logger.js';
import { validate } from '#shared/platform/validate.js';
import { type Answer, invalid, problemAnswer } from './answer.js';
import type { Folds } from './folds.js';
import { readJson } from './intake.js';
import type { MintFold } from './mint-fold.js';
import { orderView, saleView } from './order-view.js';
import type { SaleFold } from './sale-fold.js';

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
        const order = sale.open?.orders.get(orderId);
        if (order === undefined) return problemAnswer(sale.open === undefined ? 'sale-unknown' : 'order-unknown');
        return { status: 200, body: JSON.stringify(orderView(sale, order, head.version, mints)) };
      });
    });
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
