import { Inject, Injectable } from '@nestjs/common';
import type { Answer } from '#shared/platform/http/answer.js';
import { WHOLE_MESSAGE } from '#shared/platform/http/event-cursor.js';
import type { Headers } from '#shared/platform/http/reply.js';
import { LOG_EPOCH } from '#shared/platform/messaging/nats.module.js';
import type { FieldError } from '#shared/platform/problem.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { Asking, LedgerBehind, type Paged, type Position, UnknownCursor } from '../queries/asking.js';
import { positionOf } from '../queries/position.js';
import { MAX_LIMIT } from '../queries/questions.js';
import { LedgerReader, QueryTooLarge, STATEMENT_TIMEOUT_MS } from '../queries/reader.js';
import { csvLines, csvOf } from './csv.js';
import { isPassing, problemAnswer } from './problems.js';
import type { Question, Route } from './routes.js';

/** The header with the ledger's position on every response. */
export const POSITION_HEADER = 'Ledger-Position';

const MS_PER_SECOND = 1_000;
const ALLOWED = `${STATEMENT_TIMEOUT_MS / MS_PER_SECOND} seconds are permitted, for any page size: narrow the query.`;

export interface Answered {
  readonly answer: Answer;
  readonly headers: Headers;
}

/** The rows of a query, page after page as the client reads them. */
export interface CsvAnswered {
  readonly lines: AsyncIterable<string>;
  readonly headers: Headers;
}

type Address = Readonly<Record<string, unknown>>;
type View = Readonly<Record<string, unknown>> & { readonly next?: string };

/** A page, and the ledger's position when it was read. */
interface Read {
  readonly view: View;
  readonly position: string;
  readonly at: Position;
}

/** Answers the queries of ROUTES from the ledger, confined to one tenant. */
@Injectable()
export class Queries {
  constructor(
    private readonly reader: LedgerReader,
    @Inject(LOG_EPOCH) private readonly epoch: string,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  answer(route: Route, tenant: Tenant, address: Address): Promise<Answered> {
    return this.understood(route, address, async (question) => found(await this.read(route, tenant, question)));
  }

  /**
   * Every row of a query as CSV. It is read page by page, like JSON, so that neither the response nor a database snapshot is held while the
   * client reads. An error after the first page aborts the response.
   */
  async csv(route: Route, tenant: Tenant, address: Address): Promise<Answered | CsvAnswered> {
    const paging = ['limit', 'cursor'].filter((name) => name in address);
    if (paging.length > 0)
      return refused(paging.map((name) => ({ pointer: `query:${name}`, detail: 'is for pages of JSON: CSV has every row' })));
    let rows: CsvAnswered | undefined;
    const answered = await this.understood(route, address, async (question) => {
      const first = await this.read(route, tenant, question, { limit: MAX_LIMIT });
      rows = { lines: this.lines(route, tenant, question, first), headers: { [POSITION_HEADER]: first.position } };
      return found(first);
    });
    return rows ?? answered;
  }

  private async *lines(route: Route, tenant: Tenant, question: Question, first: Read): AsyncIterable<string> {
    const csv = csvOf(route.answer);
    yield csvLines(csv, first.view, true);
    for (let { next } = first.view; next !== undefined; ) {
      const { view } = await this.read(route, tenant, question, { limit: MAX_LIMIT, cursor: next });
      yield csvLines(csv, view, false);
      next = view.next;
    }
  }

  private async understood(route: Route, address: Address, look: (question: Question) => Promise<Answered>): Promise<Answered> {
    const twice = Object.keys(address).filter((name) => typeof address[name] !== 'string');
    if (twice.length > 0) return refused(twice.map((name) => ({ pointer: `query:${name}`, detail: 'must be given once' })));
    const question = route.understand(address);
    if ('errors' in question) return refused(question.errors.map(({ pointer, detail }) => ({ pointer: inAddress(pointer), detail })));
    try {
      return await look(question);
    } catch (thrown) {
      if (thrown instanceof UnknownCursor) return { answer: problemAnswer('cursor-unknown', thrown.errors), headers: {} };
      if (thrown instanceof LedgerBehind) return { answer: problemAnswer('ledger-behind'), headers: {} };
      if (thrown instanceof QueryTooLarge) return this.tooLarge(route, question, thrown);
      if (!isPassing(thrown)) throw thrown;
      this.logger.warn({ err: thrown, operation: route.operation }, 'the ledger could not be read');
      return { answer: problemAnswer('ledger-unreachable'), headers: {} };
    }
  }

  /** A query with all narrowing parameters reads little: then the database is overloaded. */
  private tooLarge({ operation, narrows }: Route, { said }: Question, thrown: QueryTooLarge): Answered {
    this.logger.warn({ err: thrown.cause, operation, said: Object.keys(said) }, 'a query was ended');
    const unsaid = narrows.filter((name) => said[name] === undefined);
    if (unsaid.length === 0) return { answer: problemAnswer('ledger-unreachable'), headers: {} };
    const errors = unsaid.map((name) => ({ pointer: `query:${name}`, detail: 'narrows the query' }));
    return { answer: problemAnswer('query-too-large', errors, ALLOWED), headers: {} };
  }

  private read(route: Route, tenant: Tenant, { said, sale, answer }: Question, page?: Paged): Promise<Read> {
    return this.reader.read(tenant.tenant, async (rows) => {
      const at = await positionOf(rows, tenant.tenant, sale);
      const asking = new Asking(tenant, this.epoch, [route.operation, said], rows, at);
      return { view: (await answer(asking, page)) as View, position: asking.nameOf(placeOf(at)), at };
    });
  }
}

const placeOf = ({ sequence }: Position) => ({ sequence, index: sequence === 0 ? 0 : WHOLE_MESSAGE });

function found({ view, position, at: { version, halted } }: Read): Answered {
  const body = JSON.stringify({ ...view, position, ...(version !== undefined && { version }), ...(halted && { halted }) });
  return { answer: { status: 200, body }, headers: { [POSITION_HEADER]: position } };
}

const refused = (errors: readonly FieldError[]): Answered => ({ answer: problemAnswer('query-invalid', errors), headers: {} });

/** The member `/sale` is the query parameter `sale`. */
const inAddress = (pointer: string): string => `query:${pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')}`;
