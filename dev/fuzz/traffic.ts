import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { aimed, orderKey } from '../histories/aim.js';
import { type Ask, asks, type Opening, openings } from '../histories/history.js';
import { Acknowledged, isDecision, type Sent, sideOf } from './acknowledged.js';
import { FuzzedSale } from './fuzzed-sale.js';
import type { Answer, FuzzRequest, TenantCaller, Transport } from './tenant-caller.js';

/** Concurrent sales of a tenant; each is replaced after this many requests. */
const SALES_AT_ONCE = 3;
const REQUESTS_A_SALE = 60;
/** Callers of one tenant at the same time. */
const WORKERS = 4;
/** Fractions of all requests: repeated ones, concurrent duplicates, and callers that do not wait for the answer. */
const REPEATED = 0.4;
const TWICE = 0.1;
const LEFT = 0.1;
const LEFT_AFTER_MS = 20;
/** An undecided request is repeated after this pause; after the timeout it counts as lost. Parts of the stack are killed meanwhile. */
const RETRY_MS = 250;
const LOST_MS = 300_000;
/** Failures that are printed at once; at the end all are. */
const MOST_SAID = 20;
/** Values drawn at a time; drawing one by one takes longer. */
const CHUNK = 200;
/** Answers that decide nothing and bind no key: the sale is not open yet, or another request used the key. */
const NOTHING: ReadonlySet<number> = new Set([404, 422]);
/**
 * Not decided yet: the request is repeated with the same key. 408: on a busy machine a request did not arrive completely in time; it binds
 * no key.
 */
const NOT_YET: ReadonlySet<number> = new Set([202, 408, 409, 429, 503]);

/** Sends every request of callers and payment providers, for several tenants at once: repeated, duplicated, and abandoned. */
export class Traffic {
  readonly acknowledged = new Acknowledged();
  readonly statuses = new Map<number, number>();
  /** Answers that must not occur, and requests that were not decided. */
  readonly failures: string[] = [];
  private readonly sales = new Map<TenantCaller, FuzzedSale[]>();
  private readonly asks: Iterator<Ask>;
  private readonly openings: Iterator<Opening>;
  private sent = 0;

  constructor(
    private readonly callers: readonly TenantCaller[],
    seed: number,
    private readonly random: () => number,
    /** Called with each failure. */
    private readonly say: (line: string) => void,
  ) {
    this.asks = drawn(asks, seed);
    this.openings = drawn(openings('any'), seed);
  }

  get count(): number {
    return this.sent;
  }

  /** Sends requests until `end`, then waits for those in flight. */
  async run(end: AbortSignal): Promise<void> {
    const workers = this.callers.flatMap((caller) => Array.from({ length: WORKERS }, () => caller));
    await Promise.all(
      workers.map(async (caller) => {
        while (!end.aborted) await this.one(caller);
      }),
    );
  }

  /** Repeats every acknowledged request that was not repeated yet. */
  async repeatAll(): Promise<void> {
    const left = [...this.acknowledged.all()];
    const work = async (): Promise<void> => {
      for (let sent = left.pop(); sent !== undefined; sent = left.pop()) await this.repeat(sent);
    };
    await Promise.all(Array.from({ length: WORKERS * this.callers.length }, work));
  }

  private async one(caller: TenantCaller): Promise<void> {
    const before = this.acknowledged.next();
    if (before !== undefined && this.random() < REPEATED) return this.repeat(before);
    const sale = this.saleOf(caller);
    const asked = this.request(caller, sale);
    const transport = this.oneOf(caller.transportsOf(asked.operation));
    const sent: Sent = { caller, asked, side: sideOf(transport) };
    if (this.random() < LEFT) await caller.askAndLeave(asked, transport, Math.ceil(this.random() * LEFT_AFTER_MS)).catch(() => undefined); // unknown, as intended
    const copies = this.random() < TWICE ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: copies }, () => this.settle(sent, transport)));
    for (const answer of answers) if (answer !== undefined) sale.hear(asked, answer);
  }

  private async repeat(sent: Sent): Promise<void> {
    const ways = sent.caller.transportsOf(sent.asked.operation).filter((transport) => sideOf(transport) === sent.side);
    const answer = await this.settle(sent, this.oneOf(ways));
    if (answer !== undefined && !isDecision(answer))
      this.fail(`${JSON.stringify(sent.asked)} was acknowledged, and then answered ${answer.status}`);
  }

  /** Sends requests with one key until it is decided, or refused without a decision. */
  private async settle(sent: Sent, transport: Transport): Promise<Answer | undefined> {
    const begunAt = performance.now();
    while (performance.now() - begunAt < LOST_MS) {
      const answer = await this.try(sent, transport);
      if (answer !== undefined) {
        this.acknowledged.note(sent, answer);
        if (isDecision(answer) || NOTHING.has(answer.status) || isNotOffered(sent, answer)) return answer;
        if (!NOT_YET.has(answer.status)) {
          this.fail(`${transport} ${JSON.stringify(sent.asked)} was answered ${answer.status}: ${answer.text}`);
          return undefined;
        }
      }
      await pause(RETRY_MS * (1 + this.random()));
    }
    this.fail(`${transport} ${JSON.stringify(sent.asked)} was not decided in ${LOST_MS / 1_000} s`);
    return undefined;
  }

  /** `undefined`: no answer, so the outcome is unknown. */
  private async try({ caller, asked }: Sent, transport: Transport): Promise<Answer | undefined> {
    this.sent += 1;
    const answer = await caller.ask(asked, transport).catch(() => undefined); // a part of the stack is down and will restart
    if (answer !== undefined) this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    return answer;
  }

  private fail(failure: string): void {
    this.failures.push(failure);
    if (this.failures.length <= MOST_SAID) this.say(failure);
  }

  private request(caller: TenantCaller, sale: FuzzedSale): FuzzRequest {
    sale.asked += 1;
    const { sale: name } = sale;
    if (sale.terms === undefined)
      return { operation: 'sale.open', body: { ...next(this.openings).body, sale: name }, key: `open-${sale.asked}` };
    const ask = next(this.asks);
    const body = { ...aimed(ask, sale, this.oneOf(this.sales.get(caller) ?? [sale])), sale: name };
    const key = ask.operation === 'order.place' ? orderKey(ask.aims) : `${ask.operation}-${this.sent}-${sale.asked}`;
    return { operation: ask.operation, body, key };
  }

  private saleOf(caller: TenantCaller): FuzzedSale {
    const sales = this.sales.get(caller) ?? [];
    this.sales.set(caller, sales);
    const fresh = sales.filter(({ asked }) => asked < REQUESTS_A_SALE);
    if (fresh.length >= SALES_AT_ONCE) return this.oneOf(fresh);
    const sale = new FuzzedSale(caller.tenant as TenantId, `fuzz-${sales.length}` as SaleId);
    sales.push(sale);
    return sale;
  }

  private oneOf<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }
}

function* drawn<T>(arbitrary: fc.Arbitrary<T>, seed: number): Generator<T, never> {
  for (let chunk = 0; ; chunk++) yield* fc.sample(arbitrary, { seed: seed + chunk, numRuns: CHUNK });
}

function next<T>(source: Iterator<T>): T {
  return source.next().value as T;
}

/** The stack offers only Token-2022. */
const isNotOffered = ({ asked }: Sent, { status, text }: Answer): boolean =>
  status === 403 && asked.body.asset === 'compressed' && text.includes('asset-not-offered');
