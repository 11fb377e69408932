import type { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import type { MintAggregate } from '#shared/aggregate/mint-aggregate.js';
import { GetOrder, GetSale, GetTicket, ListRefundsDue, ListSales, ListUnits, MAX_REFUNDS_LISTED } from '#shared/domain/sale/commands.js';
import { type EventStore, mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import type { EventCursors } from '#shared/platform/http/event-cursor.js';
import type { PageCursors } from '#shared/platform/http/page-cursors.js';
import type { Logger } from '#shared/platform/process/logger.js';
import type { Receipt } from '#shared/platform/receipt.js';
import type { SaleAggregate } from '../deciding/sale-aggregate.js';
import type { SaleList } from '../lookups/sale-list.js';
import type { PurchaseMetrics } from '../metrics.js';
import { ListEvents } from '../operations/event/requests.js';
import { type Answer, problemAnswer } from '../requests/answer.js';
import type { WebhookSettings } from '../webhooks/webhook-settings.js';
import type { EventStreams } from './event-streams.js';
import { mintViews } from './mint-progress.js';
import { readQuery, tagged } from './read-query.js';
import { receiptIn } from './receipts.js';
import { type RefundKey, refundsPage } from './refunds-due.js';
import { readCursor, type UnitList, UnitLists } from './unit-lists.js';
import { orderView, saleView, ticketOf } from './views.js';

export interface ReadParts {
  readonly sales: AggregateRepository<SaleAggregate>;
  readonly mints: AggregateRepository<MintAggregate>;
  readonly store: Pick<EventStore, 'at'>;
  readonly list: Pick<SaleList, 'page'>;
  /** Cursors of one query: the operation, and what it is asked beside page size and cursor. */
  readonly cursors: (tenant: string, query: readonly string[]) => PageCursors;
  readonly events: Pick<EventStreams, 'start' | 'page'>;
  readonly eventCursors: (tenant: string) => EventCursors;
  readonly webhooks: WebhookSettings;
  readonly metrics: Pick<PurchaseMetrics, 'answered'>;
  readonly logger: Logger;
}

/**
 * Reads from the log's own aggregates, as of the leader's last commit: they work while Postgres is down, and always include the latest
 * write.
 */
export class Reads {
  private readonly lists = new UnitLists();

  constructor(private readonly parts: ReadParts) {}

  get webhooks(): WebhookSettings {
    return this.parts.webhooks;
  }

  async sale(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, GetSale, body);
    if ('problem' in query) return query.problem;
    return this.answering(tenant, 'sale.get', () =>
      this.parts.sales.query(saleSubject(tenant, query.ok.sale), ({ sale, head }) =>
        sale.open === undefined ? problemAnswer('sale-unknown') : found(saleView(sale, head.version), head.version),
      ),
    );
  }

  /** A page of a sale's units. All pages have one version; an evicted version is answered with 410. */
  async units(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, ListUnits, body);
    if ('problem' in query) return query.problem;
    const { sale: id, cursor } = query.ok;
    const subject = saleSubject(tenant, id);
    const wanted = cursor === undefined ? undefined : readCursor(cursor);
    return this.answering(tenant, 'sale.units', async () => {
      const kept = wanted && this.lists.get(subject, wanted.version);
      if (kept !== undefined) return pageOf(kept, wanted?.page ?? 0);
      return this.parts.sales.query(subject, ({ sale, head: { version } }) => {
        if (sale.open === undefined) return problemAnswer('sale-unknown');
        if (wanted !== undefined && wanted.version !== version) return problemAnswer('version-gone');
        return pageOf(this.lists.of(subject, sale, version), wanted?.page ?? 0);
      });
    });
  }

  /** All units of a sale. */
  async allUnits(tenant: string, body: Uint8Array, isKnown: (etag: string) => boolean): Promise<Answer> {
    const query = readQuery(tenant, GetSale, body);
    if ('problem' in query) return query.problem;
    const subject = saleSubject(tenant, query.ok.sale);
    return this.answering(tenant, 'sale.units', () =>
      this.parts.sales.query(subject, ({ sale, head: { version } }) => {
        if (sale.open === undefined) return problemAnswer('sale-unknown');
        const etag = `"${version}"`;
        if (isKnown(etag)) return { status: 304, body: '', etag };
        const list = this.lists.of(subject, sale, version);
        return listAnswer(list, etag);
      }),
    );
  }

  /** A page of the tenant's sales. A cursor is valid for every page size. */
  async sales(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, ListSales, body);
    if ('problem' in query) return query.problem;
    const { limit = USUAL_SALES, cursor } = query.ok;
    const cursors = this.parts.cursors(tenant, ['sale.list']);
    const after = cursor === undefined ? [0] : cursors.open(cursor);
    if (after === undefined) return problemAnswer('cursor-unknown');
    return this.answering(tenant, 'sale.list', async () => {
      const { sales, last } = await this.parts.list.page(tenant, Number(after[0]), limit);
      return tagged({ sales, ...(last !== undefined && { next: cursors.seal([placed(last)]) }) });
    });
  }

  /** A page of the tenant's events. It reads the log as it is now, and holds nothing between two pages. */
  async events(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, ListEvents, body);
    if ('problem' in query) return query.problem;
    const { after, from, limit = USUAL_EVENTS } = query.ok;
    const cursors = this.parts.eventCursors(tenant);
    return this.answering(tenant, 'event.list', async () => {
      const start = await this.parts.events.start(cursors, after, from);
      if (start === undefined) return problemAnswer('cursor-unknown');
      return tagged(await this.parts.events.page(start, tenant, cursors, limit));
    });
  }

  async order(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, GetOrder, body);
    if ('problem' in query) return query.problem;
    const { sale: id, order: orderId } = query.ok;
    return this.answering(tenant, 'order.get', async () => {
      const mints = await this.parts.mints.query(mintSubject(tenant, id), (minted) => ({
        views: mintViews(minted),
        version: minted.head.version,
      }));
      return this.parts.sales.query(saleSubject(tenant, id), ({ sale, head }) => {
        if (sale.open?.orders.has(orderId) !== true) return problemAnswer(sale.open === undefined ? 'sale-unknown' : 'order-unknown');
        return found(orderView(sale, orderId, head.version, mints.views), head.version, mints.version);
      });
    });
  }

  async ticket(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, GetTicket, body);
    if ('problem' in query) return query.problem;
    const { sale: id, ticket } = query.ok;
    return this.answering(tenant, 'ticket.get', async () => {
      const mints = await this.parts.mints.query(mintSubject(tenant, id), (minted) => ({
        mint: mintViews(minted).get(ticket),
        version: minted.head.version,
      }));
      return this.parts.sales.query(saleSubject(tenant, id), ({ sale, head }) => {
        if (sale.open === undefined) return problemAnswer('sale-unknown');
        const view = ticketOf(sale, ticket, head.version, mints.mint);
        return view === undefined ? problemAnswer('ticket-unknown') : found(view, head.version, mints.version);
      });
    });
  }

  /**
   * The receipt of a minted ticket, also if its asset was burned since: the receipt shows the mint, the chain shows the current state. A
   * void ticket has none.
   */
  async receipt(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, GetTicket, body);
    if ('problem' in query) return query.problem;
    const { sale, ticket } = query.ok;
    return this.answering(tenant, 'ticket.receipt', async () => {
      const mint = await this.parts.mints.query(mintSubject(tenant, sale), (minted) => mintViews(minted).get(ticket));
      if (mint?.status === 'void') return problemAnswer('ticket-void');
      if (mint?.status === 'minted') return receiptAnswer(await receiptIn(this.parts.store, { tenant, sale, ticket }, mint));
      return this.parts.sales.query(saleSubject(tenant, sale), ({ sale: { open } }) =>
        open === undefined
          ? problemAnswer('sale-unknown')
          : problemAnswer(open.tickets.orderWith(ticket) === undefined ? 'ticket-unknown' : 'ticket-not-minted'),
      );
    });
  }

  /** A page of the refunds due and payment problems of a sale. A cursor is good for any page size. */
  async refundsDue(tenant: string, body: Uint8Array): Promise<Answer> {
    const query = readQuery(tenant, ListRefundsDue, body);
    if ('problem' in query) return query.problem;
    const { sale: id, limit = MAX_REFUNDS_LISTED, cursor } = query.ok;
    const cursors = this.parts.cursors(tenant, ['sale.refunds-due', id]);
    const after = cursor === undefined ? undefined : (cursors.open(cursor) as RefundKey | undefined);
    if (cursor !== undefined && after === undefined) return problemAnswer('cursor-unknown');
    return this.answering(tenant, 'sale.refunds-due', () =>
      this.parts.sales.query(saleSubject(tenant, id), ({ sale: { open }, head: { version } }) => {
        if (open === undefined) return problemAnswer('sale-unknown');
        const { last, ...page } = refundsPage(open.payments, after, limit);
        return found({ ...page, ...(last !== undefined && { next: cursors.seal(last) }), version }, version);
      }),
    );
  }

  private async answering(tenant: string, operation: string, read: () => Promise<Answer>): Promise<Answer> {
    const cameAt = performance.now();
    const answer = await this.tried(read);
    this.parts.metrics.answered(tenant, operation, answer, performance.now() - cameAt);
    return answer;
  }

  private async tried(read: () => Promise<Answer>): Promise<Answer> {
    try {
      return await read();
    } catch (thrown) {
      this.parts.logger.warn({ err: thrown }, 'a read could not be answered');
      return problemAnswer('log-unreachable');
    }
  }
}

