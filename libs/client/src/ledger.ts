import type { LedgerLists, LedgerPage } from './ledger-answers.js';
import { type Problem, RequestRejected } from './problem.js';
import { retryUntilSettled } from './retry.js';
import { CLOCK, type Clock, DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry-policy.js';
import type { HttpAccess } from './transport.js';
import { send } from './transports/http.js';

/** Query parameters: `sale`, `order`, `at`, `limit` …, listed in the ledger's `/docs`. */
export type LedgerQuery = Readonly<Record<string, string | number>>;

const PATHS: Readonly<Record<keyof LedgerLists, string>> = {
  entries: '/v1/ledger',
  balances: '/v1/ledger/balances',
  orders: '/v1/ledger/orders',
  tickets: '/v1/ledger/tickets',
  revenue: '/v1/ledger/revenue',
};

/** Reads the ledger over HTTP and retries while it is unreachable. */
export class LedgerClient {
  private readonly retryPolicy: RetryPolicy;

  constructor(
    private readonly access: HttpAccess,
    retryPolicy: Partial<RetryPolicy> = {},
    private readonly clock: Clock = CLOCK,
  ) {
    this.retryPolicy = { ...DEFAULT_RETRY_POLICY, ...retryPolicy };
  }

  /** One page. @throws RequestRejected when the query is invalid; Error when the ledger stayed unreachable beyond the retry policy */
  async page<Name extends keyof LedgerLists>(name: Name, query: LedgerQuery = {}): Promise<LedgerPage<Name>> {
    const said = new URLSearchParams(Object.entries(query).map(([member, value]) => [member, String(value)]));
    const url = `${this.access.url.replace(/\/$/, '')}${PATHS[name]}?${said}`;
    const headers = { Authorization: `Bearer ${this.access.apiKey}`, Accept: 'application/json, application/problem+json' };
    const response = await retryUntilSettled((timeoutMs) => send(url, { headers }, timeoutMs), this.retryPolicy, this.clock);
    if ('lost' in response) throw new Error(`The ledger could not be read: ${response.lost}`);
    if (response.status >= 400) throw new RequestRejected(JSON.parse(response.body) as Problem, undefined);
    return JSON.parse(response.body) as LedgerPage<Name>;
  }

  /** All items of a list; pages are fetched on demand. */
  async *all<Name extends keyof LedgerLists>(name: Name, query: LedgerQuery = {}): AsyncGenerator<LedgerLists[Name]> {
    for (let cursor: LedgerQuery = {}; ; ) {
      const page = await this.page(name, { ...query, ...cursor });
      yield* page[name];
      if (page.next === undefined) return;
      cursor = { cursor: page.next };
    }
  }
}
