import { Inject, Injectable } from '@nestjs/common';
import { type Described, metadataDocument, tenantMark } from '#shared/domain/mint/metadata-document.js';
import { ticketImage } from '#shared/domain/mint/ticket-image.js';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import { sha256 } from '#shared/kernel/hash.js';
import { TICKET_PATTERN } from '#shared/kernel/ids.js';
import type { Answer } from '#shared/platform/http/answer.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { LIVE } from '../database/names.js';
import { LedgerReader } from '../queries/reader.js';
import { text } from '../queries/view.js';
import type { RawRow } from '../rows/table.js';
import { isPassing, problemAnswer } from './problems.js';

const SQL = `select coalesce(ticket.document_name, sale.name) as name, ticket.sale, ticket.ticket, ticket.unit, ticket.label, ticket.category, ticket.ticket_type,
  ticket.symbol, ticket.document, ticket.document_name, ticket.image, ticket.external_url
  from ${LIVE}.ticket join ${LIVE}.sale on sale.tenant = ticket.tenant and sale.sale = ticket.sale
  where ticket.tenant = $1 and ticket.ticket = $2 and ticket.document is not null`;

/** Concurrent reads for the public: half of one tenant's share, so that public traffic cannot block a tenant. */
const READS_AT_ONCE = 2;
/** Beyond this number of waiting reads new ones are rejected with a retry time: it equals a few seconds of reading. */
const MOST_WAITING = 256;
/** Documents and images never change, so served ones are cached: a kilobyte or two each, 20 MB in all. */
const MOST_KEPT = 10_000;

/**
 * The public documents of asset URIs and their generated images, rebuilt from the ledger's rows and served only if they equal the plan byte
 * for byte. Documents of a disabled tenant stay available, because its tickets stay sold.
 */
@Injectable()
export class Documents {
  private marks: Map<string, string[]> | undefined;
  private readonly reads = new Semaphore(READS_AT_ONCE);
  private underWay = 0;
  /** By path, in the order of their first read. */
  private readonly kept = new Map<string, Answer>();

  constructor(
    @Inject(LedgerReader) private readonly reader: Pick<LedgerReader, 'read'>,
    @Inject(TenantDirectory) private readonly tenants: Pick<TenantDirectory, 'all' | 'onChange'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    tenants.onChange(() => {
      this.marks = undefined;
    });
  }

  /** @param picture the file name of the ticket's image, which contains its hash; absent: the document */
  async at(mark: string, ticket: string, picture?: string): Promise<Answer> {
    if (!TICKET_PATTERN.test(ticket)) return problemAnswer('document-unknown');
    const address = [mark, ticket, ...(picture === undefined ? [] : [picture])].join('/');
    const kept = this.kept.get(address);
    if (kept !== undefined) return kept;
    const tenants = this.marked(mark);
    if (tenants.length === 0) return problemAnswer('document-unknown');
    if (this.underWay >= READS_AT_ONCE + MOST_WAITING) return problemAnswer('documents-busy');
    this.underWay += 1;
    try {
      const document = await this.reads.run(() => this.read(tenants, ticket, picture));
      if (document !== undefined) this.keep(address, document);
      return document ?? problemAnswer('document-unknown');
    } catch (thrown) {
      if (!isPassing(thrown)) throw thrown;
      this.logger.warn({ err: thrown }, 'a document could not be read');
      return problemAnswer('ledger-unreachable');
    } finally {
      this.underWay -= 1;
    }
  }

  private async read(tenants: readonly string[], ticket: string, picture: string | undefined): Promise<Answer | undefined> {
    for (const tenant of tenants) {
      const [row] = await this.reader.read(tenant, (rows) => rows(SQL, [tenant, ticket]));
      if (row !== undefined) return picture === undefined ? documentOf(tenant, row) : pictureOf(tenant, row, picture);
    }
    return undefined;
  }

  private keep(address: string, document: Answer): void {
    this.kept.set(address, document);
    if (this.kept.size <= MOST_KEPT) return;
    const [oldest = ''] = this.kept.keys();
    this.kept.delete(oldest);
  }

  private marked(mark: string): readonly string[] {
    this.marks ??= marksOf(this.tenants.all.map(({ tenant }) => tenant));
    return this.marks.get(mark) ?? [];
  }
}

function marksOf(tenants: readonly string[]): Map<string, string[]> {
  const marks = new Map<string, string[]>();
  for (const tenant of tenants) marks.set(tenantMark(tenant), [...(marks.get(tenantMark(tenant)) ?? []), tenant]);
  return marks;
}

function documentOf(tenant: string, row: RawRow): Answer {
  const body = metadataDocument(describedBy(tenant, row));
  const hash = sha256(body);
  if (hash !== row.document)
    throw new Error(`the document of ticket ${text(row, 'ticket')} is not what was planned: ${hash}, not ${text(row, 'document')}`);
  return { status: 200, body, etag: `"${hash}"` };
}

/** The generated image of a ticket: its URI contains its hash. */
function pictureOf(tenant: string, row: RawRow, picture: string): Answer | undefined {
  const body = ticketImage(describedBy(tenant, row));
  const hash = sha256(body);
  return picture === `${hash}.svg` ? { status: 200, body, etag: `"${hash}"` } : undefined;
}

function describedBy(tenant: string, row: RawRow): Described {
  const [image, externalUrl] = [textOrUndefined(row, 'image'), textOrUndefined(row, 'external_url')];
  const links = { ...(image !== undefined && { image }), ...(externalUrl !== undefined && { externalUrl }) };
  return {
    tenant,
    sale: text(row, 'sale'),
    ticket: text(row, 'ticket'),
    unit: text(row, 'unit'),
    label: textOrUndefined(row, 'label'),
    category: textOrUndefined(row, 'category'),
    type: textOrUndefined(row, 'ticket_type'),
    name: text(row, 'name'),
    symbol: text(row, 'symbol'),
    links: row.document_name == null ? undefined : links,
  };
}

const textOrUndefined = (row: RawRow, name: string): string | undefined => (row[name] == null ? undefined : text(row, name));
