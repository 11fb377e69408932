import type { Answer } from '#shared/platform/http/answer.js';
import { WHOLE_MESSAGE } from '#shared/platform/http/event-cursor.js';
import type { Headers } from '#shared/platform/http/reply.js';
import type { FieldError } from '#shared/platform/problem.js';
import type { Logger } from '#shared/platform/process/logger.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { Asking, LedgerBehind, type Position, UnknownCursor } from '../queries/asking.js';
import { positionOf } from '../queries/position.js';
import { type LedgerReader, QueryTooLarge, STATEMENT_TIMEOUT_MS } from '../queries/reader.js';
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

/** Answers the queries of ROUTES from the ledger, confined to one tenant. */
export class Queries {
  constructor(
    private readonly reader: LedgerReader,
    private readonly epoch: string,
    private readonly logger: Logger,
  ) {}

  async answer(route: Route, tenant: Tenant, address: Readonly<Record<string, unknown>>): Promise<Answered> {
    const twice = Object.keys(address).filter((name) => typeof address[name] !== 'string');
    if (twice.length > 0) return refused(twice.map((name) => ({ pointer: `query:${name}`, detail: 'must be given once' })));
    const question = route.understand(address);
    if ('errors' in question) return refused(question.errors.map(({ pointer, detail }) => ({ pointer: inAddress(pointer), detail })));
    try {
      return await this.look(route, tenant, question);
    } catch (thrown) {
      if (thrown instanceof UnknownCursor) return { answer: problemAnswer('cursor-unknown', thrown.errors), headers: {} };
      if (thrown instanceof LedgerBehind) return { answer: problemAnswer('ledger-behind'), headers: {} };
      if (thrown instanceof QueryTooLarge) return this.tooLarge(route, question, thrown);
      if (!isPassing(thrown)) throw thrown;
      this.logger.warn({ err: thrown, operation: route.operation }, 'the ledger could not be read');
      return { answer: problemAnswer('ledger-unreachable'), headers: {} };
    }
  }

  /** A query with all narrowing parameters asks for little: then the database is overloaded. */
  private tooLarge({ operation, narrows }: Route, { said }: Question, thrown: QueryTooLarge): Answered {
    this.logger.warn({ err: thrown.cause, operation, said: Object.keys(said) }, 'a query was ended');
    const unsaid = narrows.filter((name) => said[name] === undefined);
    if (unsaid.length === 0) return { answer: problemAnswer('ledger-unreachable'), headers: {} };
    const errors = unsaid.map((name) => ({ pointer: `query:${name}`, detail: 'narrows the query' }));
    return { answer: problemAnswer('query-too-large', errors, ALLOWED), headers: {} };
  }

  private look(route: Route, tenant: Tenant, { said, sale, answer }: Question): Promise<Answered> {
    return this.reader.read(tenant.tenant, async (rows) => {
      const at = await positionOf(rows, tenant.tenant, sale);
      const asking = new Asking(tenant, this.epoch, [route.operation, said], rows, at);
      return found(await answer(asking), asking.nameOf(placeOf(at)), at);
    });
  }
}

const placeOf = ({ sequence }: Position) => ({ sequence, index: sequence === 0 ? 0 : WHOLE_MESSAGE });

function found(view: object, position: string, { version, halted }: Position): Answered {
  const body = JSON.stringify({ ...view, position, ...(version !== undefined && { version }), ...(halted && { halted }) });
  return { answer: { status: 200, body }, headers: { [POSITION_HEADER]: position } };
}

const refused = (errors: readonly FieldError[]): Answered => ({ answer: problemAnswer('query-invalid', errors), headers: {} });

/** `/sale` of the members is the query parameter `sale`. */
const inAddress = (pointer: string): string => `query:${pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')}`;