/** Eight megabytes are joined only for callers that accept no gzip. */
const listAnswer = (list: UnitList, etag: string): Answer => ({
  status: 200,
  get body() {
    return list.whole;
  },
  etag,
  compressed: () => list.compressed(),
});

const pageOf = (list: UnitList, page: number): Answer => {
  const body = list.page(page);
  return body === undefined ? problemAnswer('version-gone') : { status: 200, body, etag: `"${list.version}.${page}"` };
};

/** Digits of a position in the list, so that a cursor's length reveals nothing. */
const PLACE_DIGITS = 16;
const placed = (place: number): string => `${place}`.padStart(PLACE_DIGITS, '0');
/** Sales of a page without a given size. */
const USUAL_SALES = 50;
const USUAL_EVENTS = 100;

/** A receipt never changes, so its memo serves as entity tag. */
const receiptAnswer = (receipt: Receipt | undefined): Answer =>
  receipt === undefined ? problemAnswer('receipt-unknown') : { status: 200, body: JSON.stringify(receipt), etag: `"${receipt.memo}"` };

/** The result with its entity tag: the sale's version, and the version of its mints if they are included. */
function found(view: object, version: number, mintsVersion = 0): Answer {
  return { status: 200, body: JSON.stringify(view), etag: `"${version}${mintsVersion === 0 ? '' : `.${mintsVersion}`}"` };
}
