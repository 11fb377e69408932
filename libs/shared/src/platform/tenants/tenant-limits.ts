import { KeyedSlots } from '../../kernel/concurrency/keyed-slots.js';
import { Semaphore } from '../../kernel/concurrency/semaphore.js';
import { WaitingBound } from '../../kernel/concurrency/waiting-bound.js';
import type { TenantRates } from './tenant-rates.js';

/** A slot may become free at any time; the tenant gets the shortest retry time. */
const RETRY_SECONDS = 1;
/**
 * Requests that are processed at once; the others wait for the turn of their tenant. A command costs about 0.6 ms, so an order of
 * another tenant waits for some 20 ms of work. A group commit needs this many of one tenant: with 16 a command costs half as much
 * again. A request that takes longer than a second delays no other request of its tenant.
 */
const UNDER_WAY = { width: 512, perKey: 32, longestMs: 1_000 };
/**
 * Two seconds leave a request time for its decision before its caller gets a 202, which costs as much as an answer. `most` is below the
 * slots of a tenant: the rest is for its reads and payment reports.
 */
export const WAITING = { longestMs: 2_000, least: 256, most: 3_000 };

/** `decision`: needs a decision, and is rejected while too many wait for theirs. All others have their own turns. */
export type RequestKind = 'decision' | 'other';

export interface Rejected {
  readonly why: 'too-many-requests' | 'too-many-waiting';
  readonly retryAfterSeconds: number;
}

/** An admitted request. */
export interface Admission {
  /** Resolves in the turn of its tenant. */
  begin(): Promise<void>;
  /** The request has its response, or its caller has left. Further calls do nothing. */
  end(): void;
}

export const isAdmitted = (result: Admission | Rejected): result is Admission => 'begin' in result;

const NO_SLOT: Rejected = { why: 'too-many-requests', retryAfterSeconds: RETRY_SECONDS };
const TOO_MANY_WAITING: Rejected = { why: 'too-many-waiting', retryAfterSeconds: RETRY_SECONDS };

/** Limits one tenant's requests in this process, over any transport: concurrent ones, ones per second, and ones being processed. */
export class TenantLimits {
  private readonly slots: KeyedSlots;
  /** Requests without their decision. */
  private readonly undecided = new KeyedSlots(WAITING.most);
  private readonly bound = new WaitingBound(WAITING);
  private readonly turns = { decision: new Semaphore(UNDER_WAY), other: new Semaphore(UNDER_WAY) };

  constructor(
    private readonly rates: TenantRates,
    maxInFlight: number,
  ) {
    this.slots = new KeyedSlots(maxInFlight);
  }

  /** Admits a request, or rejects it before it is read. */
  enter(tenant: string, kind: RequestKind): Admission | Rejected {
    if (kind === 'decision' && this.isFull(tenant)) return TOO_MANY_WAITING;
    const release = this.slots.take(tenant);
    if (release === undefined) return NO_SLOT;
    const waitSeconds = this.rates.take(tenant);
    if (waitSeconds > 0) {
      release();
      return { why: 'too-many-requests', retryAfterSeconds: waitSeconds };
    }
    const decided = kind === 'decision' ? this.undecided.take(tenant) : undefined;
    return this.admission(tenant, kind, () => {
      release();
      if (decided === undefined) return;
      this.bound.served(this.undecided.count);
      decided();
    });
  }

  /** Requests of all tenants in progress. */
  get inFlight(): number {
    return this.slots.count;
  }

  private admission(tenant: string, kind: RequestKind, ended: () => void): Admission {
    let isOver = false;
    let leave: (() => void) | undefined;
    return {
      begin: async () => {
        leave = await this.turns[kind].acquire(tenant);
        if (isOver) leave();
      },
      end: () => {
        if (isOver) return;
        isOver = true;
        leave?.();
        ended();
      },
    };
  }

  /** Whether one more request of this tenant would wait too long at the current rate. Each tenant has its own share. */
  private isFull(tenant: string): boolean {
    const { count, keys } = this.undecided;
    if (count < WAITING.least) return false;
    const { size } = this.bound;
    return count >= size && this.undecided.of(tenant) >= size / keys;
  }
}
